#include "config/rule_json_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/rule_json_words.h"

namespace wiredesk {
namespace {

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string String(std::string_view text) {
  std::string out;
  AppendString(text, out);
  return out;
}

void AppendNode(const RuleNode& node, std::string& out);

void AppendNodes(const std::vector<RuleNode>& nodes, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i > 0) out += ", ";
    AppendNode(nodes[i], out);
  }
  out += ']';
}

void AppendComparison(const RuleNode& node, std::string& out) {
  for (const RuleJsonComparison& known : kRuleJsonComparisons) {
    if (known.comparison == node.comparison) out += fmt::format(", \"{}\": ", known.key);
  }
  if (node.kind == RuleNode::Kind::kCount) {
    out += fmt::format("{}", node.number);
  } else if (node.values.size() == 1) {
    AppendString(node.values[0], out);
  } else {
    out += '[';
    for (std::size_t i = 0; i < node.values.size(); ++i) {
      if (i > 0) out += ", ";
      AppendString(node.values[i], out);
    }
    out += ']';
  }
}

void AppendShape(const RuleNode& node, RuleJsonShape shape, std::string& out) {
  switch (shape) {
    case RuleJsonShape::kText:
    case RuleJsonShape::kMarkedWord:
      return AppendString(node.text, out);
    case RuleJsonShape::kPhrase:
      return node.children.empty() ? AppendString(node.text, out) : AppendNodes(node.children, out);
    case RuleJsonShape::kNode:
      return AppendNode(node.children[0], out);
    case RuleJsonShape::kPair:
    case RuleJsonShape::kNodes:
      return AppendNodes(node.children, out);
    case RuleJsonShape::kNumberOf:
      out += fmt::format("{}, \"of\": ", node.number);
      return AppendNodes(node.children, out);
    case RuleJsonShape::kTextOf:
      AppendString(node.text, out);
      out += ", \"of\": ";
      return AppendNode(node.children[0], out);
    case RuleJsonShape::kComparison:
      if (node.kind == RuleNode::Kind::kCount) {
        AppendNode(node.children[0], out);
      } else {
        AppendString(node.text, out);
      }
      return AppendComparison(node, out);
  }
}

void AppendNode(const RuleNode& node, std::string& out) {
  const auto* kind =
      std::find_if(std::begin(kRuleJsonKinds), std::end(kRuleJsonKinds),
                   [&node](const RuleJsonKind& known) { return known.kind == node.kind; });
  out += fmt::format("{{\"{}\": ", kind->key);
  AppendShape(node, kind->shape, out);
  out += '}';
}

std::string Node(const RuleNode& node) {
  std::string out;
  AppendNode(node, out);
  return out;
}

std::string_view StateName(TopicState state) {
  switch (state) {
    case TopicState::kDraft:
      return "draft";
    case TopicState::kShadow:
      return "shadow";
    case TopicState::kLive:
      return "live";
  }
  return "";
}

// [ items, each on a line of its own ]
std::string Lines(const std::vector<std::string>& items, std::string_view indent) {
  if (items.empty()) return "[]";
  const std::string between = fmt::format(",\n{}  ", indent);
  return fmt::format("[\n{0}  {1}\n{0}]", indent, fmt::join(items, between));
}

std::string Object(const std::vector<std::pair<std::string_view, std::string>>& members) {
  std::vector<std::string> written;
  for (const auto& [key, value] : members)
    written.push_back(fmt::format("{}: {}", String(key), value));
  return fmt::format("{{{}}}", fmt::join(written, ", "));
}

std::string Test(const RuleTest& test) {
  std::vector<std::pair<std::string_view, std::string>> fields;
  for (const TestField& field : test.fields) fields.emplace_back(field.name, String(field.text));
  return Object({{"expect", test.expected ? "\"yes\"" : "\"no\""}, {"article", Object(fields)}});
}

std::string Score(const ScoreItem& score) {
  std::string max = score.hits_max == 1 ? "" : fmt::format(", \"max\": {}", score.hits_max);
  return fmt::format("{{\"weight\": {}, \"of\": {}{}}}", score.weight, Node(score.term), max);
}

std::string Emit(const EmitSettings& emit) {
  if (emit.hits_max == 0) return "\"tag\"";
  std::vector<std::pair<std::string_view, std::string>> members;
  if (emit.hits_max > 0) members.emplace_back("hits", fmt::format("{}", emit.hits_max));
  if (emit.snippet_bytes > 0) {
    members.emplace_back("snippet", fmt::format("{}", emit.snippet_bytes));
  }
  return Object(members);
}

template <class Items, class Write>
std::string Written(const Items& items, std::string_view indent, Write write) {
  std::vector<std::string> written;
  for (const auto& item : items) written.push_back(write(item));
  return Lines(written, indent);
}

std::string TopicObject(const Topic& topic) {
  std::string out =
      fmt::format("{{\"id\": {}, \"label\": {}", String(topic.id), String(topic.label));
  if (!topic.parent.empty()) out += fmt::format(", \"parent\": {}", String(topic.parent));
  if (!topic.has_rule) return out + "}";
  const auto add = [&out](std::string_view key, std::string_view value) {
    out += fmt::format(",\n     \"{}\": {}", key, value);
  };
  if (topic.state != TopicState::kLive) add("state", String(StateName(topic.state)));
  if (topic.when) add("when", Node(*topic.when));
  if (!topic.scores.empty()) {
    add("score", Written(topic.scores, "     ", Score));
    add("need", fmt::format("{}", topic.need));
  }
  const bool default_emit =
      topic.emit.hits_max == EmitSettings::kDefault && topic.emit.snippet_bytes == 0;
  if (!default_emit) add("emit", Emit(topic.emit));
  if (!topic.tests.empty()) add("tests", Written(topic.tests, "     ", Test));
  return out + "}";
}

std::string Boosts(const RulePack& pack) {
  std::vector<std::pair<std::string_view, std::string>> members;
  for (const FieldBoost& boost : pack.boosts) {
    members.emplace_back(boost.field, fmt::format("{}", boost.factor));
  }
  return Object(members);
}

std::string Fields(const RulePack& pack) {
  std::vector<std::string> names;
  for (const std::string& field : pack.fields) names.push_back(String(field));
  return fmt::format("[{}]", fmt::join(names, ", "));
}

std::string List(const TermList& list) {
  return Object({{"name", String(list.name)}, {"path", String(list.path)}});
}

std::string Let(const NamedNode& let) {
  return Object({{"name", String(let.name)}, {"is", Node(let.node)}});
}

}  // namespace

std::string WriteRuleJson(const RulePack& pack) {
  std::string out = fmt::format("{{\n  \"pack\": {},\n  \"version\": {},\n  \"language\": {}",
                                String(pack.name), String(pack.version), String(pack.language));
  const auto add = [&out](std::string_view key, std::string_view value) {
    out += fmt::format(",\n  \"{}\": {}", key, value);
  };
  if (pack.fold_accents) add("fold_accents", "true");
  if (!pack.fields.empty()) add("fields", Fields(pack));
  if (!pack.boosts.empty()) add("boost", Boosts(pack));
  if (!pack.lists.empty()) add("files", Written(pack.lists, "  ", List));
  if (!pack.lets.empty()) add("lets", Written(pack.lets, "  ", Let));
  if (!pack.excludes.empty()) add("exclude_everywhere", Written(pack.excludes, "  ", Node));
  add("topics", Written(pack.topics, "  ", TopicObject));
  return out + "\n}\n";
}

}  // namespace wiredesk
