#include "stages/tagger.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace wiredesk {

void Tagger::Process(Batch& batch) {
  for (Article& article : batch.articles()) {
    if (article.ok()) TagArticle(article, *batch.rules, batch.arena());
  }
}

void Tagger::TagArticle(Article& article, const CompiledRules& rules, Arena& arena) {
  if (article.matches.empty()) return;
  if (taken_.size() < article.tokens.size()) taken_.resize(article.tokens.size(), 0);
  CollectHits(article, rules);
  ScoreItems(rules);
  AddTags(article, rules, arena);
}

void Tagger::CollectHits(const Article& article, const CompiledRules& rules) {
  hits_.clear();
  // Matches come by ascending end, so their parts do as well, but for a match that began earlier.
  std::uint32_t part = 0;
  for (const Match& match : article.matches) {
    while (part > 0 && article.parts[part].first_token > match.begin) --part;
    while (part + 1 < article.parts.size() && article.parts[part + 1].first_token <= match.begin) {
      ++part;
    }
    const FieldId field = article.parts[part].field;
    for (const TermUse& use : rules.uses(rules.terms()[match.term])) {
      if ((use.fields >> field & 1) == 0) continue;
      hits_.push_back({use.item, match.begin, match.end, part, use.shown,
                       rules.items()[use.item].boosts[field]});
    }
  }
}

void Tagger::ScoreItems(const CompiledRules& rules) {
  proofs_.clear();
  std::sort(hits_.begin(), hits_.end(), [](const ItemHit& a, const ItemHit& b) {
    const auto length = [](const ItemHit& hit) { return hit.end - hit.begin; };
    return std::tuple(a.item, length(b), a.begin, a.shown) <
           std::tuple(b.item, length(a), b.begin, b.shown);
  });
  for (std::size_t begin = 0; begin < hits_.size();) {
    std::size_t end = begin + 1;
    while (end < hits_.size() && hits_[end].item == hits_[begin].item) ++end;
    ScoreItem(rules.items()[hits_[begin].item], begin, end);
    begin = end;
  }
}

// The hits of one item are [begin, end), the longest first.
void Tagger::ScoreItem(const CompiledItem& item, std::size_t begin, std::size_t end) {
  if (end - begin > 1) end = DropOverlaps(begin, end);
  const auto first = hits_.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto last = hits_.begin() + static_cast<std::ptrdiff_t>(end);
  const std::size_t counted = std::min(end - begin, static_cast<std::size_t>(item.hits_max));
  std::partial_sort(first, first + static_cast<std::ptrdiff_t>(counted), last,
                    [](const ItemHit& a, const ItemHit& b) {
                      return std::tie(b.boost, a.begin) < std::tie(a.boost, b.begin);
                    });
  for (std::size_t i = begin; i < begin + counted; ++i) {
    const std::int64_t points = std::int64_t{item.weight} * hits_[i].boost;
    proofs_.push_back({item.topic, points, static_cast<std::uint32_t>(i)});
  }
}

// Keeps the longest of overlapping hits, moved to the front. A hit that is no longer than another and
// overlaps it has an end inside it, so looking at both ends is enough.
std::size_t Tagger::DropOverlaps(std::size_t begin, std::size_t end) {
  if (++round_ == 0) {  // The numbers are used up: start over.
    std::fill(taken_.begin(), taken_.end(), 0);
    round_ = 1;
  }
  std::size_t kept = begin;
  for (std::size_t i = begin; i < end; ++i) {
    const ItemHit hit = hits_[i];
    if (taken_[hit.begin] == round_ || taken_[hit.end - 1] == round_) continue;
    std::fill(taken_.begin() + hit.begin, taken_.begin() + hit.end, round_);
    hits_[kept++] = hit;
  }
  return kept;
}

void Tagger::AddTags(Article& article, const CompiledRules& rules, Arena& arena) {
  tags_.clear();
  std::sort(proofs_.begin(), proofs_.end(), [this](const Proof& a, const Proof& b) {
    const auto place = [this](const Proof& p) {
      return std::tuple(hits_[p.hit].begin, hits_[p.hit].end, hits_[p.hit].shown);
    };
    return std::tuple(a.topic, b.points, place(a)) < std::tuple(b.topic, a.points, place(b));
  });
  for (std::size_t begin = 0; begin < proofs_.size();) {
    std::int64_t score = 0;
    std::size_t end = begin;
    while (end < proofs_.size() && proofs_[end].topic == proofs_[begin].topic) {
      score += proofs_[end++].points;
    }
    const std::uint32_t topic = proofs_[begin].topic;
    if (score >= rules.topics()[topic].need) {
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      tags_.push_back({topic, static_cast<std::int32_t>(std::min(score, kMost)),
                       MakeEvidence(article, rules, begin, end, arena)});
    }
    begin = end;
  }
  // Topics are numbered in order of their ids.
  std::sort(tags_.begin(), tags_.end(), [](const Tag& a, const Tag& b) {
    return std::tie(b.score, a.topic) < std::tie(a.score, b.topic);
  });
  const std::span<Tag> kept = arena.AllocateArray<Tag>(tags_.size());
  std::uninitialized_copy(tags_.begin(), tags_.end(), kept.begin());
  article.tags = kept;
}

// The proofs [begin, end) of one topic, the strongest first, as far as they speak for it.
std::span<const Evidence> Tagger::MakeEvidence(const Article& article, const CompiledRules& rules,
                                               std::size_t begin, std::size_t end, Arena& arena) {
  std::size_t count = 0;
  while (begin + count < end && count < evidence_max_ && proofs_[begin + count].points > 0) ++count;
  const std::span<Evidence> evidence = arena.AllocateArray<Evidence>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const ItemHit& hit = hits_[proofs_[begin + i].hit];
    evidence[i] = {hit.part, article.tokens[hit.begin].start, article.tokens[hit.end - 1].end,
                   rules.shown(hit.shown)};
  }
  return evidence;
}

}  // namespace wiredesk
