// Why a topic's rule holds for an article, or why not: the rule as a tree with what is true at each
// node, how its score adds up, and the smallest part that failed.
//
// For people who write rules; the tagger only asks whether a rule holds. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/article.h"
#include "stages/compiled_rules.h"
#include "stages/rule_evaluator.h"

namespace wiredesk {

// A place in the article that a term, or a part of a rule, was found at.
struct FoundPlace {
  std::uint32_t part;   // Index into Article::parts.
  std::uint32_t start;  // Bytes of its text.
  std::uint32_t end;
  std::string_view term;  // As written; empty for a place of several terms.
};

// A node of a rule's expression.
struct ExplainedNode {
  ProgramNode::Kind kind = ProgramNode::Kind::kLeaf;
  std::int32_t number = 0;  // Of NEAR/n, atleast n, count() >= n.
  bool holds = false;
  std::string written;  // Shortened.
  std::string text;     // The same; of a node whose children say the rest only the operator.
  std::string detail;   // "2 of 3", "no place"; may be empty.
  std::vector<FoundPlace> places;  // Of a node that has places; overlaps dropped.
  std::vector<ExplainedNode> children;
};

// A place that counts for an entry.
struct CountedPlace {
  FoundPlace place;
  std::string_view field;  // Whose boost counts.
  std::int32_t boost;
  std::int32_t factor;  // Of a list's entry.
  std::int64_t points;
};

// An entry of `score`.
struct ExplainedEntry {
  std::int32_t weight = 0;
  std::int32_t hits_max = 0;
  std::int64_t points = 0;
  ExplainedNode node;
  std::vector<CountedPlace> counted;  // At most `hits_max`.
};

struct ExplainedRule {
  std::uint32_t topic = 0;
  bool holds = false;
  std::optional<ExplainedNode> when;
  std::vector<ExplainedEntry> entries;
  std::int64_t score = 0;
  std::int32_t need = 0;
  std::vector<ExplainedNode> excludes;  // Of its pack, those that are true.

  bool has_score() const { return !entries.empty(); }
  bool score_suffices() const { return !has_score() || score >= need; }
};

// A node of `when` that stands in the way: `wanted` is what it would have to be.
struct Obstacle {
  const ExplainedNode* node;
  bool wanted;
};

class RuleExplainer {
 public:
  // REQUIRES: `rules` is compiled with CompileOptions::keep_positions; the packs still live.
  explicit RuleExplainer(const CompiledRules& rules) : rules_(rules) {}

  // REQUIRES: the article is matched by the rules. It must outlive what Explain() gives.
  void Begin(const Article& article);
  // Topics that may hold: something in the article speaks for them.
  std::span<const std::uint32_t> woken() const { return evaluator_.woken(); }
  bool Holds(std::uint32_t topic) { return evaluator_.Holds(topic); }
  std::int64_t Score(std::uint32_t topic) { return evaluator_.Score(topic); }
  ExplainedRule Explain(std::uint32_t topic);

 private:
  ExplainedNode ExplainNode(std::uint32_t index);
  ExplainedEntry ExplainItem(std::uint32_t index);
  void AddPlaces(const ProgramNode& node, ExplainedNode& explained);
  std::string WrittenText(std::uint32_t index) const;
  std::string TextOf(std::uint32_t index, const ProgramNode& node) const;
  std::string DetailOf(const ProgramNode& node, const ExplainedNode& explained);
  FoundPlace PlaceOf(std::uint32_t begin, std::uint32_t end, std::string_view term) const;

  const CompiledRules& rules_;
  const Article* article_ = nullptr;
  RuleEvaluator evaluator_;
};

// The fewest parts that would have to be otherwise for `node` to be `wanted`; none if it is.
std::vector<Obstacle> SmallestObstacles(const ExplainedNode& node, bool wanted);

}  // namespace wiredesk
