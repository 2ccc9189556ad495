#include "config/rule_pack_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

constexpr std::string_view kStatements = "topic, let, file, fields, boost, exclude or fold";

}  // namespace

RulePackParser::RulePackParser(std::string_view text, const std::string& file, ListFiles list_files,
                               RuleErrors& errors, Diagnostics& diagnostics)
    : errors_(errors),
      cursor_(text, errors),
      checks_(errors),
      topic_checks_(errors),
      topics_(cursor_, checks_, topic_checks_, errors),
      lists_(file, list_files, errors, diagnostics) {
  pack_.file = file;
}

RulePack RulePackParser::Parse() {
  ParseHeader();
  while (!cursor_.AtEnd()) {
    if (!ParseStatement()) cursor_.SkipToStatement();
  }
  topic_checks_.CheckParents(pack_.topics);
  return std::move(pack_);
}

// pack NAME version VERSION language CODE
void RulePackParser::ParseHeader() {
  const SourcePosition start = cursor_.token().position;
  if (!cursor_.AtWord("pack")) {
    errors_.Error(start, "the pack line is missing", std::string(kPackHeaderHelp));
    return;
  }
  cursor_.Advance();
  const int errors_before = errors_.count();
  const std::optional<RuleToken> name = cursor_.TakeId("a name for the pack");
  if (!name) return cursor_.SkipToStatement();
  CheckLength(name->position, name->text, kTopicIdBytesMax, errors_);
  pack_.name = name->text;
  while (!cursor_.AtEnd() && !cursor_.AtPackWord()) {
    const bool complete = !pack_.version.empty() && !pack_.language.empty();
    if (complete && !cursor_.AtWord("version") && !cursor_.AtWord("language")) break;
    const RuleToken entry = cursor_.token();
    cursor_.Advance();
    if (!ParseHeaderEntry(entry)) return cursor_.SkipToStatement();
  }
  if (errors_.count() > errors_before) return;
  if (pack_.version.empty()) {
    errors_.Error(start, "the pack has no version", std::string(kPackHeaderHelp));
  }
  if (pack_.language.empty()) {
    errors_.Error(start, "the pack has no language", "add: language en, or language any");
  }
}

bool RulePackParser::ParseHeaderEntry(const RuleToken& entry) {
  static constexpr std::string_view kEntries[] = {"version", "language"};
  if (entry.kind == Kind::kWord && entry.text == "version") {
    const bool again = !pack_.version.empty();
    const std::optional<RuleToken> version = cursor_.TakeId("a version");
    if (!version) return false;
    CheckLength(version->position, version->text, kTopicIdBytesMax, errors_);
    if (again) errors_.Error(entry.position, "a second version");
    pack_.version = version->text;
    return true;
  }
  if (entry.kind == Kind::kWord && entry.text == "language") return ParseLanguage();
  errors_.Error(entry.position,
                fmt::format("expected \"version\" or \"language\", found {}", DescribeToken(entry)),
                SuggestName(entry.text, kEntries, std::string(kPackHeaderHelp)));
  return false;
}

bool RulePackParser::ParseLanguage() {
  const bool again = !pack_.language.empty();
  const std::optional<RuleToken> language = cursor_.TakeId("a language");
  if (!language) return false;
  if (again) errors_.Error(language->position, "a second language");
  pack_.language = language->text;
  if (language->text == "any") checks_.ForbidInflections();
  CheckLanguage(language->position, language->text, errors_);
  return true;
}

bool RulePackParser::ParseStatement() {
  if (cursor_.AtWord("topic")) return ParseTopic();
  if (cursor_.AtWord("let")) return ParseLet();
  if (cursor_.AtWord("boost")) return ParseBoost();
  if (cursor_.AtWord("fields")) return ParseFields();
  if (cursor_.AtWord("file")) return ParseFile();
  if (cursor_.AtWord("exclude")) return ParseExclude();
  if (cursor_.AtWord("fold")) return ParseFold();
  return RefuseStatement();
}

// Always false. Passes a token, so that there is an end to it.
bool RulePackParser::RefuseStatement() {
  const RuleToken token = cursor_.token();
  if (cursor_.AtWord("pack")) {
    errors_.Error(token.position, "a second pack line", "a file holds one pack");
  } else if (cursor_.AtClauseWord()) {
    errors_.Error(token.position, fmt::format("\"{}\" stands outside a topic", token.text),
                  "put it between the braces of a topic: topic ID \"label\" { ... }");
  } else if (cursor_.At(Kind::kOpenBrace)) {
    errors_.Error(token.position, "a \"{\" that belongs to no topic",
                  "braces follow a topic's label or parent");
  } else if (cursor_.At(Kind::kWord)) {
    errors_.Error(token.position, fmt::format("unknown keyword {}", Quoted(token.text)),
                  SuggestName(token.text, kPackWords, fmt::format("here stands {}", kStatements)));
  } else {
    cursor_.FailUnexpected(kStatements);
    if (cursor_.token().offset != token.offset) return false;  // Passed it already.
  }
  cursor_.Advance();
  return false;
}

// boost title 3, heading 2, body 1
bool RulePackParser::ParseBoost() {
  if (has_boost_) errors_.Error(cursor_.token().position, "a second boost", "a pack has one");
  has_boost_ = true;
  cursor_.Advance();
  if (!ParseBoostEntry()) return false;
  while (cursor_.At(Kind::kComma) ||
         (cursor_.At(Kind::kWord) && checks_.IsField(cursor_.token().text))) {
    if (cursor_.At(Kind::kComma)) cursor_.Advance();
    if (!ParseBoostEntry()) return false;
  }
  return true;
}

