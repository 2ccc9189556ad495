#include "tests/shrink.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace wiredesk {

namespace {

using Fails = std::function<bool(const RuleCase&)>;

// Every node of the packs, each before its children.
void AddNodes(RuleNode& node, std::vector<RuleNode*>& nodes) {
  nodes.push_back(&node);
  for (RuleNode& child : node.children) AddNodes(child, nodes);
}
std::vector<RuleNode*> NodesOf(RuleCase& rule_case) {
  std::vector<RuleNode*> nodes;
  for (RulePack& pack : rule_case.packs) {
    for (NamedNode& let : pack.lets) AddNodes(let.node, nodes);
    for (RuleNode& node : pack.excludes) AddNodes(node, nodes);
    for (Topic& topic : pack.topics) {
      if (topic.when) AddNodes(*topic.when, nodes);
      for (ScoreItem& item : topic.scores) AddNodes(item.term, nodes);
    }
  }
  return nodes;
}

// A rule without a clause is none, and what the parser never gives.
bool HasEmptyRule(const RuleCase& rule_case) {
  for (const RulePack& pack : rule_case.packs) {
    for (const Topic& topic : pack.topics) {
      if (topic.has_rule && !topic.when && topic.scores.empty()) return true;
    }
  }
  return false;
}

class Shrinker {
 public:
  Shrinker(RuleCase start, const Fails& fails) : smallest_(std::move(start)), fails_(fails) {}

  RuleCase Run() {
    do {
      progress_ = false;
      DropElements([](RuleCase & c) -> auto& { return c.packs; });
      DropElements([](RuleCase & c) -> auto& { return c.article.parts; });
      DropElements([](RuleCase & c) -> auto& { return c.article.categories; });
      for (std::size_t i = 0; i < smallest_.packs.size(); ++i) ShrinkPack(i);
      ShrinkNodes();
      for (std::size_t i = 0; i < smallest_.article.parts.size(); ++i) ShrinkText(i);
    } while (progress_);
    return smallest_;
  }

 private:
  bool Try(RuleCase changed) {
    if (HasEmptyRule(changed) || !fails_(changed)) return false;
    smallest_ = std::move(changed);
    progress_ = true;
    return true;
  }

  // Leaves out each element of a list that is not needed.
  template <typename List>
  void DropElements(List list_of) {
    for (std::size_t i = 0; i < list_of(smallest_).size();) {
      RuleCase changed = smallest_;
      auto& list = list_of(changed);
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      if (!Try(std::move(changed))) ++i;
    }
  }

  void ShrinkPack(std::size_t pack) {
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].topics; });
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].excludes; });
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].fields; });
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].boosts; });
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].lets; });
    for (std::size_t i = 0; i < smallest_.packs[pack].lists.size(); ++i) {
      DropElements([ pack, i ](RuleCase & c) -> auto& { return c.packs[pack].lists[i].entries; });
    }
    DropElements([pack](RuleCase & c) -> auto& { return c.packs[pack].lists; });
    for (std::size_t i = 0; i < smallest_.packs[pack].topics.size(); ++i) {
      DropElements([ pack, i ](RuleCase & c) -> auto& { return c.packs[pack].topics[i].scores; });
      RuleCase changed = smallest_;
      if (!changed.packs[pack].topics[i].when) continue;
      changed.packs[pack].topics[i].when.reset();
      Try(std::move(changed));
    }
  }

  // Puts a child in its parent's place, or leaves it out.
  void ShrinkNodes() {
    for (std::size_t i = 0; i < NodesOf(smallest_).size(); ++i) {
      for (std::size_t child = 0; child < NodesOf(smallest_)[i]->children.size(); ++child) {
        RuleCase changed = smallest_;
        RuleNode& node = *NodesOf(changed)[i];
        RuleNode kept = node.children[child];
        node = std::move(kept);
        Try(std::move(changed));
      }
      for (std::size_t child = 0; NodesOf(smallest_)[i]->children.size() > 2 &&
                                  child < NodesOf(smallest_)[i]->children.size();
           ++child) {
        RuleCase changed = smallest_;
        RuleNode& node = *NodesOf(changed)[i];
        node.children.erase(node.children.begin() + static_cast<std::ptrdiff_t>(child));
        Try(std::move(changed));
      }
    }
  }

  // Leaves out pieces of a part's text: long ones first.
  void ShrinkText(std::size_t part) {
    const auto is_start = [](char c) { return (c & 0xc0) != 0x80; };
    for (std::size_t piece = smallest_.article.parts[part].text.size(); piece > 0; piece /= 2) {
      for (std::size_t at = 0; at < smallest_.article.parts[part].text.size();) {
        RuleCase changed = smallest_;
        std::string& text = changed.article.parts[part].text;
        std::size_t end = std::min(at + piece, text.size());
        while (end < text.size() && !is_start(text[end])) ++end;
        text.erase(at, end - at);
        if (Try(std::move(changed))) continue;
        const std::string& kept = smallest_.article.parts[part].text;
        do ++at;
        while (at < kept.size() && !is_start(kept[at]));
      }
    }
  }

  RuleCase smallest_;
  const Fails& fails_;
  bool progress_ = false;
};

}  // namespace

RuleCase Shrink(RuleCase start, const Fails& fails) {
  return Shrinker(std::move(start), fails).Run();
}

}  // namespace wiredesk
