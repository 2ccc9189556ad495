#include "stages/encoder.h"

#include "config/check.h"

namespace wiredesk {

void Encoder::Process(Batch& batch) {
  if (batch.empty()) return;
  WIREDESK_CHECK(batch.rules != nullptr);
  UseRules(*batch.rules);
  for (Article& article : batch.articles()) {
    if (article.ok()) article.output = writer_.Write(article, batch.arena());
  }
}

void Encoder::UseRules(const CompiledRules& rules) {
  if (rules.generation() == generation_) return;
  writer_.SetRules(rules.topics(), rules.hash(), rules.field_names());
  generation_ = rules.generation();
}

}  // namespace wiredesk
