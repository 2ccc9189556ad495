// The words that the rule language keeps for itself, and what names and ids look like. Pure
// functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/rule_lexer.h"

namespace wiredesk {

inline constexpr std::string_view kPackWords[] = {"pack",   "boost", "let",     "topic",
                                                  "fields", "file",  "exclude", "fold"};
inline constexpr std::string_view kClauseWords[] = {"when", "score", "need",
                                                    "test", "state", "emit"};
inline constexpr std::string_view kRuleFields[] = {"title", "heading", "body", "lead"};
inline constexpr std::string_view kMetadataNames[] = {"source", "language", "lang", "category",
                                                      "id"};

// Begins a statement of a pack / a clause of a topic.
bool IsPackWord(std::string_view word);
bool IsClauseWord(std::string_view word);

// Can't be a term without quotes: it would make a forgotten brace or weight look like a term.
bool IsReservedWord(std::string_view word);
// An operator between operands, or `not` or `atleast`; all of them are reserved.
bool IsOperatorWord(std::string_view word);
// NEAR, BEFORE (which want a number), SENTENCE, PARAGRAPH, OUTSIDE.
bool IsProximityWord(std::string_view word);

bool IsBuiltInField(std::string_view name);
bool IsMetadataName(std::string_view name);

// A letter, then letters, digits, "_" or "-": what `let` and `file` name.
bool IsRuleName(std::string_view text);
// A rule name that also stands in expressions as a plain word: a field or metadata.
bool IsFieldName(std::string_view text);
// [A-Za-z0-9_.:/-]+: a topic's id, a pack's name or version.
bool IsRuleId(std::string_view text);
// Could stand in a pack as a word without quotes.
bool IsPlainWord(std::string_view text);
// Nothing but spaces.
bool IsBlank(std::string_view text);

// What stands there, for people: `"score"`, `a string`, `the end of the file`.
std::string DescribeToken(const RuleToken& token);

// 1,000,000
std::string WithThousands(std::int64_t value);

// "text", without its end where it is long.
std::string Quoted(std::string_view text);

}  // namespace wiredesk
