#include "pipeline/lane.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pipeline/memory_io.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Writes its name behind the article's value, so that an output tells what it went through. On an
// article "boom <name>" it throws.
class NamedStage : public Stage {
 public:
  explicit NamedStage(std::string_view stage_name) : name_(stage_name) {}
  std::string_view name() const override { return name_; }

  void Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (!article.ok()) continue;
      if (article.value == "boom " + name_) throw std::runtime_error("no more");
      if (article.value == "bang " + name_) throw 7;
      const std::string_view before = article.output.empty() ? article.value : article.output;
      article.output = batch.arena().Copy(std::string(before) + "/" + name_);
    }
  }

 private:
  const std::string name_;
};

const std::string kGroupNames[] = {"a", "b", "c"};

RuntimeSettings MakeRuntime(const std::vector<int>& widths) {
  RuntimeSettings runtime;
  runtime.threads.clear();
  for (std::size_t g = 0; g < widths.size(); ++g) {
    runtime.threads.push_back({{kGroupNames[g]}, widths[g]});
  }
  runtime.batches = 4;
  runtime.batch_articles = 3;
  return runtime;
}

// What an article that went through `groups` groups looks like. None: through all stages, on the
// thread of the port.
std::string Through(const std::string& value, std::size_t groups) {
  std::string output = value;
  if (groups == 0) return value + "/decode/canonicalise/match/tag/encode";
  for (std::size_t g = 0; g < groups; ++g) output += "/" + kGroupNames[g];
  return output;
}

std::vector<MemoryRecord> MakeRecords(int count, int partitions = 1) {
  std::vector<MemoryRecord> records;
  for (int i = 0; i < count; ++i) {
    records.push_back({std::to_string(i), "", false, i % partitions});
  }
  return records;
}

// A MemorySource with the moods of a real one: pauses, rebalances, failures.
class MoodySource : public Source {
 public:
  explicit MoodySource(std::vector<MemoryRecord> records, std::uint64_t repeat = 1)
      : memory(std::move(records), repeat) {}

  State Fill(Batch& batch, std::size_t bytes_max) override {
    if (before_fill) before_fill();
    if (pauses && pauses()) return State::kIdle;
    return memory.Fill(batch, bytes_max);
  }
  void KeepAlive() override { ++keep_alives; }
  void Acknowledge(std::uint64_t ack, bool delivered) override {
    memory.Acknowledge(ack, delivered);
  }
  absl::Status Commit(bool wait) override {
    if (!commit_status.ok()) return commit_status;
    return memory.Commit(wait);
  }
  void Close() override { memory.Close(); }
  absl::Status status() const override { return source_status; }

  MemorySource memory;
  std::function<void()> before_fill;
  std::function<bool()> pauses;
  absl::Status commit_status;
  absl::Status source_status;
  int keep_alives = 0;
};

// A lane between memory and memory, driven by hand under a clock that stands still.
class HandLane {
 public:
  HandLane(const RuntimeSettings& runtime, std::vector<MemoryRecord> records,
           MemorySinkOptions options = {}, std::uint64_t repeat = 1)
      : source(std::move(records), repeat), sink(source, Kept(std::move(options))) {
    LaneOptions lane_options;
    lane_options.runtime = runtime;
    lane_options.make_stage = [](std::string_view name) {
      return std::make_unique<NamedStage>(name);
    };
    lane_options.now = [this] { return now; };
    lane = std::move(*Lane::Make(lane_options, source, sink));
    lane->SetDrainHelper([this] {
      lane->StepWorkers();
      now += milliseconds(1);
      return true;
    });
  }

  void StepAll(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      lane->StepPort();
      lane->StepWorkers();
    }
  }
  LaneResult RunToEnd() {
    while (!lane->ended()) StepAll(1);
    return lane->Finish();
  }
  std::size_t InLane() const { return source.memory.tracker().in_flight() - sink.in_flight(); }

  std::chrono::steady_clock::time_point now{};
  MoodySource source;
  MemorySink sink;
  std::unique_ptr<Lane> lane;

 private:
  static MemorySinkOptions Kept(MemorySinkOptions options) {
    options.keep = true;
    return options;
  }
};

