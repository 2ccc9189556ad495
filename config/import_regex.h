// Rewrites regexes of other systems for the folded text that ours look at (docs/RULES.md,
// "Regexes"). Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace wiredesk {

// For a regex over running text: letters in lower case; a run of what stands for spaces and
// hyphens becomes one space, optional if it may be empty; lazy repeats become plain ones.
//
//   \d+\-?\s+?Year\-?\s?old   ->   \d+ year ?old
//
// What it doesn't know stays as it is, for CheckRegex() to judge.
std::string AdaptRegex(std::string_view regex);

// For a regex over single words, such as Lucene's: "." is a character of the word, and the whole
// word matches.
//
//   joh?n.*   ->   " joh?n\S*"
std::string AdaptWordRegex(std::string_view regex);

}  // namespace wiredesk
