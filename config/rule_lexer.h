// Splits the text of a rule pack into tokens. Knows what a word, a string or a regex looks like,
// and nothing of where they may stand; an id, which may hold ':' and '/', is read when the parser
// asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/diagnostic.h"

namespace wiredesk {

struct RuleToken {
  enum class Kind : std::uint8_t {
    kEnd,
    kWord,       // crisis, 11, U.S, retailer’s
    kInflected,  // word~
    kWildcard,   // word*
    kNumber,     // with its sign: -50, +3
    kString,     // "…" or “…”; `text` is what stands between, escapes not resolved
    kRegex,      // /…/; `text` is what stands between
    kField,      // title:
    kMacro,      // @name
    kOperator,   // NEAR/4, BEFORE/3
    kId,         // From TakeId() only.
    kOpenBrace,
    kCloseBrace,
    kEquals,
    kComparison,  // != < <= > >=, and == for a better error.
    kComma,
    kOpenParen,
    kCloseParen,
    kBar,
    kAmpersand,
    kStar,
    kTilde,
    kColon,
    kUnterminatedString,  // Reaches to the end of the line; so does the next.
    kUnterminatedRegex,
    kStray,  // A character that begins nothing.
  };
  Kind kind = Kind::kEnd;
  bool first_on_line = false;
  std::string_view text;   // Without delimiters, tilde, colon, at sign.
  std::size_t offset = 0;  // Of the token in the file, in bytes.
  SourcePosition position;
  int text_column = 0;  // Where `text` begins; a token never reaches over its line.
};

// `text` must outlive the lexer and its tokens. REQUIRES: FindTextFault() finds nothing in `text`,
// and it has less than 1 GiB.
class RuleLexer {
 public:
  explicit RuleLexer(std::string_view text);

  // The next token; kEnd again and again at the end.
  RuleToken Next();

  // Whether a comment was passed on the way to where the lexer is.
  bool has_comments() const { return has_comments_; }

  // Reads [A-Za-z0-9_.:/-]+ where `token` began, which was the last one returned, and goes on
  // behind it. Empty text if no such character is there; then nothing has changed.
  RuleToken RereadAsId(const RuleToken& token);

 private:
  char At(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  RuleToken Make(RuleToken::Kind kind, std::size_t end, std::size_t text_from, std::size_t text_to);
  RuleToken MakePlain(RuleToken::Kind kind, std::size_t end);
  void SkipSpace();
  void SkipLine();
  std::size_t WordEnd(std::size_t at) const;
  std::size_t LineEnd(std::size_t at) const;
  RuleToken NextWord();
  RuleToken NextString(std::size_t quote_bytes);
  RuleToken NextRegex();
  RuleToken NextSign();
  RuleToken NextMark();

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t line_start_ = 0;
  bool first_on_line_ = true;
  bool has_comments_ = false;
};

// What a string is for decides what may be escaped in it beside \" and \\.
enum class StringUse : std::uint8_t {
  kName,  // A label or a path.
  kTerm,  // Also \* and \~, which are marks of a wildcard and an inflection without the backslash.
  kText,  // Also \n, a line feed: the text of a test.
};

// Whether a backslash may stand before `c`.
bool IsEscaped(char c, StringUse use);

// What `raw`, the text of a kString token, stands for: escapes resolved. The byte position of a
// backslash before anything else in `bad_escape`, or npos.
std::string ResolveEscapes(std::string_view raw, StringUse use, std::size_t& bad_escape);

// The text of a kRegex token with \/ as a plain slash.
std::string ResolveSlashes(std::string_view raw);

}  // namespace wiredesk
