#include "config/rule_list_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "config/file_text.h"
#include "config/rule_errors.h"
#include "config/rule_words.h"
#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// Whether there may be a word in it; for characters outside ASCII only the tokeniser knows.
bool MayHoldWord(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || c == '%' || (static_cast<unsigned char>(c) & 0x80U) != 0;
  });
}

// Whether a word of it ends with a mark that a pack would take for a wildcard or an inflection.
bool HasMark(std::string_view text) {
  for (std::size_t at = text.find_first_of("*~"); at != std::string_view::npos;
       at = text.find_first_of("*~", at + 1)) {
    const bool behind_word = at > 0 && text[at - 1] != ' ';
    if (behind_word && (at + 1 == text.size() || text[at + 1] == ' ')) return true;
  }
  return false;
}

class ListReader {
 public:
  ListReader(std::string_view text, TermList& list, ListBudget& budget, RuleErrors& errors)
      : text_(text), list_(list), budget_(budget), errors_(errors) {}

  void Read() {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    for (std::size_t at = 0; at < text_.size() && !errors_.too_many();) {
      const std::size_t end = std::min(text_.find('\n', at), text_.size());
      ++line_;
      if (!ReadLine(text_.substr(at, end - at))) return;
      at = end + 1;
    }
    if (!errors_.any() && list_.entries.empty()) {
      errors_.Error({0, 0, 1}, "this list has no terms", "put one term on each line");
    }
  }

 private:
  void Error(std::string message, std::string help = {}) {
    errors_.Error({line_, 1, static_cast<int>(std::min<std::size_t>(bytes_, 1000))},
                  std::move(message), std::move(help));
  }

  // False: there is no sense in going on.
  bool ReadLine(std::string_view line) {
    bytes_ = line.size();
    if (line.starts_with('#') || IsBlank(line)) return true;
    if (const auto fault = FindTextFault(line)) {
      errors_.Error({line_, static_cast<int>(fault->offset) + 1, static_cast<int>(fault->length)},
                    fault->kind == TextFault::Kind::kInvalidUtf8 ? "this is not valid UTF-8"
                                                                 : "a control character");
      return true;
    }
    if (budget_.entries == 0) {
      Error(fmt::format("the lists of a pack may have at most {} terms",
                        WithThousands(kListEntriesMax)));
      return false;
    }
    TermList::Entry entry;
    entry.line = line_;
    if (!ReadEntry(line, entry)) return true;
    --budget_.entries;
    list_.entries.push_back(std::move(entry));
    return true;
  }

  // False: an error was reported.
  bool ReadEntry(std::string_view line, TermList::Entry& entry) {
    const std::size_t tab = line.find('\t');
    std::string_view term = Trim(line.substr(0, tab));
    if (tab != std::string_view::npos && !ReadWeight(Trim(line.substr(tab + 1)), entry)) {
      return false;
    }
    entry.is_exact = term.starts_with('=');
    if (entry.is_exact) term.remove_prefix(1);
    entry.text = term;
    if (!MayHoldWord(term)) {
      Error("there is no term in this line", "a line is: term, or term TAB weight");
    } else if (term.size() > kTermBytesMax) {
      Error(fmt::format("this term has more than {} bytes", WithThousands(kTermBytesMax)));
    } else if (HasMark(term)) {
      Error("a list has no wildcards and inflections",
            "write the forms on lines of their own, or put the term into the pack");
    } else {
      return true;
    }
    return false;
  }

  bool ReadWeight(std::string_view text, TermList::Entry& entry) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto result = std::from_chars(text.data(), text.data() + text.size(), entry.weight);
    if (result.ec == std::errc() && result.ptr == text.data() + text.size() && entry.weight >= 1 &&
        entry.weight <= kListWeightMax) {
      return true;
    }
    Error(fmt::format("{} is no weight", Quoted(text)),
          fmt::format("behind the tab stands a whole number from 1 to {}, and nothing else",
                      WithThousands(kListWeightMax)));
    return false;
  }

  std::string_view text_;
  TermList& list_;
  ListBudget& budget_;
  RuleErrors& errors_;
  std::int32_t line_ = 0;
  std::size_t bytes_ = 0;  // Of the line.
};

}  // namespace

std::string ListFilePath(std::string_view path, std::string_view pack_file) {
  return (std::filesystem::path(pack_file).parent_path() / path).string();
}

bool ParseTermList(std::string_view text, TermList& list, ListBudget& budget,
                   Diagnostics& diagnostics) {
  RuleErrors errors(text, list.file, diagnostics);
  ListReader(text, list, budget, errors).Read();
  return !errors.any();
}

bool ReadTermList(TermList& list, ListBudget& budget, std::string& reason,
                  Diagnostics& diagnostics) {
  const std::optional<std::string> text = ReadFileText(list.file, budget.bytes, reason);
  if (!text) return false;
  budget.bytes -= text->size();
  return ParseTermList(*text, list, budget, diagnostics);
}

}  // namespace wiredesk
