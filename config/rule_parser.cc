#include "config/rule_parser.h"

#include <algorithm>
#include <utility>

#include "config/file_text.h"
#include "config/rule_errors.h"
#include "config/rule_json_reader.h"
#include "config/rule_pack_parser.h"
#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

SourcePosition PositionOf(std::string_view text, std::size_t offset, std::size_t length) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t feed = before.rfind('\n');
  const std::size_t line_start = feed == std::string_view::npos ? 0 : feed + 1;
  return {static_cast<int>(line), static_cast<int>(offset - line_start) + 1,
          static_cast<int>(length)};
}

// The first fault of each line; what is not text can't be parsed.
void CheckText(std::string_view text, RuleErrors& errors) {
  std::size_t from = 0;
  while (!errors.too_many()) {
    const std::optional<TextFault> fault = FindTextFault(text, from);
    if (!fault) return;
    const SourcePosition position = PositionOf(text, fault->offset, fault->length);
    if (fault->kind == TextFault::Kind::kInvalidUtf8) {
      errors.Error(position, "this is not valid UTF-8", "save the file in the encoding UTF-8");
    } else {
      errors.Error(position, "a control character", "remove it");
    }
    from = text.find('\n', fault->offset);
    if (from == std::string_view::npos) return;
  }
}

void AddFileError(const std::string& file, std::string message, std::string help,
                  Diagnostics& diagnostics) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  diagnostics.push_back(std::move(diagnostic));
}

}  // namespace

bool IsJsonPack(std::string_view text, std::string_view file) {
  if (file.ends_with(".json")) return true;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '{';
}

std::optional<RulePack> ParseRulePack(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics, ListFiles list_files) {
  if (text.size() > kPackBytesMax) {
    AddFileError(file, "the pack has more than 64 MiB", "split it into several packs", diagnostics);
    return std::nullopt;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) {
    AddFileError(file, "the pack is empty", std::string(kPackHeaderHelp), diagnostics);
    return std::nullopt;
  }
  RuleErrors errors(text, file, diagnostics);
  CheckText(text, errors);
  if (errors.any()) return std::nullopt;
  RulePack pack = IsJsonPack(text, file)
                      ? RuleJsonReader(file, list_files, errors, diagnostics).Read(text)
                      : RulePackParser(text, file, list_files, errors, diagnostics).Parse();
  if (errors.any()) return std::nullopt;
  return pack;
}

std::optional<RulePack> LoadRulePack(const std::string& path, Diagnostics& diagnostics) {
  std::string reason;
  const std::optional<std::string> text = ReadFileText(path, kPackBytesMax, reason);
  if (!text) {
    AddFileError(path, "can't read this rule pack: " + reason, "", diagnostics);
    return std::nullopt;
  }
  return ParseRulePack(*text, path, diagnostics);
}

}  // namespace wiredesk
