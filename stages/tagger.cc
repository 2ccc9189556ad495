#include "stages/tagger.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace wiredesk {

void Tagger::Process(Batch& batch) {
  Use(*batch.rules);
  for (Article& article : batch.articles()) {
    if (article.ok() && !article.matches.empty()) TagArticle(article, batch.arena());
  }
}

void Tagger::Use(const CompiledRules& rules) {
  if (&rules == rules_ && items_.size() == rules.items().size() &&
      topics_.size() == rules.topics().size()) {
    return;
  }
  rules_ = &rules;
  items_.assign(rules.items().size(), {});
  topics_.assign(rules.topics().size(), {});
}

void Tagger::TagArticle(Article& article, Arena& arena) {
  if (taken_.size() < article.tokens.size()) taken_.resize(article.tokens.size(), 0);
  CollectHits(article);
  for (std::uint32_t item : touched_items_) ScoreItem(item);
  AddTags(article, arena);
  for (std::uint32_t item : touched_items_) items_[item] = {};
  touched_items_.clear();
}

void Tagger::CollectHits(const Article& article) {
  hits_.clear();
  // Matches come by ascending end, so their parts do as well, but for a match that began earlier.
  std::uint32_t part = 0;
  const std::span<const Match> matches = article.matches;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    // With many rules their uses are cold: fetched a few matches early.
    if (i + 8 < matches.size()) rules_->PrefetchUses(matches[i + 8].term);
    const Match& match = matches[i];
    while (part > 0 && article.parts[part].first_token > match.begin) --part;
    while (part + 1 < article.parts.size() && article.parts[part + 1].first_token <= match.begin) {
      ++part;
    }
    const FieldId field = article.parts[part].field;
    for (const TermUse& use : rules_->uses(match.term)) {
      if ((use.fields >> field & 1) == 0) continue;
      std::uint32_t& last = items_[use.item].last_hit;
      if (last == kNone) touched_items_.push_back(use.item);
      hits_.push_back({last, match.begin, match.end, part, use.shown, field});
      last = static_cast<std::uint32_t>(hits_.size() - 1);
    }
  }
}

void Tagger::ScoreItem(std::uint32_t index) {
  const CompiledItem& item = rules_->items()[index];
  TopicState& topic = topics_[item.topic];
  if (topic.first_item == kNone) touched_topics_.push_back(item.topic);
  items_[index].next = topic.first_item;
  topic.first_item = index;
  const ItemHit& last = hits_[items_[index].last_hit];
  if (last.next == kNone) {
    topic.points += PointsOf(item, last);
    return;
  }
  SelectHits(index);
  for (const ItemHit& hit : item_hits_) topic.points += PointsOf(item, hit);
}

// Leaves the hits of the item that count in item_hits_.
void Tagger::SelectHits(std::uint32_t index) {
  const CompiledItem& item = rules_->items()[index];
  item_hits_.clear();
  bool overlap = false;
  for (std::uint32_t i = items_[index].last_hit; i != kNone; i = hits_[i].next) {
    // From the last to the first, by their ends.
    overlap |= !item_hits_.empty() && hits_[i].end > item_hits_.back().begin;
    item_hits_.push_back(hits_[i]);
  }
  if (overlap) DropOverlaps();
  const auto most = static_cast<std::size_t>(item.hits_max);
  if (item_hits_.size() <= most) return;
  const auto stronger = [&item](const ItemHit& a, const ItemHit& b) {
    return std::tie(item.boosts[b.field], a.begin) < std::tie(item.boosts[a.field], b.begin);
  };
  std::partial_sort(item_hits_.begin(), item_hits_.begin() + item.hits_max, item_hits_.end(),
                    stronger);
  item_hits_.resize(most);
}

// Keeps the longest of overlapping hits. A hit that is no longer than another and overlaps it has
// an end inside it, so looking at both ends is enough.
void Tagger::DropOverlaps() {
  if (++round_ == 0) {  // The numbers are used up: start over.
    std::fill(taken_.begin(), taken_.end(), 0);
    round_ = 1;
  }
  const auto longer = [](const ItemHit& a, const ItemHit& b) {
    return std::tuple(b.end - b.begin, a.begin, a.shown) <
           std::tuple(a.end - a.begin, b.begin, b.shown);
  };
  std::sort(item_hits_.begin(), item_hits_.end(), longer);
  std::erase_if(item_hits_, [this](const ItemHit& hit) {
    if (taken_[hit.begin] == round_ || taken_[hit.end - 1] == round_) return true;
    std::fill(taken_.begin() + hit.begin, taken_.begin() + hit.end, round_);
    return false;
  });
}

void Tagger::AddTags(Article& article, Arena& arena) {
  tags_.clear();
  for (std::uint32_t index : touched_topics_) {
    TopicState& topic = topics_[index];
    if (topic.points >= rules_->topics()[index].need) {
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      CollectProofs(topic.first_item);
      tags_.push_back({index, static_cast<std::int32_t>(std::min(topic.points, kMost)),
                       MakeEvidence(article, arena)});
    }
    topic = {};
  }
  touched_topics_.clear();
  // Topics are numbered in order of their ids.
  std::sort(tags_.begin(), tags_.end(), [](const Tag& a, const Tag& b) {
    return std::tie(b.score, a.topic) < std::tie(a.score, b.topic);
  });
  const std::span<Tag> kept = arena.AllocateArray<Tag>(tags_.size());
  std::uninitialized_copy(tags_.begin(), tags_.end(), kept.begin());
  article.tags = kept;
}

void Tagger::CollectProofs(std::uint32_t first_item) {
  proofs_.clear();
  for (std::uint32_t index = first_item; index != kNone; index = items_[index].next) {
    const CompiledItem& item = rules_->items()[index];
    if (item.weight < 0) continue;
    SelectHits(index);
    for (const ItemHit& hit : item_hits_) {
      const std::int64_t points = PointsOf(item, hit);
      if (points > 0) proofs_.push_back({points, hit});
    }
  }
}

// Of proofs_, the strongest first.
std::span<const Evidence> Tagger::MakeEvidence(const Article& article, Arena& arena) {
  // Two items may share a term: a place is shown once, with what counts most there.
  const auto by_place = [](const Proof& a, const Proof& b) {
    return std::tie(a.hit.begin, a.hit.end, b.points, a.hit.shown) <
           std::tie(b.hit.begin, b.hit.end, a.points, b.hit.shown);
  };
  const auto same_place = [](const Proof& a, const Proof& b) {
    return a.hit.begin == b.hit.begin && a.hit.end == b.hit.end;
  };
  const auto stronger = [](const Proof& a, const Proof& b) {
    return std::tie(b.points, a.hit.begin, a.hit.end) < std::tie(a.points, b.hit.begin, b.hit.end);
  };
  std::sort(proofs_.begin(), proofs_.end(), by_place);
  proofs_.erase(std::unique(proofs_.begin(), proofs_.end(), same_place), proofs_.end());
  std::sort(proofs_.begin(), proofs_.end(), stronger);
  const std::span<Evidence> evidence =
      arena.AllocateArray<Evidence>(std::min(proofs_.size(), evidence_max_));
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const ItemHit& hit = proofs_[i].hit;
    evidence[i] = {hit.part, article.tokens[hit.begin].start, article.tokens[hit.end - 1].end,
                   rules_->shown(hit.shown)};
  }
  return evidence;
}

}  // namespace wiredesk