// All of `count` records came out once, in the order of intake, through every group.
void ExpectAllInOrder(const std::vector<MemoryOutput>& outputs, int count, std::size_t groups) {
  ASSERT_EQ(outputs.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(outputs[static_cast<std::size_t>(i)].output, Through(std::to_string(i), groups));
  }
}

TEST(LaneTest, BringsEveryArticleThroughEveryGroupInOrder) {
  HandLane hand(MakeRuntime({1, 2, 3}), MakeRecords(100));
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_TRUE(result.drained);
  ExpectAllInOrder(hand.sink.outputs(), 100, 3);
  EXPECT_EQ(hand.source.memory.committed(0), 100);
  EXPECT_TRUE(hand.source.memory.closed());
}

TEST(LaneTest, EndsWithoutARecord) {
  HandLane hand(MakeRuntime({1}), {});
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.drained);
  EXPECT_EQ(hand.lane->counters().batches_out.value(), 0u);
}

TEST(LaneTest, GivesEachBatchTheRules) {
  MoodySource source(MakeRecords(1));
  MemorySink sink(source);
  const CompiledRules* seen = nullptr;
  class Looker : public NamedStage {
   public:
    explicit Looker(const CompiledRules*& to) : NamedStage("look"), to_(to) {}
    void Process(Batch& batch) override { to_ = batch.rules; }

   private:
    const CompiledRules*& to_;
  };
  LaneOptions options;
  options.runtime = MakeRuntime({1});
  options.make_stage = [&seen](std::string_view) { return std::make_unique<Looker>(seen); };
  const int stands_for_rules = 0;
  const auto* rules = reinterpret_cast<const CompiledRules*>(&stands_for_rules);
  const RulesHolder holder({std::shared_ptr<void>(), rules});
  options.rules = &holder;
  EXPECT_TRUE((*Lane::Make(options, source, sink))->Run().status.ok());
  EXPECT_EQ(seen, rules);
}

// Keeps what it gets until it is told that nothing follows.
class LingeringSink : public Sink {
 public:
  bool Send(Batch& batch) override {
    in_flight_ += batch.articles().size();
    return true;
  }
  int Poll() override { return 0; }
  int Hurry() override {
    if (in_flight_ > 0) hurried.push_back(in_flight_);
    return static_cast<int>(std::exchange(in_flight_, 0));
  }
  std::size_t in_flight() const override { return in_flight_; }
  absl::Status status() const override { return absl::OkStatus(); }

  std::vector<std::size_t> hurried;  // How many were kept, each time.

 private:
  std::size_t in_flight_ = 0;
};

TEST(LaneTest, HurriesTheSinkWhenNothingFollows) {
  MoodySource source(MakeRecords(10));
  bool pauses = false;
  source.pauses = [&pauses] { return pauses; };
  LingeringSink sink;
  LaneOptions options;
  options.runtime = MakeRuntime({1});
  options.make_stage = [](std::string_view name) { return std::make_unique<NamedStage>(name); };
  const auto lane = *Lane::Make(options, source, sink);
  lane->StepPort();
  lane->StepPort();
  pauses = true;
  lane->StepWorkers();
  while (lane->StepPort()) {
  }
  EXPECT_THAT(sink.hurried, IsEmpty());  // The second batch is still in the lane.
  lane->StepWorkers();
  while (lane->StepPort()) {
  }
  EXPECT_THAT(sink.hurried, ElementsAre(6));
}

