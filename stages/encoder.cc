#include "stages/encoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/check.h"

namespace wiredesk {
namespace {

std::size_t MostEntries(const Article& article) {
  std::size_t most = 0;
  for (const Tag& tag : article.tags) most = std::max(most, tag.evidence.size());
  return most;
}

}  // namespace

void Encoder::Process(Batch& batch) {
  if (batch.empty()) return;
  WIREDESK_CHECK(batch.rules != nullptr);
  UseRules(*batch.rules);
  for (Article& article : batch.articles()) {
    if (article.ok()) Encode(article, batch.arena());
  }
}

void Encoder::Encode(Article& article, Arena& arena) {
  article.output = writer_.Write(article, arena);
  if (record_bytes_max_ == 0) return;
  const std::size_t beside = BytesBesideValue(article);
  EvidenceShown shown;
  while (article.output.size() + beside > record_bytes_max_) {
    if (shown.entries_max == 0) {
      const std::size_t bytes = article.output.size() + beside;
      article.output = {};
      return article.Fail(
          name(), Failure::kOutputTooLarge,
          arena.Copy(fmt::format("{} bytes without evidence; the output topic takes {}", bytes,
                                 record_bytes_max_)));
    }
    shown.entries_max = shown.snippets ? MostEntries(article) : shown.entries_max / 2;
    shown.snippets = false;
    article.evidence_truncated = true;
    arena.Shrink(const_cast<char*>(article.output.data()), 0);  // It is the arena's own memory.
    article.output = writer_.Write(article, arena, shown);
  }
}

void Encoder::UseRules(const CompiledRules& rules) {
  if (rules.generation() == generation_) return;
  writer_.SetRules(rules.topics(), rules.hash(), rules.field_names());
  generation_ = rules.generation();
}

}  // namespace wiredesk
