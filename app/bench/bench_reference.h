// What each article of a feed must be tagged with: the stages of the worker in this process, which
// are those of `wiredesk tag`. On the way it is measured what each stage costs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "app/bench/bench_case.h"
#include "app/bench/bench_feed.h"
#include "app/bench/tags_hash.h"
#include "config/settings.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

struct BenchReference {
  TagComparison comparison = TagComparison::kBytes;
  std::vector<std::uint64_t> tags;   // TagsHasher's, by article.
  std::vector<std::size_t> refused;  // Articles that become dead letters, in ascending order.
  std::uint64_t tag_count = 0;       // Of all articles, each once; so is what follows.
  std::uint64_t output_bytes = 0;
  std::vector<StageCost> stages;  // On one core with nothing else on it.
};

BenchReference MakeReference(const BenchFeed& feed,
                             const std::shared_ptr<const CompiledRules>& rules,
                             const Settings& settings, TagComparison comparison);

}  // namespace wiredesk