TEST(LaneTest, RefusesAStageThatDoesNotExist) {
  MemorySource source({});
  MemorySink sink(source);
  LaneOptions options;
  options.runtime = MakeRuntime({1});
  options.make_stage = [](std::string_view) { return nullptr; };
  const auto lane = Lane::Make(options, source, sink);
  EXPECT_EQ(lane.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(lane.status().ToString(), HasSubstr("no stage \"a\""));
}

TEST(LaneTest, TakesNothingInWhileNoBatchIsFree) {
  HandLane hand(MakeRuntime({1}), MakeRecords(100));
  for (int i = 0; i < 10; ++i) hand.lane->StepPort();
  EXPECT_EQ(hand.lane->counters().articles_in.value(), 12u);  // 4 batches of 3.
  EXPECT_EQ(hand.lane->counters().batch_stalls.value(), 1u);
}

TEST(LaneTest, BoundsABatchByBytes) {
  RuntimeSettings runtime = MakeRuntime({1});
  runtime.batch_bytes = 5;
  HandLane hand(runtime, {{"1234"}, {"1"}, {"1"}, {"1234567"}, {"1"}});
  std::vector<std::uint64_t> taken;
  for (int i = 0; i < 4; ++i) {
    hand.lane->StepPort();
    taken.push_back(hand.lane->counters().articles_in.value());
  }
  EXPECT_THAT(taken, ElementsAre(2, 3, 4, 5));
}

TEST(LaneTest, KeepsTheSourceAliveWhileNoBatchIsFree) {
  HandLane hand(MakeRuntime({1}), MakeRecords(100));
  for (int i = 0; i < 5; ++i) hand.lane->StepPort();
  const auto after = [&hand](int ms) {
    hand.now += milliseconds(ms);
    hand.lane->StepPort();
    return hand.source.keep_alives;
  };
  EXPECT_EQ(after(499), 0);
  EXPECT_EQ(after(1), 1);
  EXPECT_EQ(after(99), 1);
  EXPECT_EQ(after(1), 2);
  hand.StepAll(2);  // Batches come back: the waiting begins anew.
  for (int i = 0; i < 5; ++i) hand.lane->StepPort();
  EXPECT_EQ(after(499), 2);
  EXPECT_EQ(after(1), 3);
  EXPECT_EQ(hand.lane->counters().batch_stalls.value(), 2u);
}

TEST(LaneTest, AFailedDeliveryStopsTheWatermark) {
  MemorySinkOptions options;
  options.fails = [](const Article& article) { return article.value == "20"; };
  HandLane hand(MakeRuntime({2}), MakeRecords(40), options);
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.drained);
  EXPECT_EQ(hand.source.memory.failed(), 1u);
  EXPECT_EQ(hand.source.memory.committed(0), 20);
}

TEST(LaneTest, AFailedDeliveryStopsNoOtherPartition) {
  MemorySinkOptions options;
  options.fails = [](const Article& article) { return article.value == "20"; };
  HandLane hand(MakeRuntime({2}), MakeRecords(40, 2), options);
  hand.RunToEnd();
  EXPECT_EQ(hand.source.memory.committed(0), 10);
  EXPECT_EQ(hand.source.memory.committed(1), 20);
}

TEST(LaneTest, AStageThatThrowsCostsDeadLettersOfItsBatchOnly) {
  std::vector<MemoryRecord> records = MakeRecords(9);
  records[4].value = "boom b";
  HandLane hand(MakeRuntime({1, 1, 1}), records);
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.status.ok());
  EXPECT_EQ(hand.sink.outputs().size(), 6u);
  ASSERT_EQ(hand.sink.dead_letters().size(), 3u);
  for (const MemoryOutput& dead : hand.sink.dead_letters()) {
    EXPECT_EQ(dead.failure, Failure::kStageFailed);
    EXPECT_EQ(dead.failed_stage, "b");
    EXPECT_EQ(dead.failure_detail, "no more");
  }
  EXPECT_EQ(hand.source.memory.committed(0), 9);
  const CounterSnapshot counters(hand.lane->counters());
  EXPECT_EQ(counters.dead_letters[static_cast<std::size_t>(Failure::kStageFailed)], 3u);
  EXPECT_EQ(counters.dead_letters_sum(), 3u);
}

TEST(LaneTest, AStageMayThrowAnything) {
  HandLane hand(MakeRuntime({1}), {{"bang a"}});
  hand.RunToEnd();
  ASSERT_EQ(hand.sink.dead_letters().size(), 1u);
  EXPECT_EQ(hand.sink.dead_letters()[0].failed_stage, "a");
}

TEST(LaneTest, AnEarlierFailureOutlivesAStageThatThrows) {
  Batch batch(2);
  batch.Append({}, "x").Fail("decode", Failure::kInvalidJson);
  batch.Append({}, "boom a");
  std::vector<std::unique_ptr<Stage>> stages;
  stages.push_back(std::make_unique<NamedStage>("a"));
  RunStages(stages, batch);
  EXPECT_EQ(batch.articles()[0].failure, Failure::kInvalidJson);
  EXPECT_EQ(batch.articles()[1].failure, Failure::kStageFailed);
}

