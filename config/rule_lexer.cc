#include "config/rule_lexer.h"

#include <algorithm>

#include "config/text_check.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNonAscii(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsWordChar(char c) { return IsLetterOrDigit(c) || c == '_'; }
bool IsNameChar(char c) { return IsWordChar(c) || c == '-'; }
bool IsIdChar(char c) { return IsNameChar(c) || c == '.' || c == ':' || c == '/'; }
bool IsInnerMark(char c) { return c == '-' || c == '\'' || c == '.' || c == '&'; }

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [text](std::string_view start) { return text.starts_with(start); });
}

// Bytes of the space at the front: pasted text brings no-break and typographic spaces along.
std::size_t SpaceLength(std::string_view text) {
  if (text.empty()) return 0;
  if (!IsNonAscii(text[0])) {
    return text[0] == ' ' || text[0] == '\t' || text[0] == '\r' || text[0] == '\n' ? 1 : 0;
  }
  if (text.starts_with("\u00A0")) return 2;
  if (StartsWithAny(text, {"\u202F", "\u2028", "\u2029", "\u3000", "\uFEFF"})) return 3;
  const bool general = text.starts_with("\xE2\x80") && text.size() > 2;
  return general && static_cast<unsigned char>(text[2]) <= 0x8B ? 3 : 0;  // U+2000 to U+200B
}

// Bytes of the double quotation mark at the front, straight or typographic.
std::size_t QuoteLength(std::string_view text) {
  if (text.empty() || !IsNonAscii(text[0])) return text.starts_with('"') ? 1 : 0;
  if (StartsWithAny(text, {"«", "»"})) return 2;
  return StartsWithAny(text, {"“", "”", "„", "‟"}) ? 3 : 0;
}

// Whether the mark at the front of `text`, which is not empty, closes a string opened by `quote`.
// Languages differ in which of the curly ones opens and which closes.
bool Closes(std::string_view quote, std::string_view text) {
  if (quote == "\"") return text[0] == '"';
  if (!IsNonAscii(text[0])) return false;
  if (quote.size() == 2) return StartsWithAny(text, {"«", "»"});
  return StartsWithAny(text, {"“", "”", "„", "‟"});
}

bool IsSingleQuote(std::string_view text) {
  if (!IsNonAscii(text[0])) return text[0] == '\'';
  return StartsWithAny(text, {"‘", "’", "‚", "‛"});
}

}  // namespace

RuleLexer::RuleLexer(std::string_view text) : text_(text) {}

RuleToken RuleLexer::Make(Kind kind, std::size_t end, std::size_t text_from, std::size_t text_to) {
  RuleToken token;
  token.kind = kind;
  token.first_on_line = first_on_line_;
  token.text = text_.substr(text_from, text_to - text_from);
  token.offset = at_;
  token.position = {line_, static_cast<int>(at_ - line_start_) + 1, static_cast<int>(end - at_)};
  token.text_column = static_cast<int>(text_from - line_start_) + 1;
  at_ = end;
  first_on_line_ = false;
  return token;
}

RuleToken RuleLexer::MakePlain(Kind kind, std::size_t end) { return Make(kind, end, at_, end); }

void RuleLexer::SkipLine() { at_ = LineEnd(at_); }

std::size_t RuleLexer::LineEnd(std::size_t at) const {
  return std::min(text_.find('\n', at), text_.size());
}

void RuleLexer::SkipSpace() {
  while (at_ < text_.size()) {
    if (text_[at_] == '#') {
      has_comments_ = true;
      SkipLine();
      continue;
    }
    const std::size_t length = SpaceLength(text_.substr(at_));
    if (length == 0) return;
    const bool feed = text_[at_] == '\n';
    at_ += length;
    if (!feed) continue;
    ++line_;
    line_start_ = at_;
    first_on_line_ = true;
  }
}

// The end of the word that starts at `at`; `at` itself if none does.
std::size_t RuleLexer::WordEnd(std::size_t at) const {
  std::size_t end = at;
  while (end < text_.size()) {
    const char c = text_[end];
    if (IsWordChar(c)) {
      ++end;
    } else if (IsNonAscii(c)) {
      const std::string_view rest = text_.substr(end);
      if (SpaceLength(rest) != 0 || QuoteLength(rest) != 0) break;
      end += std::max<std::size_t>(Utf8LengthAt(text_, end), 1);
    } else if (IsInnerMark(c) && end > at && !IsInnerMark(text_[end - 1])) {
      const char next = At(end + 1);
      const bool inner =
          IsWordChar(next) || (IsNonAscii(next) && SpaceLength(text_.substr(end + 1)) == 0 &&
                               QuoteLength(text_.substr(end + 1)) == 0);
      if (!inner) break;
      ++end;
    } else {
      break;
    }
  }
  return end;
}

RuleToken RuleLexer::Next() {
  SkipSpace();
  if (at_ >= text_.size()) {
    RuleToken token = MakePlain(Kind::kEnd, text_.size());
    token.position.length = 0;
    return token;
  }
  const std::string_view rest = text_.substr(at_);
  if (const std::size_t quote = QuoteLength(rest); quote != 0) return NextString(quote);
  if (IsSingleQuote(rest)) return MakePlain(Kind::kStray, at_ + Utf8LengthAt(text_, at_));
  const char c = rest[0];
  if (IsWordChar(c) || IsNonAscii(c)) return NextWord();
  if (c == '/') return NextRegex();
  if (c == '-' || c == '+') return NextSign();
  return NextMark();
}

