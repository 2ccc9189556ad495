// The words that the rule language keeps for itself, and those that only a later version knows.
// Pure functions, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/rule_lexer.h"

namespace wiredesk {

inline constexpr std::string_view kPackWords[] = {"pack", "boost", "let", "topic"};
inline constexpr std::string_view kClauseWords[] = {"score", "need", "test"};
inline constexpr std::string_view kRuleFields[] = {"title", "heading", "body"};

// Begins a statement of a pack / a clause of a topic, in this version or a later one.
bool IsPackWord(std::string_view word);
bool IsClauseWord(std::string_view word);

// Can't be a term without quotes: it would make a forgotten brace or weight look like a term.
bool IsReservedWord(std::string_view word);

// What `token` is called, if only a later version of the language knows it where a clause or
// statement begins / where a term or an operator stands; else "".
std::string UnsupportedStatement(const RuleToken& token);
std::string UnsupportedOperator(const RuleToken& token);

// What stands there, for people: `"score"`, `a string`, `the end of the file`.
std::string DescribeToken(const RuleToken& token);

}  // namespace wiredesk