TEST(LaneTest, CountsWhatItDoes) {
  HandLane hand(MakeRuntime({1}), {{"12345"}, {"boom a"}, {"x"}, {"123"}, {"1"}});
  hand.RunToEnd();
  CounterSnapshot counters(hand.lane->counters());
  EXPECT_EQ(counters.articles_in, 5u);
  EXPECT_EQ(counters.bytes_in, 16u);
  EXPECT_EQ(counters.articles_out, 2u);
  EXPECT_EQ(counters.bytes_out, 8u);  // "123/a", "1/a".
  EXPECT_EQ(counters.batches_out, 2u);
  counters += hand.lane->counters();
  EXPECT_EQ(counters.articles_in, 10u);
  EXPECT_EQ(counters.dead_letters_sum(), 6u);
}

TEST(LaneTest, ABrokenSinkEndsTheLaneAndCommitsWhatWasDelivered) {
  HandLane hand(MakeRuntime({1}), MakeRecords(100), {}, 1000);
  hand.StepAll(10);
  const std::size_t delivered = hand.source.memory.delivered();
  hand.sink.Break(absl::UnavailableError("fenced"));
  const auto begin = hand.now;
  const LaneResult result = hand.RunToEnd();
  EXPECT_EQ(result.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(result.drained);
  EXPECT_EQ(hand.now, begin);  // Nothing is waited for.
  EXPECT_GT(delivered, 0u);
  EXPECT_EQ(hand.source.memory.committed(0), static_cast<std::int64_t>(delivered));
  EXPECT_TRUE(hand.source.memory.closed());
}

TEST(LaneTest, ABrokenSourceEndsTheLaneAfterWhatItGave) {
  HandLane hand(MakeRuntime({1}), MakeRecords(100));
  hand.StepAll(5);
  hand.source.source_status = absl::DataLossError("gone");
  const LaneResult result = hand.RunToEnd();
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(result.drained);
  EXPECT_EQ(hand.sink.outputs().size(), 15u);
  EXPECT_EQ(hand.source.memory.committed(0), 15);
}

TEST(LaneTest, GoesOnAfterFailedCommits) {
  HandLane hand(MakeRuntime({1}), MakeRecords(10));
  hand.source.commit_status = absl::UnavailableError("no coordinator");
  hand.StepAll(3);
  EXPECT_EQ(hand.lane->counters().commits_failed.value(), 3u);
  hand.source.commit_status = absl::OkStatus();
  EXPECT_TRUE(hand.RunToEnd().status.ok());
  EXPECT_EQ(hand.source.memory.committed(0), 10);
}

TEST(LaneTest, ReportsAFailedLastCommit) {
  HandLane hand(MakeRuntime({1}), MakeRecords(10));
  hand.source.commit_status = absl::UnavailableError("no coordinator");
  EXPECT_EQ(hand.RunToEnd().status.code(), absl::StatusCode::kUnavailable);
}

TEST(LaneTest, StopFinishesWhatWasTakenInAndNoMore) {
  HandLane hand(MakeRuntime({2, 1}), MakeRecords(100));
  hand.StepAll(3);
  hand.lane->StepPort();
  const std::uint64_t taken = hand.lane->counters().articles_in.value();
  hand.lane->Stop();
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.drained);
  EXPECT_LT(taken, 100u);
  ExpectAllInOrder(hand.sink.outputs(), static_cast<int>(taken), 2);
  EXPECT_EQ(hand.source.memory.committed(0), static_cast<std::int64_t>(taken));
  EXPECT_TRUE(hand.source.memory.closed());
}

TEST(LaneTest, StopAndAbortRingThePort) {
  const auto rung = [](Lane& lane) {
    std::uint64_t rings = 0;
    return read(lane.doorbell_fd(), &rings, sizeof rings) == sizeof rings;
  };
  HandLane hand(MakeRuntime({1}), MakeRecords(1));
  EXPECT_FALSE(rung(*hand.lane));
  hand.lane->Stop();
  EXPECT_TRUE(rung(*hand.lane));
  hand.lane->Abort();
  EXPECT_TRUE(rung(*hand.lane));
}

