#include "config/rule_expression.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_operators.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

// For operators in small letters and such.
std::string MissingOperatorHelp(std::string_view word) {
  std::string upper(word);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (upper == "NEAR" || upper == "BEFORE") {
    return fmt::format("write {0} in capitals and with a number: X {0}/5 Y", upper);
  }
  if (IsProximityWord(upper)) return fmt::format("write {0} in capitals: X {0} Y", upper);
  if (word == "not" || word == "NOT") return "write X & not Y, or NAME not in {...}";
  return "join terms by & or |; for any of them put them in braces: {a b}";
}

// Makes `node` the first child of a node of `kind`, which stands at `position`.
void Wrap(RuleNode::Kind kind, const SourcePosition& position, RuleNode& node) {
  RuleNode outer;
  outer.kind = kind;
  outer.position = position;
  outer.children.push_back(std::move(node));
  node = std::move(outer);
}

}  // namespace

bool RuleExpressionParser::AtExpression() const {
  switch (cursor_.token().kind) {
    case Kind::kWord:
    case Kind::kInflected:
    case Kind::kWildcard:
    case Kind::kString:
    case Kind::kEquals:
    case Kind::kRegex:
    case Kind::kOpenBrace:
    case Kind::kOpenParen:
    case Kind::kField:
    case Kind::kMacro:
      return true;
    default:
      return false;
  }
}

std::optional<RuleNode> RuleExpressionParser::Parse() {
  RuleNode node;
  if (!ParseOr(0, node)) return std::nullopt;
  return node;
}

std::optional<RuleNode> RuleExpressionParser::ParseWhole() {
  RuleNode node;
  if (!ParseOr(0, node)) return std::nullopt;
  const RuleToken& next = cursor_.token();
  const bool next_statement =
      cursor_.At(Kind::kWord) && !IsOperatorWord(next.text) &&
      (next.first_on_line || IsPackWord(next.text) || IsClauseWord(next.text));
  if (next_statement || cursor_.At(Kind::kEnd) || cursor_.At(Kind::kCloseBrace)) return node;
  FailMissingOperator();
  return std::nullopt;
}

// Always false.
bool RuleExpressionParser::FailMissingOperator() {
  const RuleToken& token = cursor_.token();
  if (cursor_.At(Kind::kCloseParen)) {
    return cursor_.FailUnexpected("an operator", "this \")\" closes nothing");
  }
  return cursor_.FailUnexpected("an operator", MissingOperatorHelp(token.text));
}

bool RuleExpressionParser::CheckLevel(int level) {
  if (level <= kRuleNestingMax) return true;
  errors_.Error(cursor_.token().position,
                fmt::format("this is nested more than {} deep", kRuleNestingMax),
                "name parts of it by let");
  return false;
}

// False: that would be too many. Said once; the pack is lost anyhow.
bool RuleExpressionParser::CountNode() {
  if (nodes_ > kPackNodesMax) return false;
  if (++nodes_ <= kPackNodesMax) return true;
  errors_.Error(
      cursor_.token().position,
      fmt::format("a pack may have at most {} terms and operators", WithThousands(kPackNodesMax)),
      "put long lists of terms into files: file NAME = \"path\"");
  return false;
}

bool RuleExpressionParser::ParseOr(int level, RuleNode& node) {
  if (!ParseAnd(level, node)) return false;
  for (bool first = true; AtOr(); first = false) {
    if (first) Wrap(RuleNode::Kind::kOr, cursor_.token().position, node);
    cursor_.Advance();
    if (!ParseAnd(level, node.children.emplace_back())) return false;
  }
  return true;
}

bool RuleExpressionParser::ParseAnd(int level, RuleNode& node) {
  if (!ParseNot(level, node)) return false;
  for (bool first = true; AtAnd(); first = false) {
    if (first) Wrap(RuleNode::Kind::kAnd, cursor_.token().position, node);
    cursor_.Advance();
    if (!ParseNot(level, node.children.emplace_back())) return false;
  }
  return true;
}

bool RuleExpressionParser::ParseNot(int level, RuleNode& node) {
  if (!AtWord("not", "NOT")) return ParseProximity(level, node);
  if (!CheckLevel(level + 1) || !CountNode()) return false;
  node.kind = RuleNode::Kind::kNot;
  node.position = cursor_.token().position;
  cursor_.Advance();
  return ParseNot(level + 1, node.children.emplace_back());
}

