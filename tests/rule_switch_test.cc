// Rules that change while lanes run: no article is lost, none is tagged by a mixture.
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/lane.h"
#include "pipeline/memory_io.h"
#include "pipeline/rules_holder.h"
#include "stages/make_stage.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

using nlohmann::json;
using Rules = std::shared_ptr<const CompiledRules>;

// Rule sets whose tags and numbers of topics tell which one made a record.
Rules Version(int version) {
  std::vector<TopicSketch> sketches;
  for (int i = 0; i < 20 * (version % 3); ++i) {
    sketches.push_back({"a:" + std::to_string(i), "other", "", {"nowhere" + std::to_string(i)}});
  }
  sketches.push_back({"v:" + std::to_string(version), "version", "", {"rain"}});
  return RulesOf(sketches);
}

std::vector<MemoryRecord> Records(int count) {
  std::vector<MemoryRecord> records;
  for (int i = 0; i < count; ++i) {
    records.push_back({R"({"id": ")" + std::to_string(i) + R"(", "title": "Rain"})"});
  }
  return records;
}

class SwitchedLane {
 public:
  SwitchedLane(RulesHolder& holder, const RuntimeSettings& runtime,
               std::vector<MemoryRecord> records, std::uint64_t repeat = 1)
      : source(std::move(records), repeat), sink(source, Kept()) {
    LaneOptions options;
    options.runtime = runtime;
    options.make_stage = [this](std::string_view name) { return MakeStage(name, settings); };
    options.rules = &holder;
    lane = std::move(*Lane::Make(options, source, sink));
  }

  Settings settings;
  MemorySource source;
  MemorySink sink;
  std::unique_ptr<Lane> lane;

 private:
  static MemorySinkOptions Kept() {
    MemorySinkOptions options;
    options.keep = true;
    return options;
  }
};

RuntimeSettings Runtime(bool wide) {
  RuntimeSettings runtime;
  runtime.batches = 8;
  runtime.batch_articles = 4;
  if (wide) {
    runtime.threads = {{{"decode", "canonicalise"}, 1}, {{"match"}, 3}, {{"tag", "encode"}, 2}};
  }
  return runtime;
}

// The version that a record was made by; its tag and its stamp must agree.
int VersionOf(const MemoryOutput& output, const std::map<std::string, int>& versions) {
  const json record = json::parse(output.output);
  const auto found = versions.find(record.at("rules").get<std::string>());
  EXPECT_NE(found, versions.end()) << output.output;
  if (found == versions.end()) return -1;
  const int version = found->second;
  EXPECT_EQ(record.at("tags").size(), 1u);
  EXPECT_EQ(record.at("tags")[0].at("id"), "v:" + std::to_string(version));
  return version;
}

TEST(RulesHolderTest, KeepsReplacedRulesUntilTheLastUserLetGo) {
  RulesHolder holder(Version(1));
  const std::weak_ptr<const CompiledRules> first = holder.Get();
  Rules user = holder.Get();
  const std::uint64_t version = holder.version();
  holder.Set(Version(2));
  EXPECT_NE(holder.version(), version);
  EXPECT_EQ(holder.FreeRetired(), 1u);
  EXPECT_FALSE(first.expired());
  user.reset();
  EXPECT_FALSE(first.expired());  // Not freed by its user.
  EXPECT_EQ(holder.FreeRetired(), 0u);
  EXPECT_TRUE(first.expired());
}

TEST(RuleSwitchTest, BatchesThatWereTakenInKeepTheirRules) {
  RulesHolder holder(Version(1));
  const std::map<std::string, int> versions = {{std::string(holder.Get()->hash()), 1},
                                               {std::string(Version(2)->hash()), 2}};
  SwitchedLane switched(holder, Runtime(false), Records(40));
  for (int i = 0; i < 3; ++i) switched.lane->StepPort();  // 12 articles under way.
  holder.Set(Version(2));
  EXPECT_EQ(holder.FreeRetired(), 1u);
  while (!switched.lane->ended()) {
    switched.lane->StepPort();
    switched.lane->StepWorker(0, 0);
  }
  switched.lane->SetDrainHelper([&] { return switched.lane->StepWorker(0, 0); });
  EXPECT_TRUE(switched.lane->Finish().drained);
  ASSERT_EQ(switched.sink.outputs().size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(VersionOf(switched.sink.outputs()[i], versions), i < 12 ? 1 : 2) << i;
  }
  EXPECT_EQ(holder.FreeRetired(), 0u);
}

