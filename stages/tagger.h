// Stage 4: which topics an article is about, how strongly, and why.
//
// An item's hits are the places of its terms in the fields that it looks at; where they overlap,
// the longest counts. Of these the `max` with the highest field boost count, each with weight ×
// boost. A topic's score is the sum over its items; it becomes a tag when the score reaches `need`.
//
// Most articles touch many topics and reach few: hits are only chained to their items, and items to
// their topics. Which hits speak for a tag is worked out for the tags alone.
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
  static constexpr std::uint32_t kNone = 0xffffffff;

  // A place that counts, or may count, for an item.
  struct ItemHit {
    std::uint32_t next;   // The hit of the same item before this one.
    std::uint32_t begin;  // Tokens.
    std::uint32_t end;
    std::uint32_t part;
    std::uint32_t shown;
    std::uint32_t field;
  };
  // By item, while an article is looked at.
  struct ItemState {
    std::uint32_t last_hit = kNone;
    std::uint32_t next = kNone;  // Another item of the same topic that was touched.
  };
  struct TopicState {
    std::int64_t points = 0;
    std::uint32_t first_item = kNone;
  };
  // What a hit that counts gives its topic.
  struct Proof {
    std::int64_t points;
    ItemHit hit;
  };

  void Use(const CompiledRules& rules);
  void TagArticle(Article& article, Arena& arena);
  void CollectHits(const Article& article);
  void ScoreItem(std::uint32_t index);
  void SelectHits(std::uint32_t index);
  void DropOverlaps();
  void AddTags(Article& article, Arena& arena);
  void CollectProofs(std::uint32_t first_item);
  std::span<const Evidence> MakeEvidence(const Article& article, Arena& arena);
  std::int64_t PointsOf(const CompiledItem& item, const ItemHit& hit) const {
    return std::int64_t{item.weight} * item.boosts[hit.field];
  }

  const std::size_t evidence_max_;
  const CompiledRules* rules_ = nullptr;

  std::vector<ItemState> items_;    // By item; all empty between articles.
  std::vector<TopicState> topics_;  // By topic; likewise.
  std::vector<std::uint32_t> touched_items_;
  std::vector<std::uint32_t> touched_topics_;
  std::vector<ItemHit> hits_;         // Of the article, chained by item.
  std::vector<ItemHit> item_hits_;    // Those of one item that count.
  std::vector<Proof> proofs_;         // Of one tag.
  std::vector<std::uint32_t> taken_;  // Token -> the round of DropOverlaps() that took it.
  std::uint32_t round_ = 0;
  std::vector<Tag> tags_;
};

}  // namespace wiredesk
