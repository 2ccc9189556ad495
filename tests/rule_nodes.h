// Expressions of rules, built in place: Near(Word("tax"), 3, Word("levy")). For tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/rule_ast.h"

namespace wiredesk::nodes {

inline RuleNode Make(RuleNode::Kind kind, std::string text, std::vector<RuleNode> children = {}) {
  RuleNode node;
  node.kind = kind;
  node.text = std::move(text);
  node.children = std::move(children);
  return node;
}
inline RuleNode Word(std::string text) { return Make(RuleNode::Kind::kWord, std::move(text)); }
inline RuleNode Phrase(std::string text, std::vector<RuleNode> children = {}) {
  return Make(RuleNode::Kind::kPhrase, std::move(text), std::move(children));
}
inline RuleNode Inflected(std::string text) {
  return Make(RuleNode::Kind::kInflected, std::move(text));
}
inline RuleNode Exact(std::string text) { return Make(RuleNode::Kind::kExact, std::move(text)); }
inline RuleNode Prefix(std::string text) { return Make(RuleNode::Kind::kPrefix, std::move(text)); }
inline RuleNode Regex(std::string text) { return Make(RuleNode::Kind::kRegex, std::move(text)); }
inline RuleNode AnyOf(std::vector<RuleNode> members) {
  return Make(RuleNode::Kind::kAnyOf, "", std::move(members));
}
inline RuleNode List(std::string name) { return Make(RuleNode::Kind::kList, std::move(name)); }
inline RuleNode Macro(std::string name) { return Make(RuleNode::Kind::kMacro, std::move(name)); }
inline RuleNode In(std::string field, RuleNode node) {
  return Make(RuleNode::Kind::kField, std::move(field), {std::move(node)});
}

inline RuleNode Pair(RuleNode::Kind kind, RuleNode x, RuleNode y, std::int32_t number = 0) {
  RuleNode node = Make(kind, "", {std::move(x), std::move(y)});
  node.number = number;
  return node;
}
inline RuleNode Near(RuleNode x, std::int32_t number, RuleNode y) {
  return Pair(RuleNode::Kind::kNear, std::move(x), std::move(y), number);
}
inline RuleNode Before(RuleNode x, std::int32_t number, RuleNode y) {
  return Pair(RuleNode::Kind::kBefore, std::move(x), std::move(y), number);
}
inline RuleNode Sentence(RuleNode x, RuleNode y) {
  return Pair(RuleNode::Kind::kSentence, std::move(x), std::move(y));
}
inline RuleNode Paragraph(RuleNode x, RuleNode y) {
  return Pair(RuleNode::Kind::kParagraph, std::move(x), std::move(y));
}
inline RuleNode Outside(RuleNode x, RuleNode y) {
  return Pair(RuleNode::Kind::kOutside, std::move(x), std::move(y));
}

inline RuleNode Or(std::vector<RuleNode> nodes) {
  return Make(RuleNode::Kind::kOr, "", std::move(nodes));
}
inline RuleNode And(std::vector<RuleNode> nodes) {
  return Make(RuleNode::Kind::kAnd, "", std::move(nodes));
}
inline RuleNode Not(RuleNode node) { return Make(RuleNode::Kind::kNot, "", {std::move(node)}); }
inline RuleNode AtLeast(std::int32_t number, std::vector<RuleNode> members) {
  RuleNode node = Make(RuleNode::Kind::kAtLeast, "", std::move(members));
  node.number = number;
  return node;
}
inline RuleNode Count(RuleNode counted, RuleNode::Comparison comparison, std::int32_t number) {
  RuleNode node = Make(RuleNode::Kind::kCount, "", {std::move(counted)});
  node.comparison = comparison;
  node.number = number;
  return node;
}
inline RuleNode Metadata(std::string name, RuleNode::Comparison comparison,
                         std::vector<std::string> values) {
  RuleNode node = Make(RuleNode::Kind::kMetadata, std::move(name));
  node.comparison = comparison;
  node.values = std::move(values);
  return node;
}
inline RuleNode TopicRule(std::string id) { return Make(RuleNode::Kind::kTopic, std::move(id)); }

inline ScoreItem Entry(std::int32_t weight, RuleNode term, std::int32_t hits_max = 1) {
  return {weight, std::move(term), hits_max, {}};
}

inline Topic TopicOf(std::string id, std::optional<RuleNode> when,
                     std::vector<ScoreItem> scores = {}, std::int32_t need = 1) {
  Topic topic;
  topic.id = std::move(id);
  topic.label = "label of " + topic.id;
  topic.has_rule = true;
  topic.when = std::move(when);
  topic.scores = std::move(scores);
  topic.need = need;
  return topic;
}

inline RulePack PackOf(std::vector<Topic> topics, std::string language = "en") {
  RulePack pack;
  pack.file = "test.rules";
  pack.name = "test";
  pack.version = "1";
  pack.language = std::move(language);
  pack.topics = std::move(topics);
  return pack;
}

}  // namespace wiredesk::nodes
