#include "config/rule_terms.h"

#include <utility>

#include <fmt/format.h>

#include "config/regex_check.h"
#include "config/rule_bounds.h"
#include "config/rule_phrase.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

constexpr std::string_view kMarkHelp = "for the character itself write \\* or \\~";

}  // namespace

bool RuleTermParser::Parse(RuleNode& term) {
  term.position = cursor_.token().position;
  switch (cursor_.token().kind) {
    case Kind::kWord:
      return ParseWord(term);
    case Kind::kInflected:
      ParseMarked(term, RuleNode::Kind::kInflected);
      return true;
    case Kind::kWildcard:
      ParseMarked(term, RuleNode::Kind::kPrefix);
      return true;
    case Kind::kString:
      ParsePhrase(term);
      return true;
    case Kind::kEquals:
      return ParseExact(term);
    case Kind::kRegex:
      ParseRegex(term);
      return true;
    case Kind::kComma:
      return cursor_.FailUnexpected("a term", "terms are separated by spaces alone");
    default:
      return cursor_.FailUnexpected("a term");
  }
}

bool RuleTermParser::ParseWord(RuleNode& term) {
  const RuleToken word = cursor_.token();
  // At the start of a line it is the next clause: what should stand before is missing.
  const bool next_clause = word.first_on_line && IsReservedWord(word.text);
  if (next_clause || IsOperatorWord(word.text)) return cursor_.FailUnexpected("a term");
  term.kind = RuleNode::Kind::kWord;
  term.text = word.text;
  if (IsReservedWord(word.text)) {
    errors_.Error(word.position, fmt::format("\"{}\" is a word of the rule language", word.text),
                  fmt::format("for the word itself, write \"{}\" in quotes", word.text));
  }
  cursor_.Advance();
  return true;
}

void RuleTermParser::ParseMarked(RuleNode& term, RuleNode::Kind kind) {
  term.kind = kind;
  term.text = cursor_.token().text;
  cursor_.Advance();
}

void RuleTermParser::ReadString(RuleNode& term, bool is_exact) {
  const RuleToken string = cursor_.token();
  PhraseText phrase = ReadPhrase(string.text);
  const auto place = [&string](std::size_t offset) {
    return SourcePosition{string.position.line, string.text_column + static_cast<int>(offset), 1};
  };
  for (const PhraseFault& fault : phrase.faults) {
    switch (fault.kind) {
      case PhraseFault::Kind::kBadEscape:
        cursor_.ReportBadEscape(string, fault.offset, StringUse::kTerm);
        break;
      case PhraseFault::Kind::kInnerMark:
        errors_.Error(place(fault.offset), "a wildcard or inflection ends its word",
                      std::string(kMarkHelp));
        break;
      case PhraseFault::Kind::kStrayMark:
        errors_.Warn(place(fault.offset), "this follows no word and stands for nothing",
                     std::string(kMarkHelp));
        break;
    }
  }
  if (is_exact && !phrase.words.empty()) {
    errors_.Error(string.position, "an exact spelling has no wildcards and inflections",
                  std::string(kMarkHelp));
  }
  term.text = std::move(phrase.text);
  for (RuleNode& word : phrase.words) {
    const int length = word.position.length;
    word.position = place(static_cast<std::size_t>(word.position.column));
    word.position.length = length;
  }
  term.children = std::move(phrase.words);
}

void RuleTermParser::ParsePhrase(RuleNode& term) {
  term.kind = RuleNode::Kind::kPhrase;
  ReadString(term, false);
  if (term.children.size() == 1) {  // Only quoted for the characters in it: "C++*".
    term.kind = term.children[0].kind;
    term.text = std::exchange(term.children[0].text, {});
    term.children.clear();
  }
  cursor_.Advance();
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
  term.position.length += exact.position.length;
  if (cursor_.At(Kind::kString)) {
    ReadString(term, true);
    term.children.clear();
  } else {
    term.text = exact.text;
  }
  cursor_.Advance();
  return true;
}

void RuleTermParser::ParseRegex(RuleNode& term) {
  const RuleToken regex = cursor_.token();
  term.kind = RuleNode::Kind::kRegex;
  term.text = ResolveSlashes(regex.text);
  CheckRegexTerm(regex.text, {regex.position.line, regex.text_column, 1}, true, errors_);
  cursor_.Advance();
}

void CheckRegexTerm(std::string_view regex, const SourcePosition& start, bool inside,
                    RuleErrors& errors) {
  if (IsBlank(regex) || regex.size() > kTermBytesMax) return;  // RuleChecks says so.
  const auto place = [&](const RegexFault& fault) {
    if (!inside) return start;
    return SourcePosition{start.line, start.column + static_cast<int>(fault.offset),
                          static_cast<int>(fault.length)};
  };
  const RegexFindings findings = CheckRegex(regex);
  if (const auto& fault = findings.error) errors.Error(place(*fault), fault->message, fault->help);
  if (const auto& fault = findings.warning) errors.Warn(place(*fault), fault->message, fault->help);
}

}  // namespace wiredesk
