#include "config/rule_cursor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

constexpr std::int64_t kOutOfRange = std::int64_t{1} << 40;

std::string_view StrayHelp(std::string_view character) {
  if (character == "'" || character == "‘" || character == "’" || character == "‚") {
    return "strings stand in double quotes";
  }
  if (character == "@") return "a name follows \"@\" directly, as in @cyber";
  if (character == "!") return "write not, or != between a name and a value";
  return "put a term with marks in it in double quotes";
}

// What to do about a token that stands where it can't; "" if there is nothing to say.
std::string UnexpectedHelp(const RuleToken& token) {
  switch (token.kind) {
    case Kind::kWord:
      if (!IsOperatorWord(token.text)) return "";
      return fmt::format("for the word itself, write \"{}\" in quotes", token.text);
    case Kind::kStar:
      return "a wildcard follows the start of a word directly, as in insolven*";
    case Kind::kTilde:
      return "\"~\" follows a single word directly, as in creditor~, also in a string";
    case Kind::kStray:
      return std::string(StrayHelp(token.text));
    default:
      return "";
  }
}

// [+-]digits; nothing for anything else. Stops growing out of every range that is asked for.
std::optional<std::int64_t> ParseInteger(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), kOutOfRange);
  }
  return negative ? -value : value;
}

}  // namespace

RuleCursor::RuleCursor(std::string_view text, RuleErrors& errors)
    : errors_(errors), lexer_(text), token_(lexer_.Next()) {}

bool RuleCursor::AtPackWord() const { return At(Kind::kWord) && IsPackWord(token_.text); }

bool RuleCursor::AtClauseWord() const { return At(Kind::kWord) && IsClauseWord(token_.text); }

void RuleCursor::Advance() {
  if (At(Kind::kOpenBrace)) ++depth_;
  if (At(Kind::kCloseBrace) && depth_ > 0) --depth_;
  if (errors_.too_many()) {
    token_.kind = Kind::kEnd;
    return;
  }
  token_ = lexer_.Next();
}

bool RuleCursor::Take(Kind kind, std::string_view what) {
  if (!At(kind)) return FailUnexpected(what);
  Advance();
  return true;
}

std::optional<RuleToken> RuleCursor::TakeId(std::string_view what) {
  if (!AtEnd()) {
    const RuleToken id = lexer_.RereadAsId(token_);
    if (!id.text.empty()) {
      Advance();
      return id;
    }
  }
  FailUnexpected(what);
  return std::nullopt;
}

std::optional<std::string> RuleCursor::TakeString(std::string_view what, StringUse use) {
  if (!At(Kind::kString)) {
    FailUnexpected(what, "put it in double quotes");
    return std::nullopt;
  }
  std::string text = Unescape(token_, use);
  Advance();
  return text;
}

std::string RuleCursor::Unescape(const RuleToken& string, StringUse use) {
  std::size_t bad_escape = 0;
  std::string text = ResolveEscapes(string.text, use, bad_escape);
  if (bad_escape != std::string_view::npos) ReportBadEscape(string, bad_escape, use);
  return text;
}

void RuleCursor::ReportBadEscape(const RuleToken& string, std::size_t at, StringUse use) {
  const SourcePosition position{string.position.line, string.text_column + static_cast<int>(at), 1};
  const std::string_view also = use == StringUse::kTerm   ? ", \\*, \\~"
                                : use == StringUse::kText ? ", \\n"
                                                          : "";
  errors_.Error(position, "this backslash escapes nothing",
                fmt::format("here are escapes: \\\", \\\\{}; write \\\\ for a backslash", also));
}

std::optional<std::int32_t> RuleCursor::TakeInteger(std::string_view what, std::int32_t min,
                                                    std::int32_t max) {
  const bool number = At(Kind::kNumber) || At(Kind::kWord);
  const std::optional<std::int64_t> value =
      number ? ParseInteger(token_.text) : std::optional<std::int64_t>();
  if (!value) {
    FailUnexpected(fmt::format("{}, a whole number from {} to {}", what, WithThousands(min),
                               WithThousands(max)));
    return std::nullopt;
  }
  if (*value < min || *value > max) {
    errors_.Error(token_.position, fmt::format("{} must be from {} to {}", what, WithThousands(min),
                                               WithThousands(max)));
  }
  Advance();
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(*value, min, max));
}

bool RuleCursor::FailUnexpected(std::string_view expected, std::string help) {
  if (At(Kind::kUnterminatedString) || At(Kind::kUnterminatedRegex)) {
    ReportUnterminated();
    Advance();  // Or it would be reported again on the way to the next clause.
    return false;
  }
  if (help.empty()) help = UnexpectedHelp(token_);
  errors_.Error(token_.position,
                fmt::format("expected {}, found {}", expected, DescribeToken(token_)),
                std::move(help));
  return false;
}

void RuleCursor::ReportUnterminated() {
  const bool string = At(Kind::kUnterminatedString);
  errors_.Error(token_.position,
                string ? "this string is never closed" : "this regex is never closed",
                string ? "a string ends on its line, with the same kind of quotation mark"
                       : "a regex ends on its line with \"/\"; write \\/ for a slash in it");
}

// One token further. False at the end, or at the start of a line that surely begins a statement:
// then braces before it were left open.
bool RuleCursor::Skip() {
  if (AtEnd()) return false;
  if (token_.first_on_line && AtPackWord() && IsReservedWord(token_.text)) {
    depth_ = 0;
    return false;
  }
  if (At(Kind::kUnterminatedString)) ReportUnterminated();
  Advance();
  return true;
}

// At the first word of a line that is nearly one of `words`: it was meant to be.
bool RuleCursor::AtMisspelt(std::span<const std::string_view> words) const {
  return token_.first_on_line && At(Kind::kWord) && !NearestName(token_.text, words).empty();
}

// Words such as state may also be terms; behind an error only the start of a line tells.
bool RuleCursor::SurelyBegins() const {
  return token_.first_on_line || IsReservedWord(token_.text);
}

void RuleCursor::SkipToClause() {
  do {
    if (depth_ <= 1 && (At(Kind::kCloseBrace) || (AtClauseWord() && SurelyBegins()))) return;
    if (depth_ <= 1 && AtMisspelt(kClauseWords)) return;
    if (token_.first_on_line && AtClauseWord() && IsReservedWord(token_.text)) {
      depth_ = 1;
      return;
    }
  } while (Skip());
}

void RuleCursor::SkipToStatement() {
  while (depth_ > 0 || !((AtPackWord() && SurelyBegins()) || AtMisspelt(kPackWords))) {
    if (!Skip()) return;
  }
}

}  // namespace wiredesk
