// Members that join, leave and die while articles flow, by each way that a group can be kept.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <ostream>
#include <string>
#include <tuple>

#include "tests/broker/accounting.h"
#include "tests/broker/real_broker.h"

namespace wiredesk {
namespace {

struct Protocol {
  const char* name;
  int lanes;
  const char* consumer;  // Properties of each worker; {} is its own name.
};

// Else a test's full name holds addresses, which differ from run to run.
void PrintTo(const Protocol& protocol, std::ostream* out) { *out << protocol.name; }

constexpr Protocol kProtocols[] = {
    {"CooperativeSticky", 1, "session.timeout.ms: 6000, heartbeat.interval.ms: 500"},
    {"Range", 1,
     "session.timeout.ms: 6000, heartbeat.interval.ms: 500, partition.assignment.strategy: range"},
    // KIP-848; its times are the broker's, see tools/kafka.
    {"Consumer", 1, "group.protocol: consumer"},
    {"Static", 2, "session.timeout.ms: 6000, heartbeat.interval.ms: 500, group.instance.id: {}"},
    {"StaticConsumer", 2, "group.protocol: consumer, group.instance.id: {}"},
};

class GroupTest : public RealBroker,
                  public testing::WithParamInterface<std::tuple<Protocol, bool>> {
 protected:
  static bool exactly_once() { return std::get<1>(GetParam()); }

  std::string Settings(const std::string& member) {
    const std::string id = group_ + "-" + member;
    return WriteSettings(
        fmt::format("kafka:\n"
                    "  bootstrap.servers: \"{}\"\n"
                    "  consumer: {{{}}}\n"
                    "  producer: {{linger.ms: 100}}\n"
                    "runtime: {{lanes: {}, batch_articles: 16, commit_interval: 10ms}}\n"
                    "delivery: {}\n",
                    brokers_, fmt::format(fmt::runtime(std::get<0>(GetParam()).consumer), id),
                    std::get<0>(GetParam()).lanes,
                    exactly_once() ? "exactly_once\ntransactional_id: " + id : "at_least_once"),
        member + ".yaml");
  }

  // Sends articles from that number on, until it is ended.
  Process Feed(int number) {
    if (feed_file_.empty()) {
      std::string lines;
      for (const Record& record : Articles(0, 2 * kArticles)) lines += *record.value + "\n";
      feed_file_ = WriteFile("feed.ndjson", lines);
    }
    return Process({"feed", feed_file_, "--to", in_, "-b", brokers_, "--rate", "1500",
                    "--start-number", std::to_string(number)},
                   LogPath());
  }

  // Once all is worked off: each article is there, and in order.
  void Account(const Process& worker, std::size_t repeated_max) {
    ASSERT_TRUE(WaitFor([&] { return Lag(group_, in_) == 0; })) << worker.Log();
    ByPartition out;
    std::map<std::string, int> counts;
    // The offsets of a transaction may be seen a moment before its outputs, and the feed's last
    // articles after its end.
    EXPECT_TRUE(WaitFor([&] {
      out = ReadAll(out_);
      counts = CountIds(out);
      return counts.size() == CountIds(ReadAll(in_)).size();
    })) << counts.size()
        << " came out";
    EXPECT_LE(Repeated(counts), repeated_max);
    if (repeated_max == 0) {
      EXPECT_EQ(Inversions(out), 0u);
    }
  }

  // One more member, until it has partitions and works on them; then it gets `signal`.
  void JoinAndEnd(const std::string& member, int signal) {
    Process second({"run", "-c", Settings(member)}, LogPath());
    EXPECT_TRUE(WaitFor([&] { return TookSomethingIn(second.Log()); })) << second.Log();
    second.Signal(signal);
    EXPECT_EQ(second.Wait(), signal == SIGKILL ? -SIGKILL : 0) << second.Log();
  }

  static constexpr int kArticles = 50000;  // More than are sent in either part.
  std::string feed_file_;
};

// In peace first: nothing is repeated then. Who is killed repeats what was on its way.
TEST_P(GroupTest, MembersJoinLeaveAndDieWithoutLoss) {
  MakeTopics(4);
  Process first({"run", "-c", Settings("one")}, LogPath());
  {
    Process feed = Feed(1);
    EXPECT_TRUE(WaitForResults(500));
    JoinAndEnd("two", SIGTERM);
  }
  Account(first, 0);
  {
    Process feed = Feed(kArticles + 1);
    JoinAndEnd("two", SIGKILL);
    // With KIP-848 a dead member's instance id is not free before its session is over.
    JoinAndEnd("three", SIGTERM);
  }
  // In the lane, and as long as outputs are held back.
  Account(first, exactly_once() ? 0 : 1000);
  first.Signal(SIGTERM);
  EXPECT_EQ(first.Wait(), 0) << first.Log();
}

INSTANTIATE_TEST_SUITE_P(Protocols, GroupTest,
                         testing::Combine(testing::ValuesIn(kProtocols), testing::Bool()),
                         [](const auto& of) {
                           return std::string(std::get<0>(of.param).name) +
                                  (std::get<1>(of.param) ? "ExactlyOnce" : "AtLeastOnce");
                         });

}  // namespace
}  // namespace wiredesk
