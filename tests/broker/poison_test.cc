// What a worker does with topics and records that are not as they should be.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/broker/real_broker.h"

namespace wiredesk {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class PoisonTest : public RealBroker {
 protected:
  std::string Settings(const std::string& delivery, const std::string& more = "") {
    return WriteSettings("kafka: {bootstrap.servers: \"" + brokers_ + "\"}\ndelivery: " + delivery +
                         "\n" + more);
  }

  std::set<std::string> Ids(const std::string& topic) {
    std::set<std::string> ids;
    for (const auto& [partition, records] : ReadAll(topic)) {
      for (const Record& record : records) ids.insert(Json::parse(*record.value).at("id"));
    }
    return ids;
  }
};

class PoisonDeliveryTest : public PoisonTest, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Deliveries, PoisonDeliveryTest,
                         testing::Values("at_least_once", "exactly_once"),
                         [](const auto& delivery) { return std::string(delivery.param); });

// An article with `hits` places of evidence and a title of `title_bytes`.
Record Large(const std::string& id, int hits, std::size_t title_bytes) {
  std::string body;
  for (int i = 0; i < hits; ++i) body += "Number. ";
  return {
      id, Json({{"id", id}, {"title", std::string(title_bytes, 'x')}, {"body", body}}).dump(), {}};
}

TEST_P(PoisonDeliveryTest, RecordsFitIntoWhatTheirTopicTakes) {
  MakeTopics(1);
  out_ = CreateTopic("small", 1, {{"max.message.bytes", "3000"}});
  rules_ = WriteFile("each.rules",
                     "pack test version 1 language any\n"
                     "topic test:1 \"numbers\" { score 5 number max 20 need 5 }\n");
  // Together far more than a batch may be.
  Store(in_, Articles(0, 300));
  Store(in_, {Large("less evidence", 20, 2000), Large("too large", 20, 3000)});
  Process run({"run", "-c", Settings(GetParam()), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(Ids(out_).size(), 301u);
  const auto out = ReadAll(out_);
  for (const Record& record : out.at(0)) {
    const Json article = Json::parse(*record.value);
    EXPECT_EQ(article.contains("truncated"), article.at("id") == "less evidence");
    EXPECT_EQ(article.at("tags").size(), 1u);
  }
  const auto dead = ReadAll(dead_);
  ASSERT_EQ(dead.at(0).size(), 1u);
  EXPECT_EQ(dead.at(0)[0].key, "too large");
  EXPECT_EQ(dead.at(0)[0].header("wiredesk.error.code"), "output_too_large");
  EXPECT_EQ(dead.at(0)[0].header("wiredesk.error.stage"), "encode");
  EXPECT_THAT(dead.at(0)[0].header("wiredesk.error.detail"), HasSubstr("takes 3000"));
  EXPECT_EQ(Lag(group_, in_), 0);
}

TEST_P(PoisonDeliveryTest, ADeletedOutputTopicIsWaitedFor) {
  MakeTopics(2);
  Store(in_, Articles(0, 200));
  Process run({"run", "-c", Settings(GetParam())}, LogPath());
  ASSERT_TRUE(WaitFor([&] { return Ids(out_).size() == 200; }));
  DeleteTopic(out_);
  Store(in_, Articles(200, 300));
  ASSERT_TRUE(WaitFor(
      [&] { return run.Log().find(out_ + " is not there any more") != std::string::npos; }));
  Store(in_, Articles(500, 300));
  ASSERT_EQ(CreateTopic("out", 2), out_);
  // What was delivered before the topic went is gone with it; all the rest must be there.
  const auto missing = [&] {
    const std::set<std::string> ids = Ids(out_);
    int count = 0;
    for (int i = 200; i < 800; ++i) count += ids.contains(std::to_string(i)) ? 0 : 1;
    return count;
  };
  EXPECT_TRUE(WaitFor([&] { return missing() == 0; })) << missing();
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(Lag(group_, in_), 0);
}

TEST_P(PoisonDeliveryTest, ADeletedDeadLetterTopicIsWaitedFor) {
  MakeTopics(1);
  Process run({"run", "-c", Settings(GetParam())}, LogPath());
  Store(in_, Articles(0, 1));
  ASSERT_TRUE(WaitFor([&] { return Ids(out_).size() == 1; }));
  DeleteTopic(dead_);
  Store(in_, {{"bad", "{", {}}});
  Store(in_, Articles(1, 10));
  ASSERT_TRUE(WaitFor(
      [&] { return run.Log().find(dead_ + " is not there any more") != std::string::npos; }));
  ASSERT_EQ(CreateTopic("dead", 1), dead_);
  EXPECT_TRUE(WaitFor([&] { return Count(dead_) >= 1 && Ids(out_).size() == 11; }));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(Lag(group_, in_), 0);
}

TEST_F(PoisonTest, ACommittedOffsetOutOfRangeIsRefused) {
  MakeTopics(1);
  Store(in_, Articles(0, 10));
  SetCommitted(group_, in_, 1000);
  start_ = "error";
  Process run({"run", "-c", WriteSettings(), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 65);
  EXPECT_THAT(run.Log(), HasSubstr("input.start"));
  EXPECT_EQ(Count(out_), 0);
}

TEST_F(PoisonTest, ACommittedOffsetOutOfRangeBeginsWhereTheSettingSays) {
  MakeTopics(1);
  Store(in_, Articles(0, 10));
  SetCommitted(group_, in_, 1000);
  Process run({"run", "-c", WriteSettings(), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(Ids(out_).size(), 10u);
}

TEST_F(PoisonTest, HealthAndMetricsAreServed) {
  MakeTopics(2);
  Store(in_, Articles(0, 50));
  Process run({"run", "-c", Settings("at_least_once", "metrics: {listen: 0}\n")}, LogPath());
  std::string url;
  ASSERT_TRUE(WaitFor([&] {
    const std::string log = run.Log();
    const std::size_t at = log.find("http://127.0.0.1:");
    const std::size_t end = log.find("/metrics\n", at);
    if (at == std::string::npos || end == std::string::npos) return false;
    url = log.substr(at, end - at);
    return true;
  }));
  httplib::Client client(url);
  ASSERT_TRUE(WaitFor([&] {
    const auto ready = client.Get("/readyz");
    return ready && ready->status == 200;
  }));
  EXPECT_EQ(client.Get("/healthz")->body, "ok\n");
  std::string metrics;
  EXPECT_TRUE(WaitFor([&] {
    metrics = client.Get("/metrics")->body;
    return metrics.find("wiredesk_produced_records_total 50\n") != std::string::npos &&
           metrics.find(fmt::format("lag_records{{topic=\"{}\",partition=\"0\"}} 0\n", in_)) !=
               std::string::npos;
  })) << metrics;
  EXPECT_THAT(metrics, HasSubstr("wiredesk_assigned_partitions 2\n"));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
}

}  // namespace
}  // namespace wiredesk
