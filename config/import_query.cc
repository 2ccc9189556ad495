#include "config/import_query.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "config/import_nodes.h"
#include "config/rule_bounds.h"
#include "config/rule_parser.h"
#include "config/rule_text_writer.h"
#include "config/rule_words.h"
#include "config/text_check.h"

namespace wiredesk {

namespace {

constexpr std::size_t kShownLineBytesMax = 300;  // Longer lines are not shown.

bool IsIdChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == ':' || c == '/' || c == '-';
}

std::string ToRuleId(const ImportQuery& query) {
  std::string id;
  for (char c : std::string_view(query.id).substr(0, kTopicIdBytesMax)) {
    if (IsIdChar(c)) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.empty() ? NumberedId(query.line) : id;
}

// What a pack can't hold is refused where it stands.
bool CheckText(const ImportQuery& query, ImportReport& report) {
  const std::optional<TextFault> in_query = FindTextFault(query.text);
  const std::optional<TextFault> fault = in_query ? in_query : FindTextFault(query.label);
  if (!fault) return true;
  const bool is_control = fault->kind == TextFault::Kind::kControlCharacter;
  report.Error(in_query ? fault->offset : 0, fault->length,
               is_control ? "a control character" : "this is not valid UTF-8",
               is_control ? "remove it" : "save the file in the encoding UTF-8");
  return false;
}

// What a pack can't hold of `topic`, by the reader of packs; "": nothing. `like` has no topics.
std::string FaultOf(const RulePack& like, const Topic& topic) {
  RulePack pack = like;
  pack.topics.push_back(topic);
  Diagnostics diagnostics;
  ParseRulePack(WriteRuleText(pack), "", diagnostics, ListFiles::kRefuse);
  const auto error = std::find_if(
      diagnostics.begin(), diagnostics.end(),
      [](const Diagnostic& one) { return one.severity == Diagnostic::Severity::kError; });
  return error == diagnostics.end() ? "" : error->message;
}

// On one line, as a pack has it.
std::string ToLabel(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  text.resize(WholeCharacters(text, kTopicLabelBytesMax).size());
  return text;
}

// The byte of the JSON string `raw` that byte `offset` of its value stems from.
std::size_t RawOffset(std::string_view raw, std::size_t offset) {
  std::size_t at = 0;
  std::size_t value = 0;
  while (at < raw.size() && value < offset) {
    if (raw[at] != '\\') {
      ++at;
      ++value;
      continue;
    }
    if (at + 1 >= raw.size() || raw[at + 1] != 'u') {
      at += 2;
      ++value;
      continue;
    }
    const unsigned long code =
        std::strtoul(std::string(raw.substr(at + 2, 4)).c_str(), nullptr, 16);
    const bool is_surrogate = code >= 0xD800 && code < 0xE000;
    at += is_surrogate ? 12 : 6;
    value += is_surrogate ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }
  return std::min(at, raw.size());
}

}  // namespace

void ImportReport::Error(std::size_t offset, std::size_t length, std::string message,
                         std::string help) {
  failed_ = true;
  Add(Diagnostic::Severity::kError, offset, length, std::move(message), std::move(help));
}

void ImportReport::Warn(std::size_t offset, std::size_t length, std::string message,
                        std::string help) {
  Add(Diagnostic::Severity::kWarning, offset, length, std::move(message), std::move(help));
}

void ImportReport::LineError(int line, std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.file = file_;
  diagnostic.position.line = line;
  diagnostic.position.column = 1;
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  diagnostics_.push_back(std::move(diagnostic));
}

void ImportReport::Add(Diagnostic::Severity severity, std::size_t offset, std::size_t length,
                       std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.file = file_;
  diagnostic.position.line = query_->line;
  const std::size_t raw = query_->is_json ? RawOffset(query_->raw, offset) : offset;
  diagnostic.position.column = query_->column + static_cast<int>(raw);
  diagnostic.position.length = static_cast<int>(std::max<std::size_t>(length, 1));
  diagnostic.message = "rule \"" + query_->label + "\": " + std::move(message);
  diagnostic.help = std::move(help);
  if (query_->whole.size() <= kShownLineBytesMax) diagnostic.source_line = query_->whole;
  diagnostics_.push_back(std::move(diagnostic));
}

std::string NumberedId(int line) { return fmt::format("query-{}", line); }

ImportResult ImportQueries(
    const std::vector<ImportQuery>& queries, const std::string& file, const ImportOptions& options,
    ImportReport& report,
    const std::function<std::optional<RuleNode>(const ImportQuery&, ImportReport&)>& convert) {
  ImportResult result;
  result.pack.file = file;
  result.pack.name = options.pack_name;
  result.pack.version = options.version;
  result.pack.language = options.language;
  const RulePack empty = result.pack;
  std::map<std::string, std::size_t> known;
  for (const ImportQuery& query : queries) {
    ++result.rules;
    report.Begin(query);
    std::optional<RuleNode> rule;
    if (CheckText(query, report)) rule = convert(query, report);
    if (rule && !report.failed() && !NeedsText(*rule)) {
      report.Error(0, query.text.size(), "nothing must occur in the text for this rule",
                   "add a term that must occur");
    }
    if (!rule || report.failed()) {
      ++result.left_out;
      continue;
    }
    Topic topic;
    topic.id = options.id_prefix + ToRuleId(query);
    topic.label = ToLabel(query.label);
    topic.has_rule = true;
    topic.when = std::move(rule);
    const auto found = known.find(topic.id);
    Topic* const first = found == known.end() ? nullptr : &result.pack.topics[found->second];
    if (first != nullptr) topic.when = AnyOf({*first->when, *std::move(topic.when)});
    if (const std::string fault = FaultOf(empty, topic); !fault.empty()) {
      report.Error(0, query.text.size(), "a pack can't hold this rule: " + fault,
                   "shorten the query, or make several of it");
      ++result.left_out;
      continue;
    }
    if (first == nullptr) {
      known.emplace(topic.id, result.pack.topics.size());
      result.pack.topics.push_back(std::move(topic));
      continue;
    }
    report.Warn(0, query.text.size(),
                "the id " + topic.id + " is there again; its rules are joined by |",
                "the topic is called \"" + topic.label + "\" now, before \"" + first->label + "\"");
    *first = std::move(topic);
  }
  return result;
}

std::vector<ImportLine> SplitLines(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<ImportLine> lines;
  int number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (!IsBlank(line)) lines.push_back({number, line});
    at = end + 1;
  }
  return lines;
}

bool ReadImportMembers(std::string_view line, ImportMembers& members) {
  const simdjson::padded_string padded(line);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS) {
    return false;
  }
  for (auto field : object) {
    std::string_view key;
    simdjson::ondemand::value value;
    simdjson::ondemand::json_type type{};
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    std::string name(key);
    if (field.value().get(value) != simdjson::SUCCESS || value.type().get(type)) return false;
    if (type != simdjson::ondemand::json_type::string) continue;
    const std::string_view token = value.raw_json_token();
    const auto start = static_cast<std::size_t>(token.data() - padded.data()) + 1;
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return false;
    // Up to the quote that ends it.
    std::size_t end = start;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
    members[std::move(name)] = {std::string(text), line.substr(start, end - start)};
  }
  return true;
}

}  // namespace wiredesk
