#include "config/rule_terms.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/regex_check.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool IsMacroName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

}  // namespace

bool RuleTermParser::AtTerm() const {
  switch (cursor_.token().kind) {
    case Kind::kWord:
    case Kind::kInflected:
    case Kind::kWildcard:
    case Kind::kString:
    case Kind::kEquals:
    case Kind::kRegex:
    case Kind::kOpenBrace:
    case Kind::kField:
    case Kind::kMacro:
      return true;
    default:
      return false;
  }
}

std::optional<RuleNode> RuleTermParser::ParseTerm() {
  RuleNode term;
  Shape shape;
  if (!Parse({}, term, shape)) return std::nullopt;
  return term;
}

bool RuleTermParser::Parse(Place place, RuleNode& term, Shape& shape) {
  term.position = cursor_.token().position;
  switch (cursor_.token().kind) {
    case Kind::kWord:
      return ParseWord(term);
    case Kind::kInflected:
      return ParseInflected(term);
    case Kind::kWildcard:
      return RefuseWildcard(term);
    case Kind::kString:
      return ParsePhrase(term);
    case Kind::kEquals:
      return ParseExact(term);
    case Kind::kRegex:
      return ParseRegex(term);
    case Kind::kOpenBrace:
      return ParseSet(place, term, shape);
    case Kind::kField:
      return ParseField(place, term, shape);
    case Kind::kMacro:
      return ParseMacro(place, term, shape);
    case Kind::kTilde:
      return cursor_.FailUnexpected("a term",
                                    "\"~\" follows a single word directly, as in creditor~");
    case Kind::kComma:
      return cursor_.FailUnexpected("a term", "terms are separated by spaces alone");
    default:
      return cursor_.FailUnexpected("a term");
  }
}

bool RuleTermParser::ParseWord(RuleNode& term) {
  const RuleToken word = cursor_.token();
  if (!UnsupportedOperator(word).empty()) return cursor_.FailUnexpected("a term");
  term.kind = RuleNode::Kind::kWord;
  term.text = word.text;
  CheckTermText(word);
  if (IsReservedWord(word.text)) {
    errors_.Error(word.position, fmt::format("\"{}\" is a word of the rule language", word.text),
                  fmt::format("for the word itself, write \"{}\" in quotes", word.text));
  }
  cursor_.Advance();
  if (cursor_.At(Kind::kOpenParen)) {
    errors_.Error(word.position, fmt::format("\"{}(\" is not supported", word.text));
    return false;
  }
  return true;
}

bool RuleTermParser::ParseInflected(RuleNode& term) {
  const RuleToken word = cursor_.token();
  term.kind = RuleNode::Kind::kInflected;
  term.text = word.text;
  CheckTermText(word);
  if (!inflections_allowed_) {
    errors_.Error(word.position, "a pack of language any has no inflections",
                  "name the pack's language, or list the word's forms");
  }
  cursor_.Advance();
  return true;
}

// Goes on as if it were a word, to find the others in one go.
bool RuleTermParser::RefuseWildcard(RuleNode& term) {
  const RuleToken word = cursor_.token();
  term.kind = RuleNode::Kind::kWord;
  errors_.Error(word.position, UnsupportedOperator(word) + " is not supported",
                fmt::format("{}~ stands for the inflections of a word", word.text));
  cursor_.Advance();
  return true;
}

bool RuleTermParser::ParsePhrase(RuleNode& term) {
  const RuleToken phrase = cursor_.token();
  term.kind = RuleNode::Kind::kPhrase;
  term.text = cursor_.Unescape(phrase);
  CheckTermText(phrase);
  cursor_.Advance();
  return true;
}

bool RuleTermParser::ParseExact(RuleNode& term) {
  const RuleToken equals = cursor_.token();
  cursor_.Advance();
  const RuleToken exact = cursor_.token();
  if (!cursor_.At(Kind::kWord) && !cursor_.At(Kind::kString)) {
    return cursor_.FailUnexpected(
        "a word or a string after \"=\"",
        "\"=\" asks for the exact spelling, as in =Acme or =\"Acme Inc\"");
  }
  if (exact.offset != equals.offset + 1) {
    errors_.Error(equals.position, "there is a space after this \"=\"",
                  "\"=\" stands directly before the word, as in =Acme");
  }
  term.kind = RuleNode::Kind::kExact;
  term.text = cursor_.At(Kind::kString) ? cursor_.Unescape(exact) : std::string(exact.text);
  term.position.length += exact.position.length;
  CheckTermText(exact);
  cursor_.Advance();
  return true;
}

bool RuleTermParser::ParseRegex(RuleNode& term) {
  const RuleToken regex = cursor_.token();
  term.kind = RuleNode::Kind::kRegex;
  term.text = ResolveSlashes(regex.text);
  CheckTermText(regex);
  const auto place = [&regex](const RegexFault& fault) {
    return SourcePosition{regex.position.line, regex.text_column + static_cast<int>(fault.offset),
                          static_cast<int>(fault.length)};
  };
  if (!IsBlank(regex.text) && regex.text.size() <= kTermBytesMax) {
    const RegexFindings findings = CheckRegex(regex.text);
    if (const auto& fault = findings.error)
      errors_.Error(place(*fault), fault->message, fault->help);
    if (const auto& fault = findings.warning)
      errors_.Warn(place(*fault), fault->message, fault->help);
  }
  cursor_.Advance();
  return true;
}

void RuleTermParser::CheckTermText(const RuleToken& token) {
  if (token.text.size() > kTermBytesMax) {
    errors_.Error(token.position, "this term has more than 1,000 bytes");
  }
  if (IsBlank(token.text)) errors_.Error(token.position, "this term is empty");
}

