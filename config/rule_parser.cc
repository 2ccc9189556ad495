#include "config/rule_parser.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/file_text.h"
#include "config/language_codes.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"
#include "config/rule_terms.h"
#include "config/rule_words.h"
#include "config/text_check.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

constexpr std::int32_t kWeightMax = 1'000'000;
constexpr std::int32_t kHitsMax = 1000;
constexpr std::int32_t kNeedMax = 1'000'000'000;
constexpr std::int32_t kBoostMax = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kHeaderHelp =
    "a pack begins with: pack NAME  version VERSION  language CODE";

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool BeginsWithDigit(std::string_view text) {
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

bool IsField(std::string_view name) {
  return std::find(std::begin(kRuleFields), std::end(kRuleFields), name) != std::end(kRuleFields);
}

class PackParser {
 public:
  PackParser(std::string_view text, const std::string& file, RuleErrors& errors)
      : errors_(errors), cursor_(text, errors), terms_(cursor_, errors) {
    pack_.file = file;
  }

  RulePack Parse() {
    ParseHeader();
    while (!cursor_.AtEnd()) ParseStatement();
    CheckParents();
    pack_.lets = terms_.TakeLets();
    return std::move(pack_);
  }

 private:
  // pack NAME version VERSION language CODE
  void ParseHeader();
  bool ParseHeaderEntry(const RuleToken& entry);
  bool ParseLanguage();
  void ParseStatement();
  void RefuseStatement();
  bool ParseBoost();
  bool ParseBoostEntry();

  bool ParseTopic();
  bool ParseTopicHead(Topic& topic);
  bool ParseParent(Topic& topic);
  void ParseTopicBody(Topic& topic, const SourcePosition& brace);
  bool ParseClause(Topic& topic);
  bool RefuseClause();
  void AddTopic(Topic topic);

  bool ParseScore(Topic& topic);
  bool AtScoreItem();
  bool ParseScoreItem(Topic& topic);
  bool ParseWeight(ScoreItem& item);
  bool RefuseWeight();
  bool ParseNeed(Topic& topic);
  bool ParseTest(Topic& topic);
  bool ParseTestField(RuleTest& test);

  void CheckParents();
  void ReportCycle(std::size_t first, const std::vector<std::size_t>& parents);
  void CheckLength(const SourcePosition& position, std::string_view text, std::size_t bytes_max);

  RuleErrors& errors_;
  RuleCursor cursor_;
  RuleTermParser terms_;
  RulePack pack_;
  bool has_boost_ = false;
  bool has_need_ = false;                                          // Of the topic being read.
  std::unordered_map<std::string_view, std::size_t> topic_of_id_;  // Keys point into the text.
  std::vector<SourcePosition> parent_positions_;                   // Of each topic.
};

void PackParser::CheckLength(const SourcePosition& position, std::string_view text,
                             std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  errors_.Error(position, fmt::format("this has more than {} bytes", bytes_max));
}

void PackParser::ParseHeader() {
  const SourcePosition start = cursor_.token().position;
  if (!cursor_.AtWord("pack")) {
    errors_.Error(start, "the pack line is missing", std::string(kHeaderHelp));
    return;
  }
  cursor_.Advance();
  const int errors_before = errors_.count();
  const std::optional<RuleToken> name = cursor_.TakeId("a name for the pack");
  if (!name) return cursor_.SkipToStatement();
  CheckLength(name->position, name->text, kTopicIdBytesMax);
  pack_.name = name->text;
  while (!cursor_.AtEnd() && !cursor_.AtPackWord()) {
    const bool complete = !pack_.version.empty() && !pack_.language.empty();
    if (complete && !cursor_.AtWord("version") && !cursor_.AtWord("language")) break;
    const RuleToken entry = cursor_.token();
    cursor_.Advance();
    if (!ParseHeaderEntry(entry)) return cursor_.SkipToStatement();
  }
  if (errors_.count() > errors_before) return;
  if (pack_.version.empty())
    errors_.Error(start, "the pack has no version", std::string(kHeaderHelp));
  if (pack_.language.empty()) {
    errors_.Error(start, "the pack has no language", "add: language en, or language any");
  }
}

bool PackParser::ParseHeaderEntry(const RuleToken& entry) {
  static constexpr std::string_view kEntries[] = {"version", "language"};
  if (entry.kind == Kind::kWord && entry.text == "version") {
    const bool again = !pack_.version.empty();
    const std::optional<RuleToken> version = cursor_.TakeId("a version");
    if (!version) return false;
    CheckLength(version->position, version->text, kTopicIdBytesMax);
    if (again) errors_.Error(entry.position, "a second version");
    pack_.version = version->text;
    return true;
  }
  if (entry.kind == Kind::kWord && entry.text == "language") return ParseLanguage();
  errors_.Error(entry.position,
                fmt::format("expected \"version\" or \"language\", found {}", DescribeToken(entry)),
                SuggestName(entry.text, kEntries, std::string(kHeaderHelp)));
  return false;
}

bool PackParser::ParseLanguage() {
  const bool again = !pack_.language.empty();
  const std::optional<RuleToken> language = cursor_.TakeId("a language");
  if (!language) return false;
  if (again) errors_.Error(language->position, "a second language");
  pack_.language = language->text;
  if (language->text == "any") {
    terms_.ForbidInflections();
  } else if (!IsLanguageCode(language->text)) {
    errors_.Error(language->position, fmt::format("unknown language \"{}\"", language->text),
                  SuggestName(language->text, kLanguageCodes,
                              "a language is a two-letter code such as en or de, or any"));
  }
  return true;
}

void PackParser::ParseStatement() {
  bool parsed = false;
  if (cursor_.AtWord("topic")) {
    parsed = ParseTopic();
  } else if (cursor_.AtWord("let")) {
    cursor_.Advance();
    parsed = terms_.ParseLet();
  } else if (cursor_.AtWord("boost")) {
    parsed = ParseBoost();
  } else {
    RefuseStatement();
  }
  if (!parsed) cursor_.SkipToStatement();
}

void PackParser::RefuseStatement() {
  const RuleToken token = cursor_.token();
  const std::string unsupported = UnsupportedStatement(token);
  if (!unsupported.empty()) {
    errors_.Error(token.position, unsupported + " is not supported");
  } else if (cursor_.AtWord("pack")) {
    errors_.Error(token.position, "a second pack line", "a file holds one pack");
  } else if (cursor_.AtClauseWord()) {
    errors_.Error(token.position, fmt::format("\"{}\" stands outside a topic", token.text),
                  "put it between the braces of a topic: topic ID \"label\" { ... }");
  } else if (cursor_.At(Kind::kOpenBrace)) {
    errors_.Error(token.position, "a \"{\" that belongs to no topic",
                  "braces follow a topic's label or parent");
  } else if (cursor_.At(Kind::kWord)) {
    errors_.Error(token.position, fmt::format("unknown keyword \"{}\"", token.text),
                  SuggestName(token.text, kPackWords, "here stands boost, let or topic"));
  } else {
    cursor_.FailUnexpected("boost, let or topic");
    if (cursor_.token().offset != token.offset) return;  // Passed it already.
  }
  cursor_.Advance();
}

// boost title 3, heading 2, body 1
bool PackParser::ParseBoost() {
  if (has_boost_) errors_.Error(cursor_.token().position, "a second boost", "a pack has one");
  has_boost_ = true;
  cursor_.Advance();
  if (!ParseBoostEntry()) return false;
  while (cursor_.At(Kind::kComma) || (cursor_.At(Kind::kWord) && IsField(cursor_.token().text))) {
    if (cursor_.At(Kind::kComma)) cursor_.Advance();
    if (!ParseBoostEntry()) return false;
  }
  return true;
}

bool PackParser::ParseBoostEntry() {
  const RuleToken field = cursor_.token();
  if (!cursor_.Take(Kind::kWord, "a field: title, heading or body")) return false;
  if (!IsField(field.text)) {
    errors_.Error(field.position, fmt::format("unknown field \"{}\"", field.text),
                  SuggestName(field.text, kRuleFields, "the fields are title, heading and body"));
  }
  for (const FieldBoost& boost : pack_.boosts) {
    if (boost.field == field.text) {
      errors_.Error(field.position, fmt::format("a second boost for \"{}\"", field.text));
    }
  }
  const std::optional<std::int32_t> factor = cursor_.TakeInteger("the factor", 0, kBoostMax);
  if (!factor) return false;
  pack_.boosts.push_back({std::string(field.text), *factor, field.position});
  return true;
}

bool PackParser::ParseTopic() {
  cursor_.Advance();
  Topic topic;
  parent_positions_.emplace_back();
  const bool parsed = ParseTopicHead(topic);
  if (parsed && cursor_.At(Kind::kOpenBrace)) {
    const SourcePosition brace = cursor_.token().position;
    cursor_.Advance();
    ParseTopicBody(topic, brace);
  }
  AddTopic(std::move(topic));
  return parsed;
}

// ID "label" parent ID
bool PackParser::ParseTopicHead(Topic& topic) {
  const std::optional<RuleToken> id = cursor_.TakeId("the topic's id");
  if (!id) return false;
  topic.id = id->text;
  topic.position = id->position;
  CheckLength(id->position, id->text, kTopicIdBytesMax);
  const auto [first, is_new] = topic_of_id_.emplace(id->text, pack_.topics.size());
  if (!is_new) {
    errors_.Error(id->position, fmt::format("topic \"{}\" is there twice; first in line {}",
                                            id->text, pack_.topics[first->second].position.line));
  }
  const SourcePosition label_position = cursor_.token().position;
  std::optional<std::string> label = cursor_.TakeString("the topic's label");
  if (!label) return false;
  topic.label = *std::move(label);
  CheckLength(label_position, topic.label, kTopicLabelBytesMax);
  if (IsBlank(topic.label)) errors_.Error(label_position, "this label is empty");
  while (cursor_.At(Kind::kWord) && !cursor_.AtPackWord()) {
    if (!ParseParent(topic)) return false;
  }
  return true;
}

bool PackParser::ParseParent(Topic& topic) {
  static constexpr std::string_view kParent[] = {"parent"};
  const RuleToken word = cursor_.token();
  if (word.text != "parent") {
    if (cursor_.AtClauseWord()) {
      errors_.Error(word.position, fmt::format("\"{}\" stands outside a topic", word.text),
                    "put \"{\" before the topic's first clause");
    } else {
      errors_.Error(word.position, fmt::format("unknown keyword \"{}\"", word.text),
                    SuggestName(word.text, kParent, "here stands parent, \"{\" or the next topic"));
    }
    return false;
  }
  cursor_.Advance();
  const std::optional<RuleToken> parent = cursor_.TakeId("the parent's id");
  if (!parent) return false;
  if (!topic.parent.empty()) errors_.Error(word.position, "a second parent", "a topic has one");
  CheckLength(parent->position, parent->text, kTopicIdBytesMax);
  topic.parent = parent->text;
  parent_positions_.back() = parent->position;
  return true;
}

void PackParser::AddTopic(Topic topic) {
  if (pack_.topics.size() == kPackTopicsMax) {
    errors_.Error(topic.position, "a pack may have at most 200,000 topics");
  }
  pack_.topics.push_back(std::move(topic));
}

void PackParser::ParseTopicBody(Topic& topic, const SourcePosition& brace) {
  topic.has_rule = true;
  has_need_ = false;
  const int errors_before = errors_.count();
  while (!cursor_.At(Kind::kCloseBrace)) {
    const bool next_topic = cursor_.AtPackWord() && !cursor_.AtClauseWord();
    if (cursor_.AtEnd() || next_topic) {
      errors_.Error(brace, fmt::format("topic \"{}\" is never closed", topic.id),
                    "put \"}\" behind its last clause");
      return cursor_.SkipToStatement();
    }
    if (!ParseClause(topic)) cursor_.SkipToClause();
  }
  cursor_.Advance();
  if (errors_.count() > errors_before) return;
  if (topic.scores.empty()) {
    errors_.Error(topic.position, fmt::format("topic \"{}\" has no score", topic.id),
                  "add a score clause, or leave out the braces if it is only a name");
  } else if (!has_need_) {
    errors_.Warn(topic.position, fmt::format("topic \"{}\" has no need", topic.id),
                 "any positive score gives the tag; write need 1 if that is meant");
  }
}

bool PackParser::ParseClause(Topic& topic) {
  if (cursor_.AtWord("score")) return ParseScore(topic);
  if (cursor_.AtWord("need")) return ParseNeed(topic);
  if (cursor_.AtWord("test")) return ParseTest(topic);
  return RefuseClause();
}

// Always false. Passes a word, so that the way to the next clause does not begin with it.
bool PackParser::RefuseClause() {
  const RuleToken token = cursor_.token();
  const std::string unsupported = UnsupportedStatement(token);
  if (!unsupported.empty()) {
    errors_.Error(token.position, unsupported + " is not supported");
  } else if (cursor_.At(Kind::kWord)) {
    errors_.Error(token.position, fmt::format("unknown keyword \"{}\"", token.text),
                  SuggestName(token.text, kClauseWords, "here stands score, need, test or \"}\""));
  } else {
    return cursor_.FailUnexpected("score, need, test or \"}\"");
  }
  cursor_.Advance();
  return false;
}

bool PackParser::ParseScore(Topic& topic) {
  const SourcePosition start = cursor_.token().position;
  cursor_.Advance();
  if (!AtScoreItem()) {
    errors_.Error(start, "this score has no terms",
                  "write weights and terms, as in: score 40 \"chapter 11\"");
    return cursor_.At(Kind::kCloseBrace) || cursor_.AtClauseWord();
  }
  while (AtScoreItem()) {
    if (!ParseScoreItem(topic)) return false;
  }
  return true;
}

// Whether the score goes on: anything but the next clause, the end of the topic, or what may be a
// misspelt keyword, which the topic knows better how to refuse.
bool PackParser::AtScoreItem() {
  const RuleToken& token = cursor_.token();
  if (cursor_.At(Kind::kCloseBrace) || cursor_.AtEnd()) return false;
  if (!cursor_.At(Kind::kWord) || BeginsWithDigit(token.text)) {
    return cursor_.At(Kind::kWildcard) || UnsupportedStatement(token).empty();
  }
  if (cursor_.AtClauseWord() || cursor_.AtPackWord()) return false;
  return !token.first_on_line && UnsupportedStatement(token).empty() &&
         NearestName(token.text, kClauseWords).empty();
}

bool PackParser::ParseScoreItem(Topic& topic) {
  ScoreItem item;
  item.position = cursor_.token().position;
  if (!ParseWeight(item)) return false;
  std::optional<RuleNode> term = terms_.ParseTerm();
  if (!term) return false;
  item.term = *std::move(term);
  if (cursor_.AtWord("max")) {
    cursor_.Advance();
    const std::optional<std::int32_t> hits = cursor_.TakeInteger("max", 1, kHitsMax);
    if (!hits) return false;
    item.hits_max = *hits;
  }
  topic.scores.push_back(std::move(item));
  return true;
}

bool PackParser::ParseWeight(ScoreItem& item) {
  const RuleToken token = cursor_.token();
  const bool number =
      cursor_.At(Kind::kNumber) || (cursor_.At(Kind::kWord) && BeginsWithDigit(token.text));
  if (!number) return RefuseWeight();
  const std::optional<std::int32_t> weight =
      cursor_.TakeInteger("a weight", -kWeightMax, kWeightMax);
  if (!weight) return false;
  if (*weight == 0) errors_.Error(token.position, "a weight of 0 does nothing");
  item.weight = *weight;
  return true;
}

// A term without a weight is an error that the parser can go on after.
bool PackParser::RefuseWeight() {
  if (!terms_.AtTerm()) {
    return cursor_.FailUnexpected("a weight",
                                  "each term has its weight before it: 10 \"some words\"");
  }
  errors_.Error(cursor_.token().position,
                fmt::format("expected a weight before {}", DescribeToken(cursor_.token())),
                "each term has its weight before it: 10 \"some words\"");
  return true;
}

bool PackParser::ParseNeed(Topic& topic) {
  if (has_need_) errors_.Error(cursor_.token().position, "a second need", "a topic has one");
  has_need_ = true;
  cursor_.Advance();
  const std::optional<std::int32_t> need = cursor_.TakeInteger("need", 1, kNeedMax);
  if (!need) return false;
  topic.need = *need;
  return true;
}

// test yes title:"..." body:"..."
bool PackParser::ParseTest(Topic& topic) {
  RuleTest test;
  test.position = cursor_.token().position;
  cursor_.Advance();
  test.expected = cursor_.AtWord("yes");
  if (!test.expected && !cursor_.AtWord("no")) return cursor_.FailUnexpected("yes or no");
  cursor_.Advance();
  while (cursor_.At(Kind::kField)) {
    if (!ParseTestField(test)) return false;
  }
  if (cursor_.At(Kind::kString)) {
    return cursor_.FailUnexpected("title: or body:", "say which it is, as in body:\"...\"");
  }
  if (std::all_of(test.fields.begin(), test.fields.end(),
                  [](const TestField& field) { return IsBlank(field.text); })) {
    errors_.Error(test.position, "this test has neither title nor body",
                  "add title:\"...\" or body:\"...\"");
  }
  topic.tests.push_back(std::move(test));
  return true;
}

bool PackParser::ParseTestField(RuleTest& test) {
  static constexpr std::string_view kFields[] = {"title", "body"};
  const RuleToken field = cursor_.token();
  if (field.text != "title" && field.text != "body") {
    errors_.Error(field.position, fmt::format("a test has no field \"{}\"", field.text),
                  SuggestName(field.text, kFields, "a test has a title and a body"));
  }
  cursor_.Advance();
  std::optional<std::string> text = cursor_.TakeString("a string");
  if (!text) return false;
  if (std::any_of(test.fields.begin(), test.fields.end(),
                  [&](const TestField& known) { return known.name == field.text; })) {
    errors_.Error(field.position, fmt::format("a second {}", field.text));
  }
  test.fields.push_back({std::string(field.text), *std::move(text)});
  return true;
}

// Follows each chain of parents once: a topic's mark is the number of the walk that met it.
void PackParser::CheckParents() {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const std::size_t count = pack_.topics.size();
  std::vector<std::size_t> parents(count, kNone);
  for (std::size_t i = 0; i < count; ++i) {
    if (pack_.topics[i].parent.empty()) continue;
    const auto parent = topic_of_id_.find(pack_.topics[i].parent);
    if (parent != topic_of_id_.end()) parents[i] = parent->second;
  }
  std::vector<std::size_t> met(count, kNone);
  for (std::size_t walk = 0; walk < count; ++walk) {
    std::size_t at = walk;
    while (at != kNone && met[at] == kNone) {
      met[at] = walk;
      at = parents[at];
    }
    if (at != kNone && met[at] == walk) ReportCycle(at, parents);
  }
}

// REQUIRES: the parents of `first` lead back to it.
void PackParser::ReportCycle(std::size_t first, const std::vector<std::size_t>& parents) {
  constexpr int kShownMax = 5;
  std::string chain = pack_.topics[first].id;
  int shown = 0;
  for (std::size_t at = parents[first];; at = parents[at]) {
    if (++shown > kShownMax) {
      chain += " -> ...";
      break;
    }
    chain += " -> " + pack_.topics[at].id;
    if (at == first) break;
  }
  errors_.Error(parent_positions_[first],
                fmt::format("topic \"{}\" is its own ancestor", pack_.topics[first].id),
                "its parents: " + chain);
}

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

std::optional<RulePack> ParseRulePack(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics) {
  if (text.size() > kPackBytesMax) {
    AddFileError(file, "the pack has more than 64 MiB", "split it into several packs", diagnostics);
    return std::nullopt;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.empty()) {
    AddFileError(file, "the pack is empty", std::string(kHeaderHelp), diagnostics);
    return std::nullopt;
  }
  RuleErrors errors(text, file, diagnostics);
  CheckText(text, errors);
  if (errors.any()) return std::nullopt;
  RulePack pack = PackParser(text, file, errors).Parse();
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
