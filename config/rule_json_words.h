// The words of the JSON form, shared by its reader and its writer.
#pragma once

#include <string_view>

#include "config/rule_ast.h"

namespace wiredesk {

// What stands beside the key that says a node's kind.
enum class RuleJsonShape {
  kText,        // {"word": "x"}
  kMarkedWord,  // {"prefix": "x"}
  kPhrase,      // {"phrase": "a b"} or {"phrase": [{"word": "a"}, {"prefix": "b"}]}
  kNode,        // {"not": X}
  kPair,        // {"sentence": [X, Y]}
  kNodes,       // {"any": [X, Y, Z]}
  kNumberOf,    // {"near": 5, "of": [X, Y]}
  kTextOf,      // {"field": "title", "of": X}
  kComparison,  // {"count": X, "at_least": 3}, {"metadata": "source", "equal": ["x", "y"]}
};

struct RuleJsonKind {
  std::string_view key;
  RuleNode::Kind kind;
  RuleJsonShape shape;
};

inline constexpr RuleJsonKind kRuleJsonKinds[] = {
    {"word", RuleNode::Kind::kWord, RuleJsonShape::kText},
    {"phrase", RuleNode::Kind::kPhrase, RuleJsonShape::kPhrase},
    {"inflected", RuleNode::Kind::kInflected, RuleJsonShape::kMarkedWord},
    {"exact", RuleNode::Kind::kExact, RuleJsonShape::kText},
    {"prefix", RuleNode::Kind::kPrefix, RuleJsonShape::kMarkedWord},
    {"regex", RuleNode::Kind::kRegex, RuleJsonShape::kText},
    {"any", RuleNode::Kind::kAnyOf, RuleJsonShape::kNodes},
    {"list", RuleNode::Kind::kList, RuleJsonShape::kText},
    {"macro", RuleNode::Kind::kMacro, RuleJsonShape::kText},
    {"field", RuleNode::Kind::kField, RuleJsonShape::kTextOf},
    {"near", RuleNode::Kind::kNear, RuleJsonShape::kNumberOf},
    {"before", RuleNode::Kind::kBefore, RuleJsonShape::kNumberOf},
    {"sentence", RuleNode::Kind::kSentence, RuleJsonShape::kPair},
    {"paragraph", RuleNode::Kind::kParagraph, RuleJsonShape::kPair},
    {"outside", RuleNode::Kind::kOutside, RuleJsonShape::kPair},
    {"or", RuleNode::Kind::kOr, RuleJsonShape::kNodes},
    {"and", RuleNode::Kind::kAnd, RuleJsonShape::kNodes},
    {"not", RuleNode::Kind::kNot, RuleJsonShape::kNode},
    {"atleast", RuleNode::Kind::kAtLeast, RuleJsonShape::kNumberOf},
    {"count", RuleNode::Kind::kCount, RuleJsonShape::kComparison},
    {"metadata", RuleNode::Kind::kMetadata, RuleJsonShape::kComparison},
    {"topic", RuleNode::Kind::kTopic, RuleJsonShape::kText},
};

struct RuleJsonComparison {
  std::string_view key;
  RuleNode::Comparison comparison;
};

inline constexpr RuleJsonComparison kRuleJsonComparisons[] = {
    {"equal", RuleNode::Comparison::kEqual},     {"not_equal", RuleNode::Comparison::kNotEqual},
    {"less", RuleNode::Comparison::kLess},       {"at_most", RuleNode::Comparison::kAtMost},
    {"greater", RuleNode::Comparison::kGreater}, {"at_least", RuleNode::Comparison::kAtLeast},
};

}  // namespace wiredesk