TEST(LaneTest, AbortLeavesWithoutDrainCommitOrClose) {
  MemorySinkOptions options;
  options.reports_a_poll = 0;
  HandLane hand(MakeRuntime({1}), MakeRecords(100), options);
  hand.StepAll(2);
  hand.sink.SetReportsAPoll(100);
  hand.lane->Stop();
  hand.lane->Abort();
  const LaneResult result = hand.RunToEnd();
  EXPECT_TRUE(result.status.ok());
  EXPECT_FALSE(result.drained);
  EXPECT_EQ(hand.source.memory.committed(0), -1);
  EXPECT_FALSE(hand.source.memory.closed());
}

TEST(LaneTest, LeavesItsEndsAloneAfterAnAbort) {
  MemorySinkOptions options;
  options.reports_a_poll = 0;
  HandLane hand(MakeRuntime({1}), MakeRecords(100), options);
  hand.StepAll(2);
  hand.lane->Abort();
  hand.RunToEnd();
  hand.sink.SetReportsAPoll(100);
  EXPECT_FALSE(hand.lane->Drain(milliseconds(50)));
  EXPECT_EQ(hand.source.memory.delivered(), 0u);
}

TEST(LaneTest, DrainGivesUpAtItsDeadline) {
  MemorySinkOptions options;
  options.reports_a_poll = 0;
  HandLane hand(MakeRuntime({1}), MakeRecords(100), options);
  hand.StepAll(2);
  const auto begin = hand.now;
  EXPECT_FALSE(hand.lane->Drain(milliseconds(50)));
  EXPECT_EQ(hand.now - begin, milliseconds(50));
  EXPECT_EQ(hand.InLane(), 0u);  // Handed over, but not reported on.

  hand.sink.SetReportsAPoll(1);
  EXPECT_TRUE(hand.lane->Drain(milliseconds(50)));
  EXPECT_EQ(hand.source.memory.tracker().in_flight(), 0u);
}

TEST(LaneTest, DiscardEmptiesTheLaneUnsent) {
  HandLane hand(MakeRuntime({1, 2}), MakeRecords(100));
  hand.StepAll(1);
  const std::size_t sent = hand.sink.outputs().size();
  hand.lane->StepPort();  // Something is on its way.
  const std::uint64_t taken = hand.lane->counters().articles_in.value();
  ASSERT_GT(hand.InLane(), 0u);
  EXPECT_TRUE(hand.lane->Discard(milliseconds(50)));
  EXPECT_EQ(hand.lane->counters().articles_discarded.value() + hand.sink.outputs().size(), taken);
  EXPECT_GE(hand.sink.outputs().size(), sent);

  const std::size_t before = hand.sink.outputs().size();
  hand.RunToEnd();  // The lane goes on with what comes next, as if the others had not been there.
  EXPECT_EQ(hand.sink.outputs().size(), before + 100 - taken);
}

TEST(LaneTest, FinishGivesUpAfterTheDrainTimeout) {
  MemorySinkOptions options;
  options.reports_a_poll = 0;
  RuntimeSettings runtime = MakeRuntime({1});
  runtime.drain_timeout = milliseconds(70);
  HandLane hand(runtime, MakeRecords(5), options);
  const auto begin = hand.now;
  const LaneResult result = hand.RunToEnd();
  EXPECT_FALSE(result.drained);
  EXPECT_EQ(hand.now - begin, milliseconds(70));
  EXPECT_TRUE(hand.source.memory.closed());
}

