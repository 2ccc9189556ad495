// The place of the parser in the tokens of a pack: takes what is expected, says what is wrong when
// something else is there, and finds the way to the next clause or statement after an error.
// One parser's, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/rule_errors.h"
#include "config/rule_lexer.h"

namespace wiredesk {

class RuleCursor {
 public:
  RuleCursor(std::string_view text, RuleErrors& errors);

  const RuleToken& token() const { return token_; }
  bool At(RuleToken::Kind kind) const { return token_.kind == kind; }
  bool AtWord(std::string_view word) const {
    return At(RuleToken::Kind::kWord) && token_.text == word;
  }
  bool AtEnd() const { return At(RuleToken::Kind::kEnd); }
  // At a word that begins a statement of the pack / a clause of a topic.
  bool AtPackWord() const;
  bool AtClauseWord() const;
  // Braces open before the token.
  int depth() const { return depth_; }

  void Advance();

  // These take what is there and go on behind it, or report an error and stay. `what` completes
  // "expected ...".
  bool Take(RuleToken::Kind kind, std::string_view what);
  std::optional<RuleToken> TakeId(std::string_view what);
  std::optional<std::string> TakeString(std::string_view what, StringUse use = StringUse::kName);
  std::optional<std::int32_t> TakeInteger(std::string_view what, std::int32_t min,
                                          std::int32_t max);

  // A string without its delimiters and escapes; a bad escape is reported. REQUIRES: a kString.
  std::string Unescape(const RuleToken& string, StringUse use);
  // Reports the backslash at byte `at` of a string's text.
  void ReportBadEscape(const RuleToken& string, std::size_t at, StringUse use);

  // Reports that the token is not what was expected. Always false.
  bool FailUnexpected(std::string_view expected, std::string help = {});

  // After an error: to the next clause of the same topic, its closing brace, or the next statement.
  void SkipToClause();
  // To the next statement of the pack.
  void SkipToStatement();

 private:
  bool Skip();
  bool SurelyBegins() const;
  bool AtMisspelt(std::span<const std::string_view> words) const;
  void ReportUnterminated();

  RuleErrors& errors_;
  RuleLexer lexer_;
  RuleToken token_;
  int depth_ = 0;
};

}  // namespace wiredesk
