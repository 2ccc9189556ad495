// The stages ask for no memory once their arenas and tables have grown to what the articles need.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/rule_parser.h"
#include "stages/make_stage.h"
#include "stages/rule_compiler.h"

// Every way to memory ends at malloc, which glibc lets a program replace. A sanitizer does so
// already.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 1
#endif

namespace {
// Relaxed, no partner: one thread asks for memory here.
std::atomic<std::uint64_t> allocations = 0;
}  // namespace

#if defined(COUNTS_ALLOCATIONS)
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, size);
}
}
#endif

namespace wiredesk {
namespace {

constexpr std::size_t kBatchArticles = 64;

// The sample feed.
std::vector<std::string> Feed() {
  std::ifstream file(WIREDESK_SOURCE_DIR "/data/sample-feed.ndjson");
  std::vector<std::string> articles;
  for (std::string line; std::getline(file, line);) articles.push_back(line);
  return articles;
}

std::shared_ptr<const CompiledRules> Compile(const std::string& path) {
  Diagnostics diagnostics;
  const std::optional<RulePack> pack = LoadRulePack(path, diagnostics);
  return pack ? CompileRules(std::span(&*pack, 1), diagnostics) : nullptr;
}

// As the port does it: one batch, filled again and again from records that are gone afterwards.
void RunAll(const std::vector<std::string>& feed, const std::vector<std::unique_ptr<Stage>>& stages,
            Batch& batch) {
  std::size_t next = 0;
  while (next < feed.size()) {
    batch.Clear();
    for (; next < feed.size() && !batch.full(); ++next) {
      Article& article = batch.Append({"feed", 0, static_cast<std::int64_t>(next)}, feed[next]);
      article.key = batch.arena().Copy("key");
    }
    for (const auto& stage : stages) stage->Process(batch);
    for (const Article& article : batch.articles()) {
      ASSERT_TRUE(article.ok()) << article.failure_detail;
      ASSERT_FALSE(article.output.empty());
    }
  }
}

TEST(AllocationTest, StagesAskForNoMemoryOnceTheyAreWarm) {
#if !defined(COUNTS_ALLOCATIONS)
  GTEST_SKIP() << "the sanitizer has malloc";
#endif
  const std::vector<std::string> feed = Feed();
  ASSERT_FALSE(feed.empty());
  const auto rules = Compile(WIREDESK_SOURCE_DIR "/config/rules/mediatopics-en.rules");
  ASSERT_NE(rules, nullptr);
  const Settings settings;
  std::vector<std::unique_ptr<Stage>> stages;
  for (std::string_view name : kStageNames) stages.push_back(MakeStage(name, settings));
  Batch batch(kBatchArticles);
  batch.rules = rules.get();
  std::uint64_t before = allocations.load();
  RunAll(feed, stages, batch);
  EXPECT_GT(allocations.load(), before);  // They are counted.
  for (int i = 0; i < 3; ++i) RunAll(feed, stages, batch);
  before = allocations.load();
  RunAll(feed, stages, batch);
  EXPECT_EQ(allocations.load() - before, 0u);
}

}  // namespace
}  // namespace wiredesk