bool RuleExpressionParser::ParseProximity(int level, RuleNode& node) {
  if (!ParseOperand(level, node)) return false;
  // Each further operand puts what is there one level deeper.
  for (int joined = 1;; ++joined) {
    bool found = false;
    RuleNode outer;
    if (!TakeProximity(outer, found)) return false;
    if (!found) return true;
    if (!CheckLevel(level + joined) || !CountNode()) return false;
    outer.children.push_back(std::move(node));
    node = std::move(outer);
    if (!ParseOperand(level, node.children.emplace_back())) return false;
  }
}

// The operator at the cursor, if there is one. False: it lacks its number.
bool RuleExpressionParser::TakeProximity(RuleNode& node, bool& found) {
  const RuleToken token = cursor_.token();
  found = cursor_.At(Kind::kOperator) || (cursor_.At(Kind::kWord) && IsProximityWord(token.text));
  if (!found) return true;
  node.position = token.position;
  if (cursor_.At(Kind::kOperator)) return TakeDistance(node);
  if (token.text == "NEAR" || token.text == "BEFORE") {
    errors_.Error(token.position, fmt::format("{} lacks its number", token.text),
                  fmt::format("say how many words may be between: X {}/5 Y", token.text));
    cursor_.Advance();
    return false;
  }
  node.kind = token.text == "SENTENCE"    ? RuleNode::Kind::kSentence
              : token.text == "PARAGRAPH" ? RuleNode::Kind::kParagraph
                                          : RuleNode::Kind::kOutside;
  cursor_.Advance();
  return true;
}

// NEAR/n or BEFORE/n, one token.
bool RuleExpressionParser::TakeDistance(RuleNode& node) {
  const std::string_view text = cursor_.token().text;
  const std::size_t slash = text.find('/');
  node.kind = text.starts_with("NEAR") ? RuleNode::Kind::kNear : RuleNode::Kind::kBefore;
  for (const char digit : text.substr(slash + 1)) {
    node.number = std::min(node.number * 10 + (digit - '0'), 1'000'000);
  }
  cursor_.Advance();
  return true;
}

bool RuleExpressionParser::ParseTerm(RuleNode& node) { return CountNode() && terms_.Parse(node); }

bool RuleExpressionParser::ParseOperand(int level, RuleNode& node) {
  switch (cursor_.token().kind) {
    case Kind::kOpenParen:
      return ParseParenthesis(level, node);
    case Kind::kOpenBrace:
      return ParseSet(level, node);
    case Kind::kField:
      return ParseField(level, false, node);
    case Kind::kMacro:
      return ParseName(node);
    case Kind::kWord:
      return ParseWordOrTest(level, node);
    default:
      return ParseTerm(node);
  }
}

bool RuleExpressionParser::ParseParenthesis(int level, RuleNode& node) {
  const SourcePosition parenthesis = cursor_.token().position;
  if (!CheckLevel(level + 1)) return false;
  cursor_.Advance();
  if (!ParseOr(level + 1, node)) return false;
  if (cursor_.At(Kind::kCloseParen)) {
    cursor_.Advance();
    return true;
  }
  const bool next_clause = cursor_.token().first_on_line && cursor_.At(Kind::kWord);
  if (AtExpression() && !next_clause) return FailMissingOperator();
  errors_.Error(parenthesis, "this \"(\" is never closed", "put \")\" behind what belongs to it");
  return false;
}

bool RuleExpressionParser::ParseField(int level, bool in_set, RuleNode& node) {
  if (!CheckLevel(level + 1) || !CountNode()) return false;
  node.kind = RuleNode::Kind::kField;
  node.position = cursor_.token().position;
  node.text = cursor_.token().text;
  cursor_.Advance();
  RuleNode& inner = node.children.emplace_back();
  return in_set ? ParseMember(level + 1, inner) : ParseOperand(level + 1, inner);
}

// @name or @topic ID
bool RuleExpressionParser::ParseName(RuleNode& node) {
  if (!CountNode()) return false;
  const RuleToken name = cursor_.token();
  node.position = name.position;
  node.kind = RuleNode::Kind::kMacro;
  node.text = name.text;
  cursor_.Advance();
  if (name.text == "topic") {
    const std::optional<RuleToken> id = cursor_.TakeId("the id of a topic");
    if (!id) return false;
    node.kind = RuleNode::Kind::kTopic;
    node.text = id->text;
    node.position = id->position;
  } else if (checks_.IsList(name.text)) {
    node.kind = RuleNode::Kind::kList;
  }
  return true;
}

