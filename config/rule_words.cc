#include "config/rule_words.h"

#include <algorithm>

#include <fmt/format.h>

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

constexpr std::string_view kLaterPackWords[] = {"fields", "file", "exclude", "fold"};
constexpr std::string_view kLaterClauseWords[] = {"when", "state", "emit", "exclude", "file"};
constexpr std::string_view kLaterOperators[] = {
    "and", "or", "not", "atleast", "NEAR", "SENTENCE", "PARAGRAPH", "BEFORE", "OUTSIDE"};
constexpr std::size_t kShownBytesMax = 40;

bool IsOneOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Long text is shown without its end.
std::string Quoted(std::string_view text) {
  if (text.size() <= kShownBytesMax) return fmt::format("\"{}\"", text);
  std::size_t cut = kShownBytesMax;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
  return fmt::format("\"{}…\"", text.substr(0, cut));
}

}  // namespace

bool IsPackWord(std::string_view word) {
  return IsOneOf(word, kPackWords) || IsOneOf(word, kLaterPackWords);
}

bool IsClauseWord(std::string_view word) {
  return IsOneOf(word, kClauseWords) || IsOneOf(word, kLaterClauseWords);
}

bool IsReservedWord(std::string_view word) {
  return IsOneOf(word, kPackWords) || IsOneOf(word, kClauseWords) || word == "max" ||
         word == "when";
}

std::string UnsupportedStatement(const RuleToken& token) {
  if (token.kind != Kind::kWord) return UnsupportedOperator(token);
  const bool later = IsOneOf(token.text, kLaterPackWords) || IsOneOf(token.text, kLaterClauseWords);
  return later ? Quoted(token.text) : UnsupportedOperator(token);
}

std::string UnsupportedOperator(const RuleToken& token) {
  switch (token.kind) {
    case Kind::kWord:
      return IsOneOf(token.text, kLaterOperators) ? Quoted(token.text) : "";
    case Kind::kOperator:
      return Quoted(token.text);
    case Kind::kWildcard:
      return fmt::format("the wildcard in {}", Quoted(std::string(token.text) + "*"));
    case Kind::kStar:
      return "the wildcard \"*\"";
    case Kind::kOpenParen:
      return "grouping by \"(\"";
    case Kind::kBar:
    case Kind::kAmpersand:
      return Quoted(token.text);
    default:
      return "";
  }
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
