#include "pipeline/watchdog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "pipeline/lane.h"
#include "pipeline/memory_io.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::IsEmpty;

const Watchdog::Clock::time_point kStart{seconds(1000)};

class WatchdogTest : public testing::Test {
 protected:
  // Looks often, until `end` after kStart.
  void LookUntil(milliseconds end) {
    for (milliseconds at{0}; at < end; at += milliseconds(250)) watchdog_.Look(kStart + at);
    watchdog_.Look(kStart + end);
  }

  Watchdog watchdog_{{milliseconds(2000), milliseconds(30000)}};
};

TEST_F(WatchdogTest, AThreadThatBeatsIsWell) {
  const Watchdog::Watch watch(&watchdog_, "worker");
  for (int i = 0; i < 100; ++i) {
    watchdog_.Look(kStart + i * seconds(1));
    BeatOfThread();
  }
  watchdog_.Look(kStart + seconds(100));
  EXPECT_THAT(watchdog_.Still(), IsEmpty());
}

TEST_F(WatchdogTest, AThreadThatStandsStillIsToldOfUntilItGetsOn) {
  const Watchdog::Watch watch(&watchdog_, "worker");
  LookUntil(milliseconds(1999));
  EXPECT_THAT(watchdog_.Still(), IsEmpty());
  watchdog_.Look(kStart + milliseconds(2000));
  ASSERT_EQ(watchdog_.Still().size(), 1u);
  EXPECT_EQ(watchdog_.Still()[0].thread, "worker");
  EXPECT_EQ(watchdog_.Still()[0].time, milliseconds(2000));
  EXPECT_FALSE(watchdog_.Still()[0].waits_for_broker);
  BeatOfThread();
  watchdog_.Look(kStart + milliseconds(2250));
  EXPECT_THAT(watchdog_.Still(), IsEmpty());
}

TEST_F(WatchdogTest, AProcessThatWasSuspendedHasNoStuckThread) {
  const Watchdog::Watch watch(&watchdog_, "worker");
  watchdog_.Look(kStart);
  watchdog_.Look(kStart + seconds(3600));
  EXPECT_THAT(watchdog_.Still(), IsEmpty());
}

TEST_F(WatchdogTest, AThreadThatHasEndedIsForgotten) {
  std::thread([this] {
    const Watchdog::Watch watch(&watchdog_, "worker");
    watchdog_.Look(kStart);
  }).join();
  watchdog_.Look(kStart + seconds(100));
  EXPECT_THAT(watchdog_.Still(), IsEmpty());
}

// However long: the broker may be down for a day.
TEST_F(WatchdogTest, AThreadThatWaitsForTheBrokerIsNotEndedForIt) {
  const Watchdog::Watch watch(&watchdog_, "port");
  const BrokerWait wait;
  { const BrokerWait inner; }
  LookUntil(seconds(86400));
  ASSERT_EQ(watchdog_.Still().size(), 1u);
  EXPECT_TRUE(watchdog_.Still()[0].waits_for_broker);
}

TEST_F(WatchdogTest, ThreadsWithoutAWatchdogMayBeat) {
  BeatOfThread();
  const BrokerWait wait;
  const Watchdog::Watch watch(nullptr, "worker");
  EXPECT_EQ(HeartbeatOfThread(), nullptr);
}

// --- A lane with a stage that hangs --------------------------------------------------------------

std::atomic<bool> hang_is_over = false;

// By this name the stack is known.
[[gnu::noinline]] void HangInThisFunction() {
  while (!hang_is_over.load()) usleep(1000);
}

class HangingStage final : public Stage {
 public:
  std::string_view name() const override { return "hang"; }
  void Process(Batch& batch) override {
    HangInThisFunction();
    for (Article& article : batch.articles()) article.output = article.value;
  }
};

LaneOptions HangingLane(Watchdog& watchdog) {
  LaneOptions options;
  options.runtime.threads = {{{"hang"}, 1}};
  options.make_stage = [](std::string_view) { return std::make_unique<HangingStage>(); };
  options.name = "lane 7";
  options.watchdog = &watchdog;
  return options;
}

void RunHangingLane(Watchdog& watchdog) {
  MemorySource source({{"an article"}});
  MemorySink sink(source);
  auto lane = Lane::Make(HangingLane(watchdog), source, sink);
  ASSERT_TRUE(lane.ok()) << lane.status();
  watchdog.Start();
  EXPECT_TRUE((*lane)->Run().drained);
}

TEST(WatchdogLaneTest, AStageThatHangsIsToldOfAndItsIdlePortIsNot) {
  hang_is_over = false;
  Watchdog watchdog({milliseconds(400), milliseconds(0)});
  std::thread lane([&watchdog] { RunHangingLane(watchdog); });
  while (watchdog.Still().empty()) usleep(10000);
  ASSERT_EQ(watchdog.Still().size(), 1u);
  EXPECT_EQ(watchdog.Still()[0].thread, "lane 7 hang.0");
  hang_is_over = true;
  lane.join();
  EXPECT_THAT(watchdog.Still(), IsEmpty());
}

TEST(WatchdogDeathTest, AStageThatHangsForLongEndsTheProcessWithItsStack) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        PrintStacksOfCrashes("");
        hang_is_over = false;
        Watchdog watchdog({milliseconds(400), milliseconds(800)});
        RunHangingLane(watchdog);
      },
      testing::KilledBySignal(SIGABRT),
      "thread lane 7 hang.0 has been stuck.*\n.*SIGABRT(.|\n)*HangInThisFunction");
}

TEST(WatchdogDeathTest, AnEndThatTakesTooLongIsMadeWithItsOwnStatus) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  constexpr int kStatus = 81;
  EXPECT_EXIT(
      {
        Watchdog watchdog({milliseconds(400), milliseconds(0)});
        watchdog.Start();
        watchdog.EndBy(Watchdog::Clock::now() + milliseconds(200), kStatus);
        while (true) usleep(1000);
      },
      testing::ExitedWithCode(kStatus), "something hangs");
}

}  // namespace
}  // namespace wiredesk
