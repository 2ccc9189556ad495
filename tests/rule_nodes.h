// Rules built in place: Near(3, Word("tax"), Word("levy")). For tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/rule_ast.h"

namespace wiredesk {

// A namespace of their own: config/import_nodes.h has functions of the same names and parameters,
// which the linker would take for the same.
inline namespace rule_nodes {

inline RuleNode Node(RuleNode::Kind kind, std::string text, std::vector<RuleNode> children = {}) {
  RuleNode node;
  node.kind = kind;
  node.text = std::move(text);
  node.children = std::move(children);
  return node;
}
inline RuleNode Word(std::string text) { return Node(RuleNode::Kind::kWord, std::move(text)); }
inline RuleNode Phrase(std::string text) { return Node(RuleNode::Kind::kPhrase, std::move(text)); }
inline RuleNode Inflected(std::string text) {
  return Node(RuleNode::Kind::kInflected, std::move(text));
}
inline RuleNode Exact(std::string text) { return Node(RuleNode::Kind::kExact, std::move(text)); }
inline RuleNode Regex(std::string text) { return Node(RuleNode::Kind::kRegex, std::move(text)); }
inline RuleNode AnyOf(std::vector<RuleNode> children) {
  return Node(RuleNode::Kind::kAnyOf, "", std::move(children));
}
inline RuleNode In(std::string field, RuleNode child) {
  return Node(RuleNode::Kind::kField, std::move(field), {std::move(child)});
}

inline ScoreItem Item(std::int32_t weight, RuleNode term, std::int32_t hits_max = 1) {
  return {weight, std::move(term), hits_max, {}};
}

inline Topic MakeTopic(std::string id, std::vector<ScoreItem> scores, std::int32_t need = 1,
                       std::string parent = "") {
  Topic topic;
  topic.id = std::move(id);
  topic.label = "label of " + topic.id;
  topic.parent = std::move(parent);
  topic.has_rule = !scores.empty();
  topic.scores = std::move(scores);
  topic.need = need;
  return topic;
}

inline RulePack Pack(std::vector<Topic> topics, std::vector<FieldBoost> boosts = {}) {
  RulePack pack;
  pack.file = "test.rules";
  pack.name = "test";
  pack.version = "1";
  pack.language = "en";
  pack.boosts = std::move(boosts);
  pack.topics = std::move(topics);
  return pack;
}

inline RuleNode Prefix(std::string text) { return Node(RuleNode::Kind::kPrefix, std::move(text)); }
// "a b* c~": its words as children.
inline RuleNode Mixed(std::string text, std::vector<RuleNode> words) {
  return Node(RuleNode::Kind::kPhrase, std::move(text), std::move(words));
}
inline RuleNode Named(std::string name) { return Node(RuleNode::Kind::kMacro, std::move(name)); }
inline RuleNode List(std::string name) { return Node(RuleNode::Kind::kList, std::move(name)); }
inline RuleNode Or(std::vector<RuleNode> children) {
  return Node(RuleNode::Kind::kOr, "", std::move(children));
}
inline RuleNode And(std::vector<RuleNode> children) {
  return Node(RuleNode::Kind::kAnd, "", std::move(children));
}
inline RuleNode Not(RuleNode child) { return Node(RuleNode::Kind::kNot, "", {std::move(child)}); }
inline RuleNode Numbered(RuleNode::Kind kind, std::int32_t number, std::vector<RuleNode> children) {
  RuleNode node = Node(kind, "", std::move(children));
  node.number = number;
  return node;
}
inline RuleNode Near(std::int32_t n, RuleNode x, RuleNode y) {
  return Numbered(RuleNode::Kind::kNear, n, {std::move(x), std::move(y)});
}
inline RuleNode Before(std::int32_t n, RuleNode x, RuleNode y) {
  return Numbered(RuleNode::Kind::kBefore, n, {std::move(x), std::move(y)});
}
inline RuleNode SameSentence(RuleNode x, RuleNode y) {
  return Node(RuleNode::Kind::kSentence, "", {std::move(x), std::move(y)});
}
inline RuleNode SameParagraph(RuleNode x, RuleNode y) {
  return Node(RuleNode::Kind::kParagraph, "", {std::move(x), std::move(y)});
}
inline RuleNode Outside(RuleNode x, RuleNode y) {
  return Node(RuleNode::Kind::kOutside, "", {std::move(x), std::move(y)});
}
inline RuleNode AtLeast(std::int32_t n, std::vector<RuleNode> members) {
  return Numbered(RuleNode::Kind::kAtLeast, n, std::move(members));
}
inline RuleNode CountAtLeast(std::int32_t n, RuleNode x) {
  RuleNode node = Numbered(RuleNode::Kind::kCount, n, {std::move(x)});
  node.comparison = RuleNode::Comparison::kAtLeast;
  return node;
}
inline RuleNode CountAtMost(std::int32_t n, RuleNode x) {
  RuleNode node = Numbered(RuleNode::Kind::kCount, n, {std::move(x)});
  node.comparison = RuleNode::Comparison::kAtMost;
  return node;
}
inline RuleNode Metadata(std::string name, RuleNode::Comparison comparison,
                         std::vector<std::string> values) {
  RuleNode node = Node(RuleNode::Kind::kMetadata, std::move(name));
  node.comparison = comparison;
  node.values = std::move(values);
  return node;
}
inline RuleNode TopicHolds(std::string id) { return Node(RuleNode::Kind::kTopic, std::move(id)); }

inline Topic WhenTopic(std::string id, RuleNode when, std::vector<ScoreItem> scores = {},
                       std::int32_t need = 1) {
  Topic topic;
  topic.id = std::move(id);
  topic.label = "label of " + topic.id;
  topic.has_rule = true;
  topic.when = std::move(when);
  topic.scores = std::move(scores);
  topic.need = need;
  return topic;
}

}  // namespace rule_nodes
}  // namespace wiredesk
