// The real lane, source, sink, tracker and transaction logic over simulated brokers, on one thread
// and a simulated clock: nothing is lost, doubled, out of order or wrongly tagged, whatever goes
// wrong. A seed replays a run exactly:
//
//   WIREDESK_SIM_SEED=FIRST WIREDESK_SIM_SEEDS=COUNT build/release/tests/sim_test
#include <gtest/gtest.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "tests/sim/run.h"

namespace wiredesk::sim {
namespace {

constexpr std::size_t kLinesShown = 150;
constexpr std::uint64_t kSeeds = 10000;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

const char* NameOf(DeliveryMode delivery) {
  return delivery == DeliveryMode::kExactlyOnce ? "ExactlyOnce" : "AtLeastOnce";
}

std::string Replay(std::uint64_t seed, DeliveryMode delivery) {
  return fmt::format(
      "WIREDESK_SIM_SEED={} WIREDESK_SIM_SEEDS=1 build/release/tests/sim_test "
      "--gtest_filter='*{}*'",
      seed, NameOf(delivery));
}

// What a failed check of the lane itself leaves to be seen.
char abort_message[256] = "";
void OnAbort(int) { std::fputs(abort_message, stderr); }

// The workers' own log, among what happened.
class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TraceSink(Trace& trace) : trace_(trace) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    trace_.Add("               log: " +
               std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

  Trace& trace_;
};

// The run again, with everything that happened in it.
std::string Describe(std::uint64_t seed, DeliveryMode delivery) {
  Trace trace;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("sim", std::make_shared<TraceSink>(trace)));
  const RunResult again = Simulate(seed, delivery, &trace);
  spdlog::set_default_logger(before);
  std::string text =
      fmt::format("seed {}: {}\nreplay: {}\n", seed, again.fault, Replay(seed, delivery));
  const auto& lines = trace.lines();
  const std::size_t first = lines.size() > kLinesShown ? lines.size() - kLinesShown : 0;
  for (std::size_t i = first; i < lines.size(); ++i) text += lines[i] + "\n";
  return text;
}

using SimReplayTest = testing::TestWithParam<DeliveryMode>;

TEST_P(SimReplayTest, ASeedSaysEverything) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Trace one;
    Trace other;
    const RunResult first = Simulate(seed, GetParam(), &one);
    const RunResult second = Simulate(seed, GetParam(), &other);
    ASSERT_EQ(one.lines(), other.lines()) << "seed " << seed;
    ASSERT_EQ(first.events, second.events) << "seed " << seed;
  }
}

class SimTest : public testing::TestWithParam<DeliveryMode> {};

TEST_P(SimTest, EveryArticleComesOutAsPromisedWhateverGoesWrong) {
  const std::uint64_t first = FromEnvironment("WIREDESK_SIM_SEED", 1);
  const std::uint64_t count = FromEnvironment("WIREDESK_SIM_SEEDS", kSeeds);
  std::signal(SIGABRT, OnAbort);
  Time simulated = 0;
  std::uint64_t events = 0;
  std::uint64_t kills = 0;
  std::int64_t records = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::snprintf(abort_message, sizeof(abort_message), "replay: %s\n",
                  Replay(seed, GetParam()).c_str());
    const RunResult result = Simulate(seed, GetParam(), nullptr);
    simulated += result.duration;
    events += result.events;
    kills += result.kills;
    records += result.records;
    if (!result.fault.empty()) FAIL() << Describe(seed, GetParam());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf(
      "%s: %llu seeds, %lld articles, %llu events (%llu a seed), %llu kills; %.0f s simulated in "
      "%.1f s: %.0f times real time\n",
      NameOf(GetParam()), static_cast<unsigned long long>(count), static_cast<long long>(records),
      static_cast<unsigned long long>(events), static_cast<unsigned long long>(events / count),
      static_cast<unsigned long long>(kills), static_cast<double>(simulated) / 1e6, took.count(),
      static_cast<double>(simulated) / 1e6 / took.count());
}

INSTANTIATE_TEST_SUITE_P(Modes, SimReplayTest,
                         testing::Values(DeliveryMode::kAtLeastOnce, DeliveryMode::kExactlyOnce),
                         [](const auto& mode) { return NameOf(mode.param); });
INSTANTIATE_TEST_SUITE_P(Modes, SimTest,
                         testing::Values(DeliveryMode::kAtLeastOnce, DeliveryMode::kExactlyOnce),
                         [](const auto& mode) { return NameOf(mode.param); });

}  // namespace
}  // namespace wiredesk::sim