bool RuleExpressionParser::ParseSet(int level, RuleNode& node) {
  if (!CheckLevel(level + 1) || !CountNode()) return false;
  node.kind = RuleNode::Kind::kAnyOf;
  node.position = cursor_.token().position;
  return ParseMembers(level + 1, node);
}

// From the opening to behind the closing brace.
bool RuleExpressionParser::ParseMembers(int level, RuleNode& node) {
  const SourcePosition brace = cursor_.token().position;
  cursor_.Advance();
  bool said = false;
  while (!cursor_.At(Kind::kCloseBrace)) {
    const RuleToken& token = cursor_.token();
    // A keyword that begins a line is the next clause, not a member.
    const bool next_clause = token.first_on_line && cursor_.At(Kind::kWord) &&
                             IsReservedWord(token.text) && !IsOperatorWord(token.text);
    if (cursor_.AtEnd() || next_clause) {
      errors_.Error(brace, "this set is never closed", "put \"}\" behind its last term");
      return false;
    }
    if (PassSeparator(said)) continue;
    if (!ParseMember(level, node.children.emplace_back())) return false;
  }
  cursor_.Advance();
  return true;
}

// Commas and | between members are reported, once a set, and passed.
bool RuleExpressionParser::PassSeparator(bool& said) {
  const RuleToken& token = cursor_.token();
  if (!cursor_.At(Kind::kComma) && !AtOr()) return false;
  if (!said) {
    errors_.Error(
        token.position,
        cursor_.At(Kind::kComma) ? "a comma in a set" : fmt::format("\"{}\" in a set", token.text),
        cursor_.At(Kind::kWord)
            ? fmt::format("members are separated by spaces alone; for the word itself, "
                          "write \"{}\" in quotes",
                          token.text)
            : "terms are separated by spaces alone");
  }
  said = true;
  cursor_.Advance();
  return true;
}

bool RuleExpressionParser::ParseMember(int level, RuleNode& node) {
  switch (cursor_.token().kind) {
    case Kind::kOpenParen:
      return ParseParenthesis(level, node);
    case Kind::kOpenBrace:
      return ParseSet(level, node);
    case Kind::kField:
      return ParseField(level, true, node);
    case Kind::kMacro:
      return ParseName(node);
    case Kind::kOperator:
    case Kind::kAmpersand:
      return cursor_.FailUnexpected("a term",
                                    "operators in a set need parentheses: {(a NEAR/3 b) c}");
    case Kind::kWord:
      if (IsProximityWord(cursor_.token().text) || AtAnd() || AtWord("not", "NOT")) {
        return cursor_.FailUnexpected(
            "a term",
            fmt::format("operators in a set need parentheses: {{(a NEAR/3 b) c}}; for the "
                        "word itself, write \"{}\" in quotes",
                        cursor_.token().text));
      }
      return ParseTerm(node);
    default:
      return ParseTerm(node);
  }
}

// A word, or what only a word further tells: count(X) >= n, atleast n of {...}, source = "x".
bool RuleExpressionParser::ParseWordOrTest(int level, RuleNode& node) {
  const RuleToken word = cursor_.token();
  if (word.text == "atleast") return ParseAtLeast(level, node);
  if (!ParseTerm(node)) return false;
  const RuleToken& next = cursor_.token();
  if (cursor_.At(Kind::kOpenParen)) {
    if (word.text == "count") return ParseCount(level, node);
    if (next.offset != word.offset + word.text.size()) return true;
    static constexpr std::string_view kFunctions[] = {"count"};
    errors_.Error(word.position, fmt::format("unknown function {}", Quoted(word.text)),
                  SuggestName(word.text, kFunctions, "the only function is count(X) >= n"));
    return false;
  }
  const bool compared = cursor_.At(Kind::kEquals) || cursor_.At(Kind::kComparison) ||
                        cursor_.AtWord("in") || AtWord("not", "NOT");
  return compared ? ParseMetadata(word, node) : true;
}

