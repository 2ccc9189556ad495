// Rule packs about as their author would have written them, for people who look for a fault.
#include <map>

#include "tests/random_rules.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;

std::string ShowNode(const RuleNode& node);

std::string Join(const std::vector<RuleNode>& nodes, const std::string& between) {
  std::string joined;
  for (const RuleNode& node : nodes) joined += (joined.empty() ? "" : between) + ShowNode(node);
  return joined;
}

std::string ShowComparison(RuleNode::Comparison comparison) {
  constexpr const char* kSigns[] = {"in", "not in", "<", "<=", ">", ">="};
  return kSigns[static_cast<std::size_t>(comparison)];
}

std::string ShowTerm(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kInflected:
      return node.text + "~";
    case Kind::kExact:
      return "=\"" + node.text + "\"";
    case Kind::kPrefix:
      return node.text + "*";
    case Kind::kRegex:
      return "/" + node.text + "/";
    default:
      return "\"" + node.text + "\"";
  }
}

std::string ShowPair(const RuleNode& node) {
  static const std::map<Kind, std::string> signs = {{Kind::kNear, "NEAR/"},
                                                    {Kind::kBefore, "BEFORE/"},
                                                    {Kind::kSentence, "SENTENCE"},
                                                    {Kind::kParagraph, "PARAGRAPH"},
                                                    {Kind::kOutside, "OUTSIDE"}};
  std::string sign = signs.at(node.kind);
  if (sign.back() == '/') sign += std::to_string(node.number);
  return "(" + Join(node.children, " " + sign + " ") + ")";
}

std::string ShowNode(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kAnyOf:
      return "{" + Join(node.children, " ") + "}";
    case Kind::kList:
    case Kind::kMacro:
      return "@" + node.text;
    case Kind::kField:
      return node.text + ":" + ShowNode(node.children[0]);
    case Kind::kOr:
      return "(" + Join(node.children, " | ") + ")";
    case Kind::kAnd:
      return "(" + Join(node.children, " & ") + ")";
    case Kind::kNot:
      return "not (" + ShowNode(node.children[0]) + ")";
    case Kind::kAtLeast:
      return "atleast " + std::to_string(node.number) + " of {" + Join(node.children, " ") + "}";
    case Kind::kCount:
      return "count(" + ShowNode(node.children[0]) + ") " + ShowComparison(node.comparison) + " " +
             std::to_string(node.number);
    case Kind::kMetadata: {
      std::string shown = node.text + " " + ShowComparison(node.comparison) + " {";
      for (const std::string& value : node.values) shown += "\"" + value + "\" ";
      return shown + "}";
    }
    case Kind::kTopic:
      return "@topic " + node.text;
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
    case Kind::kOutside:
      return ShowPair(node);
    default:
      return ShowTerm(node);
  }
}

std::string ShowTopic(const Topic& topic) {
  std::string shown = "topic " + topic.id + " \"" + topic.label + "\" {\n";
  if (topic.state == TopicState::kDraft) shown += "  state draft\n";
  if (topic.state == TopicState::kShadow) shown += "  state shadow\n";
  if (topic.when) shown += "  when " + ShowNode(*topic.when) + "\n";
  for (const ScoreItem& item : topic.scores) {
    shown += "  score " + std::to_string(item.weight) + " " + ShowNode(item.term) + " max " +
             std::to_string(item.hits_max) + "\n";
  }
  if (!topic.scores.empty()) shown += "  need " + std::to_string(topic.need) + "\n";
  if (topic.emit.hits_max != EmitSettings::kDefault) {
    shown += "  emit hits " + std::to_string(topic.emit.hits_max) + "\n";
  }
  return shown + "}\n";
}

std::string ShowPack(const RulePack& pack) {
  std::string shown = "pack " + pack.name + " version 1 language " + pack.language + "\n";
  if (pack.fold_accents) shown += "fold accents\n";
  for (const std::string& field : pack.fields) shown += "fields " + field + "\n";
  for (const FieldBoost& boost : pack.boosts) {
    shown += "boost " + boost.field + " " + std::to_string(boost.factor) + "\n";
  }
  for (const TermList& list : pack.lists) {
    shown += "file " + list.name + ":";
    for (const TermList::Entry& entry : list.entries) {
      shown += (entry.is_exact ? " =\"" : " \"") + entry.text + "\" " +
               std::to_string(entry.weight) + ",";
    }
    shown += "\n";
  }
  for (const NamedNode& let : pack.lets)
    shown += "let " + let.name + " = " + ShowNode(let.node) + "\n";
  for (const RuleNode& node : pack.excludes) shown += "exclude everywhere " + ShowNode(node) + "\n";
  for (const Topic& topic : pack.topics) shown += ShowTopic(topic);
  return shown;
}

}  // namespace

std::string Show(const std::vector<RulePack>& packs) {
  std::string shown;
  for (const RulePack& pack : packs) shown += ShowPack(pack);
  return shown;
}

}  // namespace wiredesk
