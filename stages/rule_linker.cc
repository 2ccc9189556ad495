#include "stages/rule_linker.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

namespace wiredesk {

namespace {

using Kind = ProgramNode::Kind;

constexpr double kNoAnchor = std::numeric_limits<double>::infinity();
// Rules that lean on each other by @topic are evaluated inside each other.
constexpr int kTopicDepthMax = 50;

}  // namespace

void RuleLinker::ResolveTopics(std::span<const ExpressionCompiler::TopicUse> uses) {
  std::vector<std::uint32_t> resolved(uses.size(), kNoIndex);
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const RuleNode& node = *uses[i].node;
    const RulePack& pack = context_.packs[uses[i].pack];
    const auto found = rule_numbers_.find(node.text);
    if (found != rule_numbers_.end() && rules_[found->second].topic->state != TopicState::kDraft) {
      resolved[i] = found->second;
      links_[uses[i].owner].push_back({found->second, &uses[i]});
      continue;
    }
    const auto declared = declared_.find(node.text);
    if (declared == declared_.end()) {
      context_.Report(pack, node.position, "there is no topic " + node.text,
                      "@topic names the id of a topic of these packs");
    } else if (declared->second.topic->has_rule) {
      context_.Report(pack, node.position, "topic " + node.text + " is a draft",
                      "a draft is not evaluated; make it shadow or live");
    } else {
      context_.Report(pack, node.position, "topic " + node.text + " has no rule", "");
    }
  }
  for (ProgramNode& node : context_.tables.nodes) {
    if (node.kind == Kind::kTopic) node.first = resolved[node.first];
  }
}

void RuleLinker::CheckCircles() {
  if (links_.empty()) return;
  visits_.assign(rules_.size(), kNew);
  heights_.assign(rules_.size(), 0);
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    if (!Visit(rule, 0)) return;
  }
}

// Depth first; false after an error.
bool RuleLinker::Visit(std::uint32_t rule, int depth) {
  if (visits_[rule] == kDone) return true;
  visits_[rule] = kOpen;
  const std::uint32_t excludes = kPackOwner + context_.tables.rules[rule].pack;
  for (const std::uint32_t owner : {rule, excludes}) {
    const auto links = links_.find(owner);
    if (links == links_.end()) continue;
    for (const Link& link : links->second) {
      if (visits_[link.to] == kOpen) {
        return Fail(link, "topic " + link.use->node->text + " leans on itself by this @topic",
                    owner == rule ? "break the circle of topics"
                                  : "an exclude is looked at for every topic of its pack");
      }
      if (depth < kTopicDepthMax && !Visit(link.to, depth + 1)) return false;
      heights_[rule] = std::max(heights_[rule], heights_[link.to] + 1);
      if (depth == kTopicDepthMax || heights_[rule] > kTopicDepthMax) {
        return Fail(link, "more than 50 topics in a row lean on each other by @topic",
                    "name what they share by let");
      }
    }
  }
  visits_[rule] = kDone;
  return true;
}

bool RuleLinker::Fail(const Link& link, std::string message, std::string help) {
  context_.Report(context_.packs[link.use->pack], link.use->node->position, std::move(message),
                  std::move(help));
  return false;
}

void RuleLinker::FindAnchors() {
  costs_.assign(context_.tables.nodes.size(), -1);
  rule_costs_.assign(rules_.size(), -1);
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) {
    if (AnchorRule(rule) == kNoAnchor) {
      context_.Report(*rules_[rule].pack, rules_[rule].topic->position,
                      "nothing must occur in the text for this rule",
                      "a rule needs a term that any article with this tag has: not only what must "
                      "be absent, metadata, or counts from 0");
    }
  }
  if (context_.error_count > 0) return;
  for (std::uint32_t rule = 0; rule < rules_.size(); ++rule) AddUsers(rule);
  FillUsers();
}

double RuleLinker::AnchorRule(std::uint32_t index) {
  if (rule_costs_[index] >= 0) return rule_costs_[index];
  CompiledRule& rule = context_.tables.rules[index];
  const double items = CostOfItems(rule);
  const double when = rule.when == kNoIndex ? kNoAnchor : CostOf(rule.when);
  rule.is_woken_by_items = items <= when ? 1 : 0;
  return rule_costs_[index] = std::min(items, when);
}

// Of the items that can bring the score up.
double RuleLinker::CostOfItems(const CompiledRule& rule) {
  double sum = kNoAnchor;
  for (std::uint32_t i = 0; i < rule.item_count; ++i) {
    const CompiledItem& item = context_.tables.items[rule.first_item + i];
    if (item.weight > 0) sum = (sum == kNoAnchor ? 0 : sum) + CostOf(item.node);
  }
  return sum;
}

