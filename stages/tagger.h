// Stage 4: which topics an article is about, how strongly, and why.
//
// An item's hits are the places of its terms in the fields that it looks at; where they overlap,
// the longest counts. Of these the `max` with the highest field boost count, each with weight ×
// boost. A topic's score is the sum over its items; it becomes a tag when the score reaches `need`.
//
// Most articles touch many topics and reach few, so hits are only chained to their items, items to
// their topics, and nothing is sorted but what ends up in a tag.
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
    std::uint32_t next;   // Of the same item.
    std::uint32_t begin;  // Tokens.
    std::uint32_t end;
    std::uint32_t part;
    std::uint32_t shown;
    std::uint32_t field;
  };
  // What a hit that counts gives its topic.
  struct Proof {
    std::uint32_t next;  // Of the same topic.
    std::int64_t points;
    ItemHit hit;
  };
  struct TopicScore {
    std::int64_t points = 0;
    std::uint32_t first_proof = kNone;
  };

  void Use(const CompiledRules& rules);
  void TagArticle(Article& article, Arena& arena);
  void CollectHits(const Article& article);
  void ScoreItem(std::uint32_t index);
  void DropOverlaps();
  void AddProof(const CompiledItem& item, const ItemHit& hit);
  void AddTags(Article& article, Arena& arena);
  std::span<const Evidence> MakeEvidence(const Article& article, std::uint32_t first_proof,
                                         Arena& arena);

  const std::size_t evidence_max_;
  const CompiledRules* rules_ = nullptr;

  std::vector<std::uint32_t> first_hits_;  // By item; kNone between articles.
  std::vector<TopicScore> topic_scores_;   // By topic; empty between articles.
  std::vector<std::uint32_t> touched_items_;
  std::vector<std::uint32_t> touched_topics_;
  std::vector<ItemHit> hits_;             // Of the article, chained by item.
  std::vector<ItemHit> item_hits_;        // Of one item, where it has several.
  std::vector<Proof> proofs_;             // Of the article, chained by topic.
  std::vector<const Proof*> tag_proofs_;  // Of one tag.
  std::vector<std::uint32_t> taken_;      // Token -> the round of DropOverlaps() that took it.
  std::uint32_t round_ = 0;
  std::vector<Tag> tags_;
};

}  // namespace wiredesk
