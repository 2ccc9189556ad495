// Why a rule holds: the places that speak for a tag, the strongest first.
//
// Of a score entry these are its hits that count; of `when` the hits of its true parts. Where an
// entry or a part is more than a set of terms (a NEAR, say), the hits of its terms inside its
// places. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stages/arena.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"
#include "stages/rule_evaluator.h"

namespace wiredesk {

class EvidenceCollector {
 public:
  // At most `evidence_max` places, where the topic does not say how many. In `arena`.
  // REQUIRES: the evaluator has begun with an article, and `rule` holds for it.
  std::span<const Evidence> Collect(std::uint32_t rule, std::size_t evidence_max,
                                    RuleEvaluator& evaluator, const CompiledRules& rules,
                                    Arena& arena);

 private:
  struct Proof {
    std::int64_t points;
    std::uint32_t begin;  // Tokens.
    std::uint32_t end;
    TextId shown;
  };
  // A place of an entry that counts, and what it counts.
  struct Scored {
    Place place;
    std::int64_t points;
  };

  void AddItem(std::uint32_t item);
  void AddScoredLeaves(const ProgramNode& node);
  void AddWhen(const ProgramNode& node);
  void AddWithin(const ProgramNode& node);
  void AddLeavesInside(const ProgramNode& node);
  void AddLeaf(const ProgramNode& leaf);
  std::span<const Evidence> Finish(const CompiledTopic& topic, std::size_t evidence_max,
                                   Arena& arena);
  std::int64_t WhenPoints(const SetHit& hit) const;

  RuleEvaluator* evaluator_ = nullptr;
  const CompiledRules* rules_ = nullptr;
  std::uint32_t pack_ = 0;  // Of the rule.
  std::vector<Proof> proofs_;
  std::vector<Place> places_;
  std::vector<Scored> scored_;
};

// The bytes [start, end) of `text` and up to `bytes` before and behind them, without cutting a
// character. `start` and `end` are changed.
void WidenToSnippet(std::string_view text, std::uint32_t bytes, std::uint32_t& start,
                    std::uint32_t& end);

}  // namespace wiredesk
