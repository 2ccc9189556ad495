// The topics of several packs, with and without rules: by id, by label, and their ancestors. Built
// once, then read by any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_ast.h"

namespace wiredesk {

class TopicTree {
 public:
  struct Node {
    std::string id;
    std::string label;
    std::string parent;
    bool has_rule = false;
    TopicState state = TopicState::kLive;
  };

  explicit TopicTree(std::span<const RulePack> packs);

  // In order of their ids; topics are numbered by their place here.
  std::span<const Node> nodes() const { return nodes_; }
  std::optional<std::uint32_t> Find(std::string_view id) const;
  // All topics with that label, case set aside.
  std::vector<std::uint32_t> FindLabel(std::string_view label) const;
  // The nearest first. Of what is no tree each topic is there once.
  std::vector<std::uint32_t> AncestorsOf(std::uint32_t number) const;

 private:
  std::vector<Node> nodes_;
  std::multimap<std::string, std::uint32_t, std::less<>> by_label_;  // Folded.
};

// "draft", "shadow", "live".
std::string_view StateName(TopicState state);
// " (draft)", " (shadow)" or nothing.
std::string_view StateMark(TopicState state);

}  // namespace wiredesk
