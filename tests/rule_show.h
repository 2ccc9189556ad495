// Rule packs as text for comparisons in tests: everything that they say, without positions.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "config/rule_ast.h"
#include "config/rule_operators.h"

namespace wiredesk {

// An expression as an s-expression: (near/3 (word a) (field title (phrase b c)))
inline std::string ShowNode(const RuleNode& node) {
  static constexpr std::string_view kNames[] = {
      "word",  "phrase", "inflected", "exact",  "prefix",   "regex",     "any",     "list",
      "macro", "field",  "near",      "before", "sentence", "paragraph", "outside", "or",
      "and",   "not",    "atleast",   "count",  "metadata", "topic"};
  std::string shown = "(" + std::string(kNames[static_cast<std::size_t>(node.kind)]);
  switch (node.kind) {
    case RuleNode::Kind::kNear:
    case RuleNode::Kind::kBefore:
    case RuleNode::Kind::kAtLeast:
      shown += fmt::format("/{}", node.number);
      break;
    case RuleNode::Kind::kCount:
      shown += fmt::format("{}{}", WrittenComparison(node.comparison), node.number);
      break;
    default:
      break;
  }
  if (!node.text.empty()) shown += " " + node.text;
  if (node.kind == RuleNode::Kind::kMetadata) {
    shown += fmt::format(" {}", WrittenComparison(node.comparison));
    for (const std::string& value : node.values) shown += " <" + value + ">";
  }
  for (const RuleNode& child : node.children) shown += " " + ShowNode(child);
  return shown + ")";
}

inline std::string ShowTopic(const Topic& topic) {
  std::string shown =
      fmt::format("topic {} <{}> parent <{}> rule {} state {} need {} emit {} {}\n", topic.id,
                  topic.label, topic.parent, topic.has_rule, static_cast<int>(topic.state),
                  topic.need, topic.emit.hits_max, topic.emit.snippet_bytes);
  if (topic.when) shown += "  when " + ShowNode(*topic.when) + "\n";
  for (const ScoreItem& score : topic.scores) {
    shown +=
        fmt::format("  score {} {} max {}\n", score.weight, ShowNode(score.term), score.hits_max);
  }
  for (const RuleTest& test : topic.tests) {
    shown += fmt::format("  test {}", test.expected);
    for (const TestField& field : test.fields) {
      shown += fmt::format(" {}:<{}>", field.name, field.text);
    }
    shown += "\n";
  }
  return shown;
}

// Without the file it came from.
inline std::string ShowPack(const RulePack& pack) {
  std::string shown = fmt::format("pack {} version {} language {} fold {}\n", pack.name,
                                  pack.version, pack.language, pack.fold_accents);
  for (const std::string& field : pack.fields) shown += fmt::format("field {}\n", field);
  for (const FieldBoost& boost : pack.boosts) {
    shown += fmt::format("boost {} {}\n", boost.field, boost.factor);
  }
  for (const TermList& list : pack.lists) {
    shown += fmt::format("list {} <{}> <{}>\n", list.name, list.path, list.file);
    for (const TermList::Entry& entry : list.entries) {
      shown +=
          fmt::format("  <{}> {} {} {}\n", entry.text, entry.weight, entry.is_exact, entry.line);
    }
  }
  for (const NamedNode& let : pack.lets) {
    shown += fmt::format("let {} {}\n", let.name, ShowNode(let.node));
  }
  for (const RuleNode& node : pack.excludes) shown += fmt::format("exclude {}\n", ShowNode(node));
  for (const Topic& topic : pack.topics) shown += ShowTopic(topic);
  return shown;
}

}  // namespace wiredesk