double RuleLinker::CostOf(std::uint32_t node) {
  if (costs_[node] < 0) costs_[node] = WorkOutCost(context_.tables.nodes[node]);
  return costs_[node];
}

double RuleLinker::WorkOutCost(const ProgramNode& node) {
  double sum = 0;
  switch (node.kind) {
    case Kind::kLeaf:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        sum += context_.terms.CostOf(node.count == 1 ? node.first
                                                     : context_.tables.leaf_sets[node.first + i]);
      }
      return sum;
    case Kind::kUnion:
    case Kind::kOr:
    case Kind::kAnd:
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
    case Kind::kAtLeast:
      for (const std::uint32_t child : CheapestChildren(node)) sum += CostOf(child);
      return sum;
    case Kind::kOutside:
      return CostOf(node.first);
    case Kind::kCount:
      return node.comparison == RuleNode::Comparison::kAtLeast && node.number >= 1
                 ? CostOf(node.first)
                 : kNoAnchor;
    case Kind::kTopic:
      return AnchorRule(node.first);
    case Kind::kNot:
    case Kind::kMetadata:
      return kNoAnchor;
  }
  return kNoAnchor;
}

// One of which must have a hit where the node is true.
std::vector<std::uint32_t> RuleLinker::CheapestChildren(const ProgramNode& node) {
  std::vector<std::uint32_t> children(node.count);
  std::iota(children.begin(), children.end(), node.first);
  if (node.kind == Kind::kUnion || node.kind == Kind::kOr) return children;
  const std::size_t true_ones =
      node.kind == Kind::kAtLeast ? static_cast<std::size_t>(node.number) : children.size();
  std::stable_sort(children.begin(), children.end(),
                   [this](std::uint32_t a, std::uint32_t b) { return CostOf(a) < CostOf(b); });
  children.resize(children.size() - true_ones + 1);
  return children;
}

void RuleLinker::Collect(std::uint32_t index, std::vector<std::uint32_t>& sets) {
  const ProgramNode& node = context_.tables.nodes[index];
  switch (node.kind) {
    case Kind::kLeaf:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        sets.push_back(node.count == 1 ? node.first : context_.tables.leaf_sets[node.first + i]);
      }
      return;
    case Kind::kOutside:
    case Kind::kCount:
      return Collect(node.first, sets);
    case Kind::kTopic:
      return CollectRule(node.first, sets);
    case Kind::kNot:
    case Kind::kMetadata:
      return;
    default:
      for (const std::uint32_t child : CheapestChildren(node)) Collect(child, sets);
  }
}

void RuleLinker::CollectRule(std::uint32_t index, std::vector<std::uint32_t>& sets) {
  const CompiledRule& rule = context_.tables.rules[index];
  if (rule.is_woken_by_items == 0) return Collect(rule.when, sets);
  for (std::uint32_t i = 0; i < rule.item_count; ++i) {
    const CompiledItem& item = context_.tables.items[rule.first_item + i];
    if (item.weight > 0) Collect(item.node, sets);
  }
}

void RuleLinker::AddUsers(std::uint32_t index) {
  const CompiledRule& rule = context_.tables.rules[index];
  const auto add = [this](SetUser user) {
    std::sort(collected_.begin(), collected_.end());
    collected_.erase(std::unique(collected_.begin(), collected_.end()), collected_.end());
    for (const std::uint32_t set : collected_) users_.push_back({set, user});
    collected_.clear();
  };
  if (rule.is_woken_by_items == 0) {
    Collect(rule.when, collected_);
    return add(kRuleUser | index);
  }
  // What counts against the rule is to be told as well.
  for (std::uint32_t item = rule.first_item; item < rule.first_item + rule.item_count; ++item) {
    Collect(context_.tables.items[item].node, collected_);
    add(item);
  }
}

void RuleLinker::FillUsers() {
  std::stable_sort(users_.begin(), users_.end(),
                   [](const User& a, const User& b) { return a.set < b.set; });
  context_.tables.sets.assign(context_.terms.set_count(), {0, 0});
  for (std::size_t i = 0; i < users_.size();) {
    std::size_t end = i;
    while (end < users_.size() && users_[end].set == users_[i].set) ++end;
    TermSetRecord& record = context_.tables.sets[users_[i].set];
    record.count = static_cast<std::uint32_t>(end - i);
    if (record.count == 1) {
      record.first = users_[i].user;
    } else {
      record.first = static_cast<std::uint32_t>(context_.tables.users.size());
      for (std::size_t j = i; j < end; ++j) context_.tables.users.push_back(users_[j].user);
    }
    i = end;
  }
}

}  // namespace wiredesk
