#include "stages/tagger.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace wiredesk {

void Tagger::Process(Batch& batch) {
  for (Article& article : batch.articles()) {
    if (article.ok() && !article.matches.empty()) TagArticle(article, *batch.rules, batch.arena());
  }
}

void Tagger::TagArticle(Article& article, const CompiledRules& rules, Arena& arena) {
  evaluator_.Begin(article, rules);
  tags_.clear();
  for (const std::uint32_t rule : evaluator_.woken()) {
    if (!evaluator_.Holds(rule)) continue;
    if (shadow_tags_ == ShadowTags::kCount && rules.topics()[rule].state != TopicState::kLive) {
      ++article.shadow_tags;
      continue;
    }
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    const std::int64_t score = std::min(evaluator_.Score(rule), kMost);
    tags_.push_back({rule, static_cast<std::int32_t>(score), {}});
  }
  // Topics are numbered in order of their ids.
  std::sort(tags_.begin(), tags_.end(), [](const Tag& a, const Tag& b) {
    return std::tie(b.score, a.topic) < std::tie(a.score, b.topic);
  });
  article.tags_truncated = tags_.size() > tags_max_;
  if (article.tags_truncated) tags_.resize(tags_max_);
  for (Tag& tag : tags_) {
    tag.evidence = evidence_.Collect(tag.topic, evidence_max_, evaluator_, rules, arena);
  }
  const std::span<Tag> kept = arena.AllocateArray<Tag>(tags_.size());
  std::uninitialized_copy(tags_.begin(), tags_.end(), kept.begin());
  article.tags = kept;
}

}  // namespace wiredesk