TEST(RuleSwitchTest, ALaneWithoutArticlesLetsGoOfOldRules) {
  RulesHolder holder(Version(1));
  SwitchedLane switched(holder, Runtime(false), Records(0));
  holder.Set(Version(2));
  EXPECT_EQ(holder.FreeRetired(), 1u);
  switched.lane->StepPort();
  EXPECT_EQ(holder.FreeRetired(), 0u);
}

// New rules come to lie where old ones were: what stages keep of those must not be taken for
// theirs.
TEST(RuleSwitchTest, AddressesThatAreUsedAgainConfuseNoStage) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer keeps addresses from being used again";
#endif
  const Settings settings;
  std::vector<std::unique_ptr<Stage>> stages;
  for (std::string_view name : kStageNames) stages.push_back(MakeStage(name, settings));
  Batch batch(1);
  std::set<const CompiledRules*> addresses;
  for (int round = 0; round < 30; ++round) {
    batch.KeepRules(Version(round));
    addresses.insert(batch.rules);
    const Article& article = batch.Append({"t", 0, 0}, Records(1)[0].value);
    RunStages(stages, batch);
    const std::map<std::string, int> versions = {{std::string(batch.rules->hash()), round}};
    MemoryOutput output;
    output.output = article.output;
    VersionOf(output, versions);
    batch.Clear();
    batch.DropRules();
  }
  EXPECT_LT(addresses.size(), 30u) << "no address came again: this shows nothing";
}

class RuleSwitchThreadsTest : public ::testing::TestWithParam<bool> {};

TEST_P(RuleSwitchThreadsTest, UnderLoadNothingIsLostOrMixedAndOrderHolds) {
  constexpr int kVersions = 12;
  std::vector<Rules> all;
  std::map<std::string, int> versions;
  for (int i = 0; i < kVersions; ++i) {
    all.push_back(Version(i));
    versions[std::string(all.back()->hash())] = i;
  }
  RulesHolder holder(std::exchange(all[0], nullptr));
  SwitchedLane switched(holder, Runtime(GetParam()), Records(100), std::uint64_t{1} << 40);
  std::thread changer([&] {
    for (std::size_t i = 1; i < all.size(); ++i) {
      const std::uint64_t out = switched.lane->counters().articles_out.value();
      while (switched.lane->counters().articles_out.value() < out + 50) std::this_thread::yield();
      holder.Set(std::exchange(all[i], nullptr));
      holder.FreeRetired();
    }
    const std::uint64_t out = switched.lane->counters().articles_out.value();
    while (switched.lane->counters().articles_out.value() < out + 50) std::this_thread::yield();
    switched.lane->Stop();
  });
  EXPECT_TRUE(switched.lane->Run().drained);
  changer.join();
  const std::vector<MemoryOutput>& outputs = switched.sink.outputs();
  EXPECT_EQ(switched.sink.dead_letter_count(), 0u);
  EXPECT_EQ(outputs.size(), switched.lane->counters().articles_in.value());
  std::set<int> seen;
  int last = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    ASSERT_EQ(outputs[i].offset, static_cast<std::int64_t>(i));
    const int version = VersionOf(outputs[i], versions);
    ASSERT_GE(version, last);
    last = version;
    seen.insert(version);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kVersions));
  // All but the ones in use are gone.
  EXPECT_EQ(holder.FreeRetired(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Threads, RuleSwitchThreadsTest, ::testing::Bool());

}  // namespace
}  // namespace wiredesk