// Any order of steps, any shape, a source that pauses and rebalances, a sink that refuses and lags:
// nothing is lost or doubled or out of order, and never more is in flight than there are batches
// for.
class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : random_(seed) {
    std::vector<int> widths;
    for (int g = Pick(1, 3); g > 0; --g) widths.push_back(Pick(1, 3));
    groups_ = widths.size();
    RuntimeSettings runtime = MakeRuntime(widths);
    runtime.batches = Pick(1, 6);
    runtime.batch_articles = Pick(1, 4);
    in_lane_max_ = static_cast<std::size_t>(runtime.batches * runtime.batch_articles);
    partitions_ = Pick(1, 3);
    MemorySinkOptions sink;
    sink.in_flight_max = static_cast<std::size_t>(Pick(1, 20));
    hand_ = std::make_unique<HandLane>(runtime, MakeRecords(kRecords, partitions_), sink);
    hand_->source.pauses = [this] { return Pick(0, 3) == 0; };
    hand_->source.before_fill = [this] {
      if (Pick(0, 15) == 0) Rebalance();
    };
    hand_->lane->SetDrainHelper([this] {
      StepSomeWorker();
      return true;
    });
  }

  void Check() {
    int steps = 0;
    while (!hand_->lane->ended()) {
      ASSERT_LT(++steps, 100'000) << "no progress";
      hand_->sink.SetReportsAPoll(static_cast<std::size_t>(Pick(0, 3)));
      Pick(0, 2) == 0 ? hand_->lane->StepPort() : StepSomeWorker();
      ASSERT_LE(hand_->InLane(), in_lane_max_);
    }
    hand_->sink.SetReportsAPoll(2);
    const LaneResult result = hand_->lane->Finish();
    EXPECT_TRUE(result.drained);
    ExpectAllInOrder(hand_->sink.outputs(), kRecords, groups_);
    for (int p = 0; p < partitions_; ++p) {
      EXPECT_EQ(hand_->source.memory.committed(p), (kRecords - p + partitions_ - 1) / partitions_);
    }
  }

 private:
  static constexpr int kRecords = 120;

  int Pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }

  bool StepSomeWorker() {
    const auto group = static_cast<std::size_t>(Pick(0, static_cast<int>(groups_) - 1));
    const auto width = static_cast<int>(hand_->lane->width(group));
    return hand_->lane->StepWorker(group, static_cast<std::size_t>(Pick(0, width - 1)));
  }

  void Rebalance() {
    hand_->sink.SetReportsAPoll(1);
    EXPECT_TRUE(hand_->lane->Drain(milliseconds(1)));
    EXPECT_EQ(hand_->source.memory.tracker().in_flight(), 0u);
  }

  std::mt19937 random_;
  std::size_t groups_ = 0;
  int partitions_ = 1;
  std::size_t in_lane_max_ = 0;
  std::unique_ptr<HandLane> hand_;
};

TEST(LaneTest, KeepsItsPromisesInEveryOrderOfSteps) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun(seed).Check();
    if (HasFailure()) return;
  }
}

// The same with threads of its own.
class ThreadedLane {
 public:
  ThreadedLane(const RuntimeSettings& runtime, std::vector<MemoryRecord> records,
               std::uint64_t repeat, MemorySinkOptions options)
      : source(std::move(records), repeat), sink(source, std::move(options)) {
    LaneOptions lane_options;
    lane_options.runtime = runtime;
    lane_options.make_stage = [](std::string_view name) {
      return std::make_unique<NamedStage>(name);
    };
    lane = std::move(*Lane::Make(lane_options, source, sink));
  }

  MoodySource source;
  MemorySink sink;
  std::unique_ptr<Lane> lane;
};

class LaneThreadsTest : public ::testing::TestWithParam<std::vector<int>> {};

TEST_P(LaneThreadsTest, BringsEveryArticleThroughEveryGroupInOrder) {
  constexpr int kRecords = 6000;
  MemorySinkOptions options;
  options.keep = true;
  ThreadedLane threaded(MakeRuntime(GetParam()), MakeRecords(kRecords), 1, options);
  const LaneResult result = threaded.lane->Run();
  EXPECT_TRUE(result.status.ok());
  EXPECT_TRUE(result.drained);
  ExpectAllInOrder(threaded.sink.outputs(), kRecords, GetParam().size());
  EXPECT_EQ(threaded.source.memory.committed(0), kRecords);
}

