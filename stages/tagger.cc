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
  if (&rules == rules_ && first_hits_.size() == rules.items().size()) return;
  rules_ = &rules;
  first_hits_.assign(rules.items().size(), kNone);
  topic_scores_.assign(rules.topics().size(), {});
}

void Tagger::TagArticle(Article& article, Arena& arena) {
  if (taken_.size() < article.tokens.size()) taken_.resize(article.tokens.size(), 0);
  CollectHits(article);
  proofs_.clear();
  for (std::uint32_t item : touched_items_) ScoreItem(item);
  touched_items_.clear();
  AddTags(article, arena);
}

void Tagger::CollectHits(const Article& article) {
  hits_.clear();
  // Matches come by ascending end, so their parts do as well, but for a match that began earlier.
  std::uint32_t part = 0;
  const std::span<const Match> matches = article.matches;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    // With many rules their uses are cold: two look-ups ahead, a few matches early.
    if (i + 8 < matches.size()) rules_->PrefetchUses(matches[i + 8].term);
    const Match& match = matches[i];
    while (part > 0 && article.parts[part].first_token > match.begin) --part;
    while (part + 1 < article.parts.size() && article.parts[part + 1].first_token <= match.begin) {
      ++part;
    }
    const FieldId field = article.parts[part].field;
    for (const TermUse& use : rules_->uses(match.term)) {
      if ((use.fields >> field & 1) == 0) continue;
      std::uint32_t& first = first_hits_[use.item];
      if (first == kNone) touched_items_.push_back(use.item);
      hits_.push_back({first, match.begin, match.end, part, use.shown, field});
      first = static_cast<std::uint32_t>(hits_.size() - 1);
    }
  }
}

void Tagger::ScoreItem(std::uint32_t index) {
  const CompiledItem& item = rules_->items()[index];
  const ItemHit& only = hits_[first_hits_[index]];
  if (only.next == kNone) {
    first_hits_[index] = kNone;
    return AddProof(item, only);
  }
  item_hits_.clear();
  for (std::uint32_t i = first_hits_[index]; i != kNone; i = hits_[i].next) {
    item_hits_.push_back(hits_[i]);
  }
  first_hits_[index] = kNone;
  DropOverlaps();
  const auto most = static_cast<std::size_t>(item.hits_max);
  if (item_hits_.size() > most) {
    std::partial_sort(item_hits_.begin(), item_hits_.begin() + item.hits_max, item_hits_.end(),
                      [&item](const ItemHit& a, const ItemHit& b) {
                        return std::tie(item.boosts[b.field], a.begin) <
                               std::tie(item.boosts[a.field], b.begin);
                      });
    item_hits_.resize(most);
  }
  for (const ItemHit& hit : item_hits_) AddProof(item, hit);
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

void Tagger::AddProof(const CompiledItem& item, const ItemHit& hit) {
  TopicScore& topic = topic_scores_[item.topic];
  if (topic.first_proof == kNone) touched_topics_.push_back(item.topic);
  const std::int64_t points = std::int64_t{item.weight} * item.boosts[hit.field];
  proofs_.push_back({topic.first_proof, points, hit});
  topic.points += points;
  topic.first_proof = static_cast<std::uint32_t>(proofs_.size() - 1);
}

void Tagger::AddTags(Article& article, Arena& arena) {
  tags_.clear();
  for (std::uint32_t index : touched_topics_) {
    TopicScore& topic = topic_scores_[index];
    if (topic.points >= rules_->topics()[index].need) {
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      tags_.push_back({index, static_cast<std::int32_t>(std::min(topic.points, kMost)),
                       MakeEvidence(article, topic.first_proof, arena)});
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

// The strongest first, as far as they speak for the topic.
std::span<const Evidence> Tagger::MakeEvidence(const Article& article, std::uint32_t first_proof,
                                               Arena& arena) {
  tag_proofs_.clear();
  for (std::uint32_t i = first_proof; i != kNone; i = proofs_[i].next) {
    if (proofs_[i].points > 0) tag_proofs_.push_back(&proofs_[i]);
  }
  // Two items may share a term: a place is shown once, with what counts most there.
  const auto by_place = [](const Proof* a, const Proof* b) {
    return std::tie(a->hit.begin, a->hit.end, b->points, a->hit.shown) <
           std::tie(b->hit.begin, b->hit.end, a->points, b->hit.shown);
  };
  const auto same_place = [](const Proof* a, const Proof* b) {
    return a->hit.begin == b->hit.begin && a->hit.end == b->hit.end;
  };
  std::sort(tag_proofs_.begin(), tag_proofs_.end(), by_place);
  tag_proofs_.erase(std::unique(tag_proofs_.begin(), tag_proofs_.end(), same_place),
                    tag_proofs_.end());
  std::stable_sort(tag_proofs_.begin(), tag_proofs_.end(),
                   [](const Proof* a, const Proof* b) { return a->points > b->points; });
  const std::span<Evidence> evidence =
      arena.AllocateArray<Evidence>(std::min(tag_proofs_.size(), evidence_max_));
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const ItemHit& hit = tag_proofs_[i]->hit;
    evidence[i] = {hit.part, article.tokens[hit.begin].start, article.tokens[hit.end - 1].end,
                   rules_->shown(hit.shown)};
  }
  return evidence;
}

}  // namespace wiredesk
