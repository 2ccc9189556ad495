// Makes rule nodes out of what other query languages say: terms with wildcards, and logic without
// needless levels. What the rule language can't say comes back as a reason. Pure functions, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_ast.h"

namespace wiredesk {

// In the words given to ImportTerm() these stand for the wildcards * and ?.
inline constexpr char kManyChars = '\x01';
inline constexpr char kOneChar = '\x02';

enum class WordForm : std::uint8_t {
  kPlain,
  kInflected,  // All inflections of each word.
  kExact,      // Case and accents as written.
};

// A node, or why there is none.
struct Imported {
  std::optional<RuleNode> node;
  std::string reason;  // "a wildcard within ...": what can't be expressed.
};

// The term of `words` next to each other. A wildcard that the language has no term for becomes a
// regex, where that is one that can be matched.
Imported ImportTerm(const std::vector<std::string>& words, WordForm form);

// A regex of the rule language, if it is one that can be matched.
Imported ImportRegex(std::string regex);

// The words of `text`, split at spaces; what has no letter, digit or currency sign is no word.
std::vector<std::string> SplitWords(std::string_view text);

// `node` in the field, or as it is for the field "".
RuleNode InField(const std::string& field, RuleNode node);

// REQUIRES: not empty. One operand is itself; operands of the same kind are taken over. Terms of
// the same field become one set, which is the same and shorter.
RuleNode AnyOf(std::vector<RuleNode> operands);
RuleNode AllOf(std::vector<RuleNode> operands);
RuleNode Not(RuleNode operand);

// The union of places. REQUIRES: all have places.
RuleNode SetOf(std::vector<RuleNode> members);

// kNear and the like, with `number` for those that have one.
RuleNode Pair(RuleNode::Kind kind, RuleNode left, RuleNode right, std::int32_t number = 0);

// At least `number` of `operands` hold, whether or not they have places. Nothing if that takes too
// many combinations. REQUIRES: 1 <= number <= operands.size()
std::optional<RuleNode> AtLeast(std::int32_t number, std::vector<RuleNode> operands);

// count(node) >= or <= number. REQUIRES: `node` has places.
RuleNode CountOf(RuleNode node, RuleNode::Comparison comparison, std::int32_t number);

bool HasPlaces(const RuleNode& node);

// Whether something must occur in a text for `node` to hold. A rule without is refused.
bool NeedsText(const RuleNode& node);

}  // namespace wiredesk
