#include "app/topic_tree.h"

#include <algorithm>

#include "app/fold_case.h"

namespace wiredesk {

TopicTree::TopicTree(std::span<const RulePack> packs) {
  std::map<std::string_view, const Topic*> topics;
  for (const RulePack& pack : packs) {
    for (const Topic& topic : pack.topics) {
      const Topic*& known = topics[topic.id];
      // A topic may also be named, without its rule, in packs that hang others below it.
      if (known == nullptr || (topic.has_rule && !known->has_rule)) known = &topic;
    }
  }
  for (const auto& [id, topic] : topics) {
    by_label_.emplace(FoldCase(topic->label), static_cast<std::uint32_t>(nodes_.size()));
    nodes_.push_back({topic->id, topic->label, topic->parent, topic->has_rule, topic->state});
  }
}

std::optional<std::uint32_t> TopicTree::Find(std::string_view id) const {
  const auto found =
      std::lower_bound(nodes_.begin(), nodes_.end(), id,
                       [](const Node& node, std::string_view wanted) { return node.id < wanted; });
  if (found == nodes_.end() || found->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - nodes_.begin());
}

std::vector<std::uint32_t> TopicTree::FindLabel(std::string_view label) const {
  std::vector<std::uint32_t> numbers;
  const auto [begin, end] = by_label_.equal_range(FoldCase(label));
  for (auto found = begin; found != end; ++found) numbers.push_back(found->second);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::vector<std::uint32_t> TopicTree::AncestorsOf(std::uint32_t number) const {
  std::vector<std::uint32_t> ancestors;
  for (std::optional<std::uint32_t> at = Find(nodes_[number].parent);
       at && *at != number && std::find(ancestors.begin(), ancestors.end(), *at) == ancestors.end();
       at = Find(nodes_[*at].parent)) {
    ancestors.push_back(*at);
  }
  return ancestors;
}

std::string_view StateName(TopicState state) {
  return state == TopicState::kDraft ? "draft" : state == TopicState::kShadow ? "shadow" : "live";
}

std::string_view StateMark(TopicState state) {
  return state == TopicState::kDraft ? " (draft)" : state == TopicState::kShadow ? " (shadow)" : "";
}

}  // namespace wiredesk
