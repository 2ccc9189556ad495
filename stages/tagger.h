// Stage 4: which topics an article is about, how strongly, and why.
//
// An item's hits are the places of its terms in the fields that it looks at; where they overlap, the
// longest counts. Of these the `max` with the highest field boost count, each with weight × boost. A
// topic's score is the sum over its items; it becomes a tag when the score reaches `need`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "stages/compiled_rules.h"
#include "stages/stage.h"

namespace wiredesk {

class Tagger : public Stage {
 public:
  explicit Tagger(const OutputSettings& settings)
      : evidence_max_(static_cast<std::size_t>(settings.evidence_max)) {}
  std::string_view name() const override { return "tag"; }
  // REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  struct ItemHit {
    std::uint32_t item;
    std::uint32_t begin;  // Tokens.
    std::uint32_t end;
    std::uint32_t part;
    std::uint32_t shown;
    std::int32_t boost;
  };
  struct Proof {
    std::uint32_t topic;
    std::int64_t points;
    std::uint32_t hit;  // Index into hits_.
  };

  void TagArticle(Article& article, const CompiledRules& rules, Arena& arena);
  void CollectHits(const Article& article, const CompiledRules& rules);
  void ScoreItems(const CompiledRules& rules);
  void ScoreItem(const CompiledItem& item, std::size_t begin, std::size_t end);
  std::size_t DropOverlaps(std::size_t begin, std::size_t end);
  void AddTags(Article& article, const CompiledRules& rules, Arena& arena);
  std::span<const Evidence> MakeEvidence(const Article& article, const CompiledRules& rules,
                                         std::size_t begin, std::size_t end, Arena& arena);

  const std::size_t evidence_max_;
  std::vector<ItemHit> hits_;
  std::vector<Proof> proofs_;
  std::vector<std::uint32_t> taken_;  // Token -> the number of the item round that took it.
  std::uint32_t round_ = 0;
  std::vector<Tag> tags_;
};

}  // namespace wiredesk