bool RulePackParser::ParseBoostEntry() {
  const RuleToken field = cursor_.token();
  if (!cursor_.Take(Kind::kWord, "a field, such as title or body")) return false;
  checks_.CheckField(field.position, field.text);
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

// fields title, body, summary
bool RulePackParser::ParseFields() {
  if (has_fields_) errors_.Error(cursor_.token().position, "a second fields", "a pack has one");
  has_fields_ = true;
  do {
    cursor_.Advance();
    const RuleToken field = cursor_.token();
    if (!cursor_.Take(Kind::kWord, "a field")) return false;
    if (std::find(pack_.fields.begin(), pack_.fields.end(), field.text) != pack_.fields.end()) {
      errors_.Error(field.position, fmt::format("field \"{}\" is there twice", field.text));
    }
    checks_.DeclareField(field.position, field.text);
    pack_.fields.emplace_back(field.text);
  } while (cursor_.At(Kind::kComma));
  return true;
}

// fold accents
bool RulePackParser::ParseFold() {
  cursor_.Advance();
  if (!cursor_.AtWord("accents"))
    return cursor_.FailUnexpected("\"accents\"", "write fold accents");
  if (pack_.fold_accents) errors_.Error(cursor_.token().position, "a second fold accents");
  pack_.fold_accents = true;
  cursor_.Advance();
  return true;
}

// The name behind the cursor's token, and "=".
bool RulePackParser::TakeName(std::string_view what, std::string& name, SourcePosition& position) {
  cursor_.Advance();
  const std::optional<RuleToken> id = cursor_.TakeId(what);
  if (!id) return false;
  name = id->text;
  position = id->position;
  return cursor_.Take(Kind::kEquals, "\"=\"");
}

// file NAME = "path"
bool RulePackParser::ParseFile() {
  TermList list;
  if (!TakeName("a name for the list", list.name, list.position)) return false;
  const SourcePosition position = cursor_.token().position;
  std::optional<std::string> path = cursor_.TakeString("the path of a file");
  if (!path) return false;
  list.path = *std::move(path);
  checks_.AddList(list.position, list.name);
  lists_.Read(position, list);
  pack_.lists.push_back(std::move(list));
  return true;
}

// let NAME = expression
bool RulePackParser::ParseLet() {
  NamedNode let;
  if (!TakeName("a name", let.name, let.position)) return false;
  std::optional<RuleNode> node = topics_.expressions().ParseWhole();
  if (!node) return false;
  let.node = *std::move(node);
  checks_.AddLet(let.position, let.name, let.node);
  pack_.lets.push_back(std::move(let));
  return true;
}

// exclude everywhere expression
bool RulePackParser::ParseExclude() {
  cursor_.Advance();
  if (!cursor_.AtWord("everywhere")) {
    return cursor_.FailUnexpected("\"everywhere\"", "write exclude everywhere, and what");
  }
  cursor_.Advance();
  std::optional<RuleNode> node = topics_.expressions().ParseWhole();
  if (!node) return false;
  checks_.Check(*node);
  pack_.excludes.push_back(*std::move(node));
  return true;
}

bool RulePackParser::ParseTopic() {
  cursor_.Advance();
  Topic topic;
  const bool parsed = ParseTopicHead(topic);
  if (parsed && cursor_.At(Kind::kOpenBrace)) topics_.ParseBody(topic);
  // Without an id the checks do not count it.
  if (!topic.id.empty()) pack_.topics.push_back(std::move(topic));
  return parsed;
}

// ID "label" parent ID
bool RulePackParser::ParseTopicHead(Topic& topic) {
  const std::optional<RuleToken> id = cursor_.TakeId("the topic's id");
  if (!id) return false;
  topic.id = id->text;
  topic.position = id->position;
  topic_checks_.Begin(id->position, id->text);
  const SourcePosition label_position = cursor_.token().position;
  std::optional<std::string> label = cursor_.TakeString("the topic's label");
  if (!label) return false;
  topic.label = *std::move(label);
  topic_checks_.CheckLabel(label_position, topic.label);
  while (cursor_.At(Kind::kWord) && !cursor_.AtPackWord()) {
    if (!ParseParent(topic)) return false;
  }
  return true;
}

bool RulePackParser::ParseParent(Topic& topic) {
  static constexpr std::string_view kParent[] = {"parent"};
  const RuleToken word = cursor_.token();
  if (word.text != "parent") {
    if (cursor_.AtClauseWord()) {
      errors_.Error(word.position, fmt::format("\"{}\" stands outside a topic", word.text),
                    "put \"{\" before the topic's first clause");
    } else {
      errors_.Error(word.position, fmt::format("unknown keyword {}", Quoted(word.text)),
                    SuggestName(word.text, kParent, "here stands parent, \"{\" or the next topic"));
    }
    return false;
  }
  cursor_.Advance();
  const std::optional<RuleToken> parent = cursor_.TakeId("the parent's id");
  if (!parent) return false;
  if (!topic.parent.empty()) errors_.Error(word.position, "a second parent", "a topic has one");
  topic_checks_.AddParent(parent->position, parent->text);
  topic.parent = parent->text;
  return true;
}

}  // namespace wiredesk
