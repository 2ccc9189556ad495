#include "config/rule_words.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "config/text_check.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

// Of the words that begin statements and clauses only those that were never free: state and file
// are words of the news.
constexpr std::string_view kReservedWords[] = {"pack", "boost", "let",  "topic", "score",
                                               "need", "test",  "when", "max"};
constexpr std::string_view kOperatorWords[] = {"and", "or", "not", "AND", "OR", "NOT", "atleast"};
constexpr std::string_view kProximityWords[] = {"NEAR", "BEFORE", "SENTENCE", "PARAGRAPH",
                                                "OUTSIDE"};
constexpr std::size_t kShownBytesMax = 40;

bool IsOneOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsPackWord(std::string_view word) { return IsOneOf(word, kPackWords); }

bool IsClauseWord(std::string_view word) { return IsOneOf(word, kClauseWords); }

bool IsProximityWord(std::string_view word) { return IsOneOf(word, kProximityWords); }

bool IsOperatorWord(std::string_view word) {
  return IsOneOf(word, kOperatorWords) || IsProximityWord(word);
}

bool IsReservedWord(std::string_view word) {
  return IsOneOf(word, kReservedWords) || IsOperatorWord(word);
}

bool IsBuiltInField(std::string_view name) { return IsOneOf(name, kRuleFields); }

bool IsMetadataName(std::string_view name) { return IsOneOf(name, kMetadataNames); }

bool IsRuleName(std::string_view text) {
  return !text.empty() && IsLetter(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '_' || c == '-';
  });
}

bool IsRuleId(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '/';
  });
}

bool IsPlainWord(std::string_view text) {
  if (text.empty() || IsReservedWord(text)) return false;
  const RuleToken token = RuleLexer(text).Next();
  return token.kind == Kind::kWord && token.offset == 0 && token.text.size() == text.size();
}

bool IsFieldName(std::string_view text) { return IsRuleName(text) && IsPlainWord(text); }

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string Quoted(std::string_view text) {
  if (text.size() <= kShownBytesMax) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}…\"", WholeCharacters(text, kShownBytesMax));
}

std::string WithThousands(std::int64_t value) {
  std::string digits = fmt::format("{}", value < 0 ? -value : value);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return (value < 0 ? "-" : "") + digits;
}

std::string DescribeToken(const RuleToken& token) {
  switch (token.kind) {
    case Kind::kEnd:
      return "the end of the file";
    case Kind::kString:
      return "the string " + Quoted(token.text);
    case Kind::kRegex:
      return "a regex";
    case Kind::kInflected:
      return Quoted(std::string(token.text) + "~");
    case Kind::kWildcard:
      return Quoted(std::string(token.text) + "*");
    case Kind::kField:
      return Quoted(std::string(token.text) + ":");
    case Kind::kMacro:
      return Quoted("@" + std::string(token.text));
    case Kind::kUnterminatedString:
      return "an unterminated string";
    case Kind::kUnterminatedRegex:
      return "an unterminated regex";
    default:
      return Quoted(token.text);
  }
}

}  // namespace wiredesk
