// Stage 4: which topics an article is about, how strongly, and why.
//
// The rules themselves are evaluated by rule_evaluator.h, which looks at those only that something
// in the article speaks for. Which places speak for a tag is worked out for the tags alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "stages/compiled_rules.h"
#include "stages/evidence_collector.h"
#include "stages/rule_evaluator.h"
#include "stages/stage.h"

namespace wiredesk {

// What becomes of topics that are not live, where their rules hold.
enum class ShadowTags {
  kCount,  // Article::shadow_tags counts those in shadow.
  kShow,   // They are tags like others, for those who test rules.
};

class Tagger : public Stage {
 public:
  explicit Tagger(const OutputSettings& settings, ShadowTags shadow_tags = ShadowTags::kCount)
      : evidence_max_(static_cast<std::size_t>(settings.evidence_max)),
        tags_max_(static_cast<std::size_t>(settings.tags_max)),
        shadow_tags_(shadow_tags) {}
  std::string_view name() const override { return "tag"; }
  // REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  void TagArticle(Article& article, const CompiledRules& rules, Arena& arena);

  const std::size_t evidence_max_;
  const std::size_t tags_max_;
  const ShadowTags shadow_tags_;
  RuleEvaluator evaluator_;
  EvidenceCollector evidence_;
  std::vector<Tag> tags_;
};

}  // namespace wiredesk
