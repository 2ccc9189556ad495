// Whether a regex of a rule pack is one that can be matched fast and means what its author thinks
// (docs/RULES.md, "Regexes"): no look-around, back-reference or word edge, bounded repeats, a
// literal to look for, never the empty text. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

inline constexpr int kRegexRepeatMax = 64;          // n and m of {n,m}.
inline constexpr std::size_t kRegexLiteralMin = 3;  // Bytes of the longest required literal.
inline constexpr std::size_t kRegexSizeMax = 2000;  // Characters, repeats written out.
inline constexpr int kRegexNestingMax = 32;
inline constexpr std::size_t kRegexSpacesAny = std::size_t{1} << 20;

struct RegexFault {
  std::size_t offset = 0;  // Byte in the regex.
  std::size_t length = 1;
  std::string message;  // As in a Diagnostic.
  std::string help;
};

struct RegexFindings {
  std::optional<RegexFault> error;    // The first.
  std::optional<RegexFault> warning;  // The first part that can never match.
  // Sets of literals, ASCII without capitals. One of each set is in whatever the regex matches in
  // folded text. The best to look for comes first: the one whose shortest literal is the longest.
  // Empty if there is an error, or no set of a moderate size.
  std::vector<std::vector<std::string>> required;
  // Spaces that a match has at most, as a text has no two side by side; kRegexSpacesAny or more:
  // any number.
  std::size_t spaces_max = 0;
};

// `regex` as it stands between the slashes of the rule, where "\/" is a slash. REQUIRES: valid
// UTF-8 on one line.
RegexFindings CheckRegex(std::string_view regex);

}  // namespace wiredesk