RuleToken RuleLexer::NextWord() {
  const std::size_t end = WordEnd(at_);
  const std::string_view word = text_.substr(at_, end - at_);
  switch (At(end)) {
    case '~':
      return Make(Kind::kInflected, end + 1, at_, end);
    case '*':
      return Make(Kind::kWildcard, end + 1, at_, end);
    case ':':
      return Make(Kind::kField, end + 1, at_, end);
    case '/':
      if ((word == "NEAR" || word == "BEFORE") && IsDigit(At(end + 1))) {
        std::size_t number_end = end + 1;
        while (IsDigit(At(number_end))) ++number_end;
        return MakePlain(Kind::kOperator, number_end);
      }
      break;
    default:
      break;
  }
  return MakePlain(Kind::kWord, end);
}

RuleToken RuleLexer::NextString(std::size_t quote_bytes) {
  const std::string_view quote = text_.substr(at_, quote_bytes);
  const std::size_t from = at_ + quote_bytes;
  for (std::size_t at = from; at < text_.size() && text_[at] != '\n'; ++at) {
    if (text_[at] == '\\' && (At(at + 1) == '"' || At(at + 1) == '\\')) {
      ++at;
    } else if (Closes(quote, text_.substr(at))) {
      return Make(Kind::kString, at + QuoteLength(text_.substr(at)), from, at);
    }
  }
  return MakePlain(Kind::kUnterminatedString, LineEnd(at_));
}

RuleToken RuleLexer::NextRegex() {
  for (std::size_t at = at_ + 1; at < text_.size() && text_[at] != '\n'; ++at) {
    if (text_[at] == '\\' && At(at + 1) != '\n') {
      ++at;
    } else if (text_[at] == '/') {
      return Make(Kind::kRegex, at + 1, at_ + 1, at);
    }
  }
  return MakePlain(Kind::kUnterminatedRegex, LineEnd(at_));
}

RuleToken RuleLexer::NextSign() {
  if (!IsDigit(At(at_ + 1))) return MakePlain(Kind::kStray, at_ + 1);
  return MakePlain(Kind::kNumber, WordEnd(at_ + 1));
}

RuleToken RuleLexer::NextMark() {
  const std::size_t after = at_ + 1;
  switch (text_[at_]) {
    case '{':
      return MakePlain(Kind::kOpenBrace, after);
    case '}':
      return MakePlain(Kind::kCloseBrace, after);
    case '=':
      if (At(after) == '=') return MakePlain(Kind::kComparison, after + 1);
      return MakePlain(Kind::kEquals, after);
    case '<':
    case '>':
      return MakePlain(Kind::kComparison, At(after) == '=' ? after + 1 : after);
    case '!':
      if (At(after) == '=') return MakePlain(Kind::kComparison, after + 1);
      return MakePlain(Kind::kStray, after);
    case ',':
      return MakePlain(Kind::kComma, after);
    case '(':
      return MakePlain(Kind::kOpenParen, after);
    case ')':
      return MakePlain(Kind::kCloseParen, after);
    case '|':
      return MakePlain(Kind::kBar, after);
    case '&':
      return MakePlain(Kind::kAmpersand, after);
    case '*':
      return MakePlain(Kind::kStar, after);
    case '~':
      return MakePlain(Kind::kTilde, after);
    case ':':
      return MakePlain(Kind::kColon, after);
    case '@': {
      std::size_t end = after;
      while (IsNameChar(At(end))) ++end;
      return end == after ? MakePlain(Kind::kStray, after) : Make(Kind::kMacro, end, after, end);
    }
    default:
      return MakePlain(Kind::kStray, after);
  }
}

RuleToken RuleLexer::RereadAsId(const RuleToken& token) {
  std::size_t end = token.offset;
  while (IsIdChar(At(end))) ++end;
  RuleToken id = token;
  id.kind = Kind::kId;
  id.text = text_.substr(token.offset, end - token.offset);
  if (id.text.empty()) return id;
  id.position.length = static_cast<int>(id.text.size());
  id.text_column = id.position.column;
  at_ = end;
  return id;
}

bool IsEscaped(char c, StringUse use) {
  if (c == '"' || c == '\\') return true;
  if (use == StringUse::kTerm) return c == '*' || c == '~';
  return use == StringUse::kText && c == 'n';
}

std::string ResolveEscapes(std::string_view raw, StringUse use, std::size_t& bad_escape) {
  bad_escape = std::string_view::npos;
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == '\\') {
      const char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
      if (IsEscaped(next, use)) {
        text += next == 'n' ? '\n' : next;
        ++at;
        continue;
      }
      if (bad_escape == std::string_view::npos) bad_escape = at;
    }
    text += raw[at];
  }
  return text;
}

std::string ResolveSlashes(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == '\\' && at + 1 < raw.size()) {
      if (raw[at + 1] != '/') text += raw[at];
      ++at;
    }
    text += raw[at];
  }
  return text;
}

}  // namespace wiredesk
