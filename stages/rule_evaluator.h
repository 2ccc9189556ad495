// Whether the rules of topics hold for an article.
//
//   evaluator.Begin(article, rules);
//   for (std::uint32_t rule : evaluator.woken()) {
//     if (evaluator.Holds(rule)) ... evaluator.Score(rule) ...
//   }
//
// A matched article touches many rules and few hold, so the work is put off: hits are chained to
// their term sets, term sets wake rules and their score items, and only what a rule then asks for
// is worked out. Buffers stay from article to article. One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stages/article_view.h"
#include "stages/compiled_rules.h"
#include "stages/places.h"

namespace wiredesk {

// A hit of a term set.
struct SetHit {
  std::uint32_t next;   // The hit of the same term set before this one, or kNoIndex.
  std::uint32_t begin;  // Tokens.
  std::uint32_t end;
  TextId shown;         // The term as written.
  std::int32_t factor;  // Of a list's entry.
  std::uint32_t field;  // See ArticleView::SlotOf().
};

class RuleEvaluator {
 public:
  // REQUIRES: the article is matched by `rules`; both stay until the next Begin().
  void Begin(const Article& article, const CompiledRules& rules);

  // Rules that may hold, each once. No other does.
  std::span<const std::uint32_t> woken() const { return woken_; }
  // Whether the rule holds: its excludes, `when` and score.
  bool Holds(std::uint32_t rule);
  // The sum over its items. Saturates.
  std::int64_t Score(std::uint32_t rule);
  // The same parts of Holds(), for those who explain it.
  bool IsExcluded(std::uint32_t pack);

  bool IsTrue(const ProgramNode& node);
  // Writes a node's places over `places`. REQUIRES: HasPlaces(node).
  void FindPlaces(const ProgramNode& node, std::vector<Place>& places);
  // Of a node with places, overlaps dropped.
  std::size_t CountPlaces(const ProgramNode& node);

  // The hits of a leaf, of overlapping ones the longest, in any order, until the next call.
  // At one place the one with the greatest factor stays, or, if not `by_factor`, the one with the
  // smallest text.
  std::span<const SetHit> LeafHits(const ProgramNode& leaf, bool by_factor);
  // The hits of an item that count; likewise. Of an item that is no leaf their `shown` is kNoIndex.
  std::span<const SetHit> ItemHits(std::uint32_t item);
  // Calls `visit` with the index of each item of a rule that has hits.
  template <typename Visit>
  void ForEachItem(std::uint32_t rule, Visit visit) {
    const CompiledRule& compiled = rules_->tables().rules.data()[rule];
    if (compiled.is_woken_by_items != 0) {
      const ItemState* const items = items_.data();
      for (std::uint32_t i = states_[rule].first_item; i != kNoIndex; i = items[i].next) visit(i);
      return;
    }
    for (std::uint32_t i = 0; i < compiled.item_count; ++i) visit(compiled.first_item + i);
  }
  // By the boosts of its pack.
  static std::int64_t PointsOf(const CompiledItem& item, const std::int32_t* boosts,
                               const SetHit& hit) {
    return std::int64_t{item.weight} * boosts[hit.field] * hit.factor;
  }
  const std::int32_t* BoostsOf(std::uint32_t pack) const {
    return rules_->tables().packs.data()[pack].boosts;
  }
  ArticleView& view() { return view_; }
  PlaceBuffers& place_buffers() { return place_buffers_; }

 private:
  enum class Truth : std::uint8_t { kUnknown, kFalse, kTrue };
  struct RuleState {
    std::int64_t score = 0;
    std::uint32_t first_item = kNoIndex;  // Of the items that were touched.
    Truth holds = Truth::kUnknown;
    bool has_score = false;
    bool is_woken = false;
  };
  struct ItemState {
    std::uint32_t next = kNoIndex;  // Another item of the same rule that was touched.
    bool is_touched = false;
  };
  // A list of places for the duration of a scope.
  class Buffer;

  void Use(const CompiledRules& rules);
  void Forget();
  void CollectHits(const Article& article);
  void WakeRules();
  bool WorkOutHolds(std::uint32_t rule);
  std::int64_t ScoreItem(std::uint32_t item);
  bool HasHits(const ProgramNode& leaf) const;
  bool IsTrueAll(const ProgramNode& node);
  bool IsTrueAny(const ProgramNode& node);
  bool IsTrueAtLeast(const ProgramNode& node);
  bool IsTrueCount(const ProgramNode& node);
  void FindLeafPlaces(const ProgramNode& leaf, std::vector<Place>& places);
  void FindUnion(const ProgramNode& node, std::vector<Place>& places);
  void FindPair(const ProgramNode& node, std::vector<Place>& places);
  void DropOverlaps(bool by_factor);

  const CompiledRules* rules_ = nullptr;
  std::uint64_t generation_ = 0;  // Of rules_.
  ArticleView view_;
  std::vector<std::uint32_t> last_hits_;  // By term set; kNoIndex between articles.
  std::vector<RuleState> states_;         // By rule; likewise empty.
  std::vector<ItemState> items_;          // By item; likewise.
  std::vector<Truth> excluded_;           // By pack.
  std::vector<SetHit> hits_;              // Of the article, chained by term set.
  std::vector<std::uint32_t> touched_sets_;
  std::vector<std::uint32_t> touched_items_;
  std::vector<std::uint32_t> woken_;
  std::vector<SetHit> selected_;  // Of a leaf or an item.
  PlaceBuffers place_buffers_;
  std::vector<std::unique_ptr<std::vector<Place>>> free_buffers_;
};

}  // namespace wiredesk