// atleast n of {a b c}
bool RuleExpressionParser::ParseAtLeast(int level, RuleNode& node) {
  if (!CheckLevel(level + 1) || !CountNode()) return false;
  node.kind = RuleNode::Kind::kAtLeast;
  node.position = cursor_.token().position;
  cursor_.Advance();
  const std::optional<std::int32_t> number =
      cursor_.TakeInteger("atleast", 1, static_cast<std::int32_t>(kMembersMax));
  if (!number) return false;
  node.number = *number;
  if (!cursor_.AtWord("of")) return cursor_.FailUnexpected("\"of\"", "write atleast n of {a b c}");
  cursor_.Advance();
  if (!cursor_.At(Kind::kOpenBrace)) {
    return cursor_.FailUnexpected("\"{\"", "the members stand in braces: atleast n of {a b c}");
  }
  return ParseMembers(level + 1, node);
}

// count(X) >= n, from the parenthesis on.
bool RuleExpressionParser::ParseCount(int level, RuleNode& node) {
  node.kind = RuleNode::Kind::kCount;
  node.text.clear();
  RuleNode& counted = node.children.emplace_back();
  return ParseParenthesis(level, counted) && ParseCountBound(node);
}

bool RuleExpressionParser::ParseCountBound(RuleNode& node) {
  constexpr std::string_view kHelp = "write count(X) >= n or count(X) <= n";
  const RuleToken comparison = cursor_.token();
  if (!cursor_.At(Kind::kComparison) && !cursor_.At(Kind::kEquals)) {
    return cursor_.FailUnexpected("\">=\" or \"<=\"", std::string(kHelp));
  }
  if (comparison.text != ">=" && comparison.text != "<=") {
    errors_.Error(comparison.position,
                  fmt::format("a count is not compared by \"{}\"", comparison.text),
                  std::string(kHelp));
  }
  node.comparison = comparison.text.starts_with('<') ? RuleNode::Comparison::kAtMost
                                                     : RuleNode::Comparison::kAtLeast;
  cursor_.Advance();
  const std::optional<std::int32_t> number = cursor_.TakeInteger("a count", 0, kCountMax);
  if (!number) return false;
  node.number = *number;
  return true;
}

// From behind the name on: = value, != value, in {...}, not in {...}, < number ...
bool RuleExpressionParser::ParseMetadata(const RuleToken& name, RuleNode& node) {
  using Comparison = RuleNode::Comparison;
  node.kind = RuleNode::Kind::kMetadata;
  node.position = name.position;
  const RuleToken comparison = cursor_.token();
  cursor_.Advance();
  if (comparison.text == "in") return ParseValues(node);
  if (comparison.kind == Kind::kWord) {
    node.comparison = Comparison::kNotEqual;
    if (!cursor_.AtWord("in")) {
      return cursor_.FailUnexpected("\"in\"", MissingOperatorHelp(comparison.text));
    }
    cursor_.Advance();
    return ParseValues(node);
  }
  static constexpr Comparison kComparisons[] = {Comparison::kNotEqual, Comparison::kLess,
                                                Comparison::kAtMost, Comparison::kGreater,
                                                Comparison::kAtLeast};
  for (const Comparison known : kComparisons) {
    if (comparison.text == WrittenComparison(known)) node.comparison = known;
  }
  if (comparison.text == "==") {
    errors_.Error(comparison.position, "\"==\" is written \"=\"");
  }
  return ParseValue(node);
}

bool RuleExpressionParser::ParseValues(RuleNode& node) {
  const SourcePosition brace = cursor_.token().position;
  if (!cursor_.Take(Kind::kOpenBrace, "\"{\"")) return false;
  bool said = false;
  while (!cursor_.At(Kind::kCloseBrace)) {
    if (PassSeparator(said)) continue;
    if (cursor_.AtEnd() || (cursor_.token().first_on_line && cursor_.At(Kind::kWord) &&
                            IsReservedWord(cursor_.token().text))) {
      errors_.Error(brace, "these values are never closed", "put \"}\" behind the last one");
      return false;
    }
    if (!CountNode() || !ParseValue(node)) return false;
  }
  cursor_.Advance();
  return true;
}

bool RuleExpressionParser::ParseValue(RuleNode& node) {
  if (cursor_.At(Kind::kString)) {
    std::optional<std::string> value = cursor_.TakeString("a value");
    node.values.push_back(*std::move(value));
    return true;
  }
  if (!cursor_.At(Kind::kWord) && !cursor_.At(Kind::kNumber)) {
    return cursor_.FailUnexpected("a value", "a value with marks in it is put in double quotes");
  }
  node.values.emplace_back(cursor_.token().text);
  cursor_.Advance();
  return true;
}

}  // namespace wiredesk
