#include "app/bench/bench_reference.h"

#include <time.h>

#include <algorithm>
#include <string>

#include "config/check.h"
#include "stages/make_stage.h"

namespace wiredesk {
namespace {

constexpr std::size_t kBatchArticles = 64;
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;
// Enough to tell what stages cost, and little enough not to wait for.
constexpr std::size_t kTimedArticlesMax = 5000;
constexpr std::size_t kTimedBytesMax = std::size_t{32} << 20;

double ThreadCpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

class StageChain {
 public:
  StageChain(const Settings& settings, const CompiledRules& rules) : batch_(kBatchArticles) {
    for (std::string_view name : kStageNames) stages_.push_back(MakeStage(name, settings));
    batch_.rules = &rules;
  }

  // Takes articles from `next` on through all stages, and moves `next` behind them.
  void RunBatch(const BenchFeed& feed, std::size_t& next) {
    batch_.Clear();
    while (!batch_.full() && next < feed.size() && batch_.input_bytes() < kBatchBytes) {
      batch_.Append({"bench", 0, static_cast<std::int64_t>(next)}, feed[next]);
      ++next;
    }
    double before = ThreadCpuSeconds();
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      stages_[i]->Process(batch_);
      const double after = ThreadCpuSeconds();
      seconds_[i] += after - before;
      before = after;
    }
  }

  std::span<const Article> articles() const { return batch_.articles(); }
  void ForgetTimes() { seconds_.fill(0); }
  double seconds(std::size_t stage) const { return seconds_[stage]; }

 private:
  std::vector<std::unique_ptr<Stage>> stages_;
  std::array<double, kStageNames.size()> seconds_ = {};
  Batch batch_;
};

std::vector<StageCost> TimeStages(StageChain& chain, const BenchFeed& feed) {
  chain.ForgetTimes();  // What they were before was in part the first use of memory.
  std::size_t next = 0;
  std::size_t bytes = 0;
  while (next < feed.size() && next < kTimedArticlesMax && bytes < kTimedBytesMax) {
    chain.RunBatch(feed, next);
    for (const Article& article : chain.articles()) bytes += article.value.size();
  }
  std::vector<StageCost> costs;
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    costs.push_back({std::string(kStageNames[i]), chain.seconds(i) / static_cast<double>(next)});
  }
  return costs;
}

}  // namespace

BenchReference MakeReference(const BenchFeed& feed,
                             const std::shared_ptr<const CompiledRules>& rules,
                             const Settings& settings, TagComparison comparison) {
  BenchReference reference;
  reference.comparison = comparison;
  TagsHasher hasher(comparison);
  StageChain chain(settings, *rules);
  for (std::size_t next = 0; next < feed.size();) {
    chain.RunBatch(feed, next);
    for (const Article& article : chain.articles()) {
      std::uint64_t tags = 0;
      if (article.ok()) {
        const std::optional<std::uint64_t> hash = hasher.Hash(article.output);
        WIREDESK_CHECK(hash.has_value());
        tags = *hash;
        reference.tag_count += hasher.tag_count();
        reference.output_bytes += article.output.size();
      } else {
        reference.refused.push_back(reference.tags.size());
      }
      reference.tags.push_back(tags);
    }
  }
  reference.stages = TimeStages(chain, feed);
  return reference;
}

}  // namespace wiredesk