TEST_P(LaneThreadsTest, DrainsFromInsideTheSource) {
  constexpr int kRecords = 3000;
  ThreadedLane threaded(MakeRuntime(GetParam()), MakeRecords(kRecords), 1, {});
  int fills = 0;
  threaded.source.before_fill = [&threaded, &fills] {
    if (++fills % 20 != 0) return;
    EXPECT_TRUE(threaded.lane->Drain(std::chrono::hours(1)));
    EXPECT_EQ(threaded.source.memory.tracker().in_flight(), 0u);
  };
  EXPECT_TRUE(threaded.lane->Run().drained);
  EXPECT_EQ(threaded.source.memory.committed(0), kRecords);
}

TEST_P(LaneThreadsTest, StopsFromAnotherThreadWithNothingLost) {
  ThreadedLane threaded(MakeRuntime(GetParam()), MakeRecords(10), std::uint64_t{1} << 40, {});
  std::thread stopper([&threaded] {
    while (threaded.lane->counters().articles_out.value() < 100) std::this_thread::yield();
    threaded.lane->Stop();
  });
  const LaneResult result = threaded.lane->Run();
  stopper.join();
  EXPECT_TRUE(result.drained);
  const CounterSnapshot counters(threaded.lane->counters());
  EXPECT_GE(counters.articles_out, 100u);
  EXPECT_EQ(counters.articles_in, counters.articles_out);
  EXPECT_EQ(threaded.source.memory.committed(0), static_cast<std::int64_t>(counters.articles_out));
}

TEST_P(LaneThreadsTest, AbortsFromAnotherThreadWhileASinkHangs) {
  MemorySinkOptions options;
  options.reports_a_poll = 0;
  ThreadedLane threaded(MakeRuntime(GetParam()), MakeRecords(10), std::uint64_t{1} << 40, options);
  std::thread stopper([&threaded] {
    while (threaded.lane->counters().articles_out.value() < 10) std::this_thread::yield();
    threaded.lane->Stop();
    threaded.lane->Abort();
  });
  const LaneResult result = threaded.lane->Run();
  stopper.join();
  EXPECT_FALSE(result.drained);
  EXPECT_EQ(threaded.source.memory.committed(0), -1);
}

INSTANTIATE_TEST_SUITE_P(Widths, LaneThreadsTest,
                         ::testing::Values(std::vector<int>{}, std::vector<int>{1},
                                           std::vector<int>{3}, std::vector<int>{1, 1, 1},
                                           std::vector<int>{2, 3}, std::vector<int>{3, 1, 2}));

// Takes in what another thread posts, one record at a time, and tells it when that was delivered.
class PostedSource : public Source {
 public:
  State Fill(Batch& batch, std::size_t) override {
    const auto posted = inbox.TryPop();
    if (!posted) return State::kIdle;
    if (*posted < 0) return State::kEnd;
    batch.Append({}, std::to_string(*posted));
    return State::kMore;
  }
  void KeepAlive() override {}
  // Release, partner: the acquire load in the test's thread.
  void Acknowledge(std::uint64_t, bool) override {
    delivered.store(delivered.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  absl::Status Commit(bool) override { return absl::OkStatus(); }
  void Close() override {}

  SpscRing<int> inbox{4};
  std::atomic<int> delivered = 0;
};

TEST(LaneIdleTest, WakesFromIdleForEveryPostedRecord) {
  constexpr int kRecords = 2000;
  PostedSource source;
  MemorySink sink(source);
  LaneOptions options;
  options.runtime = MakeRuntime({1, 2});
  options.make_stage = [](std::string_view name) { return std::make_unique<NamedStage>(name); };
  const std::unique_ptr<Lane> lane = std::move(*Lane::Make(options, source, sink));
  std::thread poster([&] {
    const auto post = [&](int item) {
      ASSERT_TRUE(source.inbox.TryPush(item));
      const std::uint64_t one = 1;
      ASSERT_EQ(write(lane->doorbell_fd(), &one, sizeof one), 8);
    };
    for (int i = 0; i < kRecords; ++i) {
      post(i);
      // Acquire, partner: the release store in Acknowledge().
      while (source.delivered.load(std::memory_order_acquire) <= i) std::this_thread::yield();
    }
    post(-1);
  });
  EXPECT_TRUE(lane->Run().drained);
  poster.join();
  EXPECT_EQ(sink.output_count(), static_cast<std::uint64_t>(kRecords));
}

}  // namespace
}  // namespace wiredesk