bool RuleTermParser::CheckLevel(const SourcePosition& position, int level) {
  if (level <= kTermNestingMax) return true;
  errors_.Error(position,
                fmt::format("sets and fields are nested more than {} deep", kTermNestingMax));
  return false;
}

bool RuleTermParser::ParseSet(Place place, RuleNode& term, Shape& shape) {
  ++place.level;
  if (!CheckLevel(term.position, place.level)) return false;
  term.kind = RuleNode::Kind::kAnyOf;
  cursor_.Advance();
  if (!ParseSetMembers(place, term, shape)) return false;
  ++shape.levels;
  cursor_.Advance();
  if (term.children.empty()) {
    errors_.Error(term.position, "this set is empty", "put at least one term between the braces");
  }
  return true;
}

// Up to the closing brace.
bool RuleTermParser::ParseSetMembers(Place place, RuleNode& term, Shape& shape) {
  while (!cursor_.At(Kind::kCloseBrace)) {
    const RuleToken& token = cursor_.token();
    // A keyword that begins a line is the next clause, not a member.
    const bool next_clause =
        token.first_on_line && cursor_.At(Kind::kWord) && IsReservedWord(token.text);
    if (cursor_.AtEnd() || next_clause) return FailForgottenBrace(term.position);
    if (cursor_.At(Kind::kComma)) {
      errors_.Error(token.position, "a comma in a set", "terms are separated by spaces alone");
      cursor_.Advance();
      continue;
    }
    RuleNode member;
    Shape member_shape;
    if (!Parse(place, member, member_shape)) return false;
    term.children.push_back(std::move(member));
    shape.nodes += member_shape.nodes;
    shape.levels = std::max(shape.levels, member_shape.levels);
    shape.has_field |= member_shape.has_field;
  }
  return true;
}

bool RuleTermParser::FailForgottenBrace(const SourcePosition& brace) {
  errors_.Error(brace, "this set is never closed", "put \"}\" behind its last term");
  return false;
}

bool RuleTermParser::ParseField(Place place, RuleNode& term, Shape& shape) {
  const RuleToken field = cursor_.token();
  term.kind = RuleNode::Kind::kField;
  term.text = field.text;
  if (std::find(std::begin(kRuleFields), std::end(kRuleFields), field.text) ==
      std::end(kRuleFields)) {
    errors_.Error(field.position, fmt::format("unknown field \"{}\"", field.text),
                  SuggestName(field.text, kRuleFields, "the fields are title, heading and body"));
  } else if (place.in_field) {
    errors_.Error(field.position, "a field inside a field",
                  "a place in the text is in one field only: leave one of them out");
  }
  place.in_field = true;
  ++place.level;
  if (!CheckLevel(field.position, place.level)) return false;
  cursor_.Advance();
  RuleNode inner;
  Shape inner_shape;
  if (!Parse(place, inner, inner_shape)) return false;
  term.children.push_back(std::move(inner));
  shape = {inner_shape.nodes + 1, inner_shape.levels + 1, true};
  return true;
}

bool RuleTermParser::ParseMacro(Place place, RuleNode& term, Shape& shape) {
  const RuleToken name = cursor_.token();
  term.kind = RuleNode::Kind::kMacro;
  term.text = name.text;
  cursor_.Advance();
  const auto found = macros_.find(name.text);
  if (found == macros_.end()) {
    errors_.Error(name.position, fmt::format("unknown name \"@{}\"", name.text),
                  SuggestMacro(name.text));
    return true;
  }
  const Macro& macro = found->second;
  if (place.in_field && macro.shape.has_field) {
    errors_.Error(name.position, fmt::format("a field inside a field: \"@{}\" has one", name.text),
                  "a place in the text is in one field only: leave one of them out");
  }
  if (!CheckLevel(name.position, place.level + 1 + macro.shape.levels)) return false;
  if (!CountExpansion(name.position, macro.shape.nodes)) return true;
  shape = {macro.shape.nodes + 1, macro.shape.levels + 1, macro.shape.has_field};
  return true;
}

std::string RuleTermParser::SuggestMacro(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, macro] : macros_) names.push_back(known);
  return SuggestName(name, names, "a name is given by \"let\" before it is used");
}

// False: that would be too many. Said once; the pack is lost anyhow.
bool RuleTermParser::CountExpansion(const SourcePosition& position, std::size_t nodes) {
  const bool fitted = expanded_nodes_ <= kExpandedNodesMax;
  if (fitted) expanded_nodes_ += nodes;
  if (expanded_nodes_ <= kExpandedNodesMax) return true;
  if (fitted) {
    errors_.Error(position, "the named sets of this pack are too large where they are used",
                  "they would add more than 2,000,000 terms in all; use smaller sets");
  }
  return false;
}

bool RuleTermParser::ParseLet() {
  const std::optional<RuleToken> name = cursor_.TakeId("a name for the set");
  if (!name) return false;
  if (!IsMacroName(name->text)) {
    errors_.Error(name->position, fmt::format("\"{}\" can't be a name", name->text),
                  "a name is a letter, then letters, digits, \"_\" or \"-\"");
    return false;
  }
  if (!cursor_.Take(Kind::kEquals, "\"=\"")) return false;
  Macro macro;
  macro.line = name->position.line;
  RuleNode node;
  if (!Parse({}, node, macro.shape)) return false;
  const auto [place, is_new] = macros_.emplace(std::string(name->text), macro);
  if (is_new) lets_.push_back({std::string(name->text), std::move(node), name->position});
  if (!is_new) {
    errors_.Error(name->position, fmt::format("\"{}\" is named twice; first in line {}", name->text,
                                              place->second.line));
  } else if (macros_.size() == kMacrosMax + 1) {
    errors_.Error(name->position, "a pack may have at most 10,000 named sets");
  }
  return true;
}

}  // namespace wiredesk
