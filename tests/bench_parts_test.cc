// The parts of `wiredesk bench` that need no broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "app/bench/bench_feed.h"
#include "app/bench/bench_options.h"
#include "app/bench/child_process.h"
#include "app/bench/keyword_list.h"
#include "app/bench/latency_histogram.h"
#include "app/bench/output_check.h"
#include "app/bench/tags_hash.h"
#include "app/bench/timeline.h"
#include "app/bench/worker_command.h"
#include "app/bench/worker_log.h"

namespace wiredesk {
namespace {

using std::chrono::nanoseconds;
using testing::HasSubstr;

TEST(LatencyHistogramTest, QuantilesAreWithinAThousandth) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100000; ++i) histogram.Record(nanoseconds(std::int64_t{i} * 7919));
  EXPECT_EQ(histogram.count(), 100000u);
  EXPECT_EQ(histogram.max(), nanoseconds(std::int64_t{100000} * 7919));
  for (double share : {0.0001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const double exact = share * 100000 * 7919;
    const auto found = static_cast<double>(histogram.Quantile(share).count());
    EXPECT_GE(found, exact * 0.99999) << share;
    EXPECT_LE(found, exact * 1.001) << share;
  }
}

TEST(LatencyHistogramTest, TakesAnyTime) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.Quantile(0.5), nanoseconds(0));
  histogram.Record(nanoseconds(-5));
  EXPECT_EQ(histogram.Quantile(1), nanoseconds(0));
  for (int bit = 0; bit < 63; ++bit) histogram.Record(nanoseconds(std::int64_t{1} << bit));
  histogram.Record(nanoseconds::max());
  EXPECT_EQ(histogram.Quantile(1), nanoseconds::max());
}

TEST(TimelineTest, TellsWhatWasUsedByWhen) {
  WriteTimes written;
  for (int i = 0; i < 10; ++i) written.Add(1000 + i / 4 * 100);  // 4, 4 and 2.
  EXPECT_EQ(written.first(), 1000);
  EXPECT_EQ(written.last(), 1200);
  EXPECT_EQ(written.MomentOf(4), 1000);
  EXPECT_EQ(written.MomentOf(5), 1100);
  EXPECT_EQ(written.CountBy(1150), 8u);
  CpuTimeline cpu;
  cpu.Add(1000, 2);
  cpu.Add(1200, 3);
  EXPECT_EQ(cpu.At(900), 0);
  EXPECT_EQ(cpu.At(1000), 2);
  EXPECT_EQ(cpu.At(1050), 2.25);
  EXPECT_EQ(cpu.At(5000), 3);
}

std::string Record(const std::string& tags) { return R"({"id": "x", "tags": [)" + tags + "]}"; }

TEST(TagsHasherTest, ComparesAsAsked) {
  const std::string a = R"({"id": "a", "score": 3})";
  const std::string b = R"({"id": "b", "evidence": [], "score": 4})";
  TagsHasher by_score(TagComparison::kIdsAndScores);
  EXPECT_EQ(by_score.Hash(Record(a + "," + b)), by_score.Hash(Record(b + "," + a)));
  EXPECT_EQ(by_score.tag_count(), 2u);
  EXPECT_NE(by_score.Hash(Record(a)), by_score.Hash(Record(a + "," + a)));
  EXPECT_NE(by_score.Hash(Record(a)), by_score.Hash(Record(R"({"id": "a", "score": 4})")));
  TagsHasher by_bytes(TagComparison::kBytes);
  EXPECT_NE(by_bytes.Hash(Record(a + "," + b)), by_bytes.Hash(Record(b + "," + a)));
  EXPECT_EQ(by_bytes.Hash(Record(a)), by_bytes.Hash(R"({"tags": [)" + a + R"(], "id": 1})"));
  for (const char* bad : {"", "{}", "[", R"({"tags": 1})", R"({"tags": [{"id": 1}]})"}) {
    EXPECT_EQ(by_score.Hash(bad), std::nullopt) << bad;
  }
}

// Of two articles: one with a tag, one that can't be read.
BenchReference TwoArticles(const std::string& first) {
  BenchReference reference;
  reference.comparison = TagComparison::kIdsAndScores;
  reference.tags = {*TagsHasher(reference.comparison).Hash(first), 0};
  reference.refused = {1};
  return reference;
}

class OutputCheckTest : public testing::Test {
 protected:
  std::string Verdict(std::uint64_t sent) const {
    return std::string(check_.Verdict(sent).message());
  }

  const std::string kFirst = Record(R"({"id": "a", "score": 3})");
  const BenchReference reference_ = TwoArticles(kFirst);
  OutputCheck check_{reference_, 4};
};

TEST_F(OutputCheckTest, IsContentWithWhatMustBe) {
  EXPECT_EQ(check_.Take("2", kFirst, false), 2u);
  EXPECT_EQ(check_.Take("0", kFirst, false), 0u);
  EXPECT_EQ(check_.Take("1", "{", true), 1u);
  EXPECT_EQ(check_.received(), 3u);
  EXPECT_TRUE(check_.Verdict(3).ok());
  EXPECT_THAT(Verdict(4), HasSubstr("1 lost: no output has the input's key (one is \"3\")"));
}

TEST_F(OutputCheckTest, TellsEveryFault) {
  EXPECT_EQ(check_.Take("0", kFirst, false), 0u);
  EXPECT_EQ(check_.Take("0", kFirst, false), std::nullopt);
  EXPECT_THAT(Verdict(1), HasSubstr("1 doubled"));
  EXPECT_EQ(check_.Take("2", Record(""), false), 2u);
  EXPECT_THAT(Verdict(1), HasSubstr("1 tagged otherwise"));
  EXPECT_EQ(check_.Take("3", kFirst, false), 3u);  // Must have been a dead letter.
  EXPECT_THAT(Verdict(1), HasSubstr("2 tagged otherwise"));
  for (const char* key : {"4", "", "-1", "1x"}) check_.Take(key, kFirst, false);
  EXPECT_THAT(Verdict(1), HasSubstr("4 with a key that no input has"));
}

TEST_F(OutputCheckTest, ADeadLetterIsNoOutput) {
  EXPECT_EQ(check_.Take("0", kFirst, true), 0u);
  EXPECT_THAT(Verdict(1), HasSubstr("1 tagged otherwise"));
}

BenchFeed SampleFeed() {
  return *BenchFeed::Load({WIREDESK_SOURCE_DIR "/data/sample-feed.ndjson"});
}

TEST(KeywordListTest, GrowsFromItsBeginningAndIsTheSameEachTime) {
  const BenchFeed feed = SampleFeed();
  const KeywordList small = MakeKeywords(feed, 1000);
  const KeywordList large = MakeKeywords(feed, 100000);
  ASSERT_EQ(small.size(), 1000u);
  ASSERT_EQ(large.size(), 100000u);
  EXPECT_EQ(KeywordTsv(small), KeywordTsv(large).substr(0, KeywordTsv(small).size()));
  EXPECT_EQ(KeywordTsv(small), KeywordTsv(MakeKeywords(feed, 1000)));
  std::set<std::string> texts;
  std::set<std::string> topics;
  for (const Keyword& keyword : large) {
    texts.insert(keyword.text);
    topics.insert(keyword.topic);
  }
  EXPECT_EQ(texts.size(), large.size());
  EXPECT_EQ(topics.size(), 50u);
}

TEST(KeywordListTest, FilesAreReadOrTheirFaultIsTold) {
  const std::string path = testing::TempDir() + "/keywords.tsv";
  const auto read = [&](const char* text, std::size_t count) {
    std::ofstream(path) << text;
    return ReadKeywords(path, count);
  };
  const auto two = read("one\ta:1\ntwo words\ta:2\nthree\ta:1\n", 2);
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(KeywordTsv(*two), "one\ta:1\ntwo words\ta:2\n");
  for (const char* wrong : {"one\ta:1\none\ta:2\n", "one\ta:1\nbare\n", "one\ta:1\n\ta:1\n",
                            "one\ta:1\nw\"\ta:1\n", "one\ta:1\ntwo\t\n"}) {
    const auto status = read(wrong, 9).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr("keywords.tsv:2: ")) << wrong;
  }
  EXPECT_FALSE(read("", 9).ok());
}

TEST(BenchFeedTest, MakesArticlesOfASize) {
  const BenchFeed feed = SampleFeed();
  for (double size : {200.0, 3000.0, 1e6}) {
    const BenchFeed made = feed.OfSize(static_cast<std::size_t>(size));
    ASSERT_GT(made.size(), 10u);
    EXPECT_NEAR(static_cast<double>(made.bytes()) / static_cast<double>(made.size()), size,
                size / 10);
    EXPECT_NE(made[0], made[1]);
  }
}

TEST(BenchOptionsTest, SweepsMultiply) {
  BenchOptions options;
  options.sweeps = {"rules=10,20", "delivery=at_least_once,exactly_once"};
  const auto cases = ExpandCases(options);
  ASSERT_TRUE(cases.ok());
  ASSERT_EQ(cases->size(), 4u);
  EXPECT_EQ((*cases)[0].keywords, 10u);
  EXPECT_EQ((*cases)[1].keywords, 10u);
  EXPECT_EQ((*cases)[1].delivery, DeliveryMode::kExactlyOnce);
  EXPECT_EQ((*cases)[3].keywords, 20u);
}

TEST(BenchOptionsTest, ATransactionIntervalReachesTheWorker) {
  BenchOptions options;
  options.transaction_interval = "100ms";
  options.delivery = "exactly_once";
  auto cases = ExpandCases(options);
  ASSERT_TRUE(cases.ok());
  EXPECT_THAT(WorkerSettingsText((*cases)[0], {}, {}, {}, 0),
              HasSubstr("transaction_interval: 100ms\n"));
  options.transaction_interval.clear();
  options.sweeps = {"transaction-interval=50ms,2s"};
  cases = ExpandCases(options);
  ASSERT_TRUE(cases.ok());
  EXPECT_EQ((*cases)[1].transaction_interval, std::chrono::seconds(2));
  options.sweeps = {"transaction-interval=5ms"};
  EXPECT_THAT(std::string(ExpandCases(options).status().message()),
              HasSubstr("a duration from 10ms to 10s"));
}

TEST(ChildProcessTest, WhatCannotBeReadIsEmpty) {
  const std::string log = testing::TempDir() + "/child.log";
  std::filesystem::remove(log);
  auto child = ChildProcess::Start({"/bin/echo", "hello"}, log);
  ASSERT_TRUE(child.ok());
  while (!child->ended()) std::this_thread::yield();
  EXPECT_EQ(child->Log(), "hello\n");
  std::filesystem::remove(log);
  EXPECT_EQ(child->Log(), "");
  std::filesystem::create_directory(log);  // Can be opened, but not read.
  EXPECT_EQ(child->Log(), "");
  std::filesystem::remove(log);
}

TEST(WorkerLogTest, TellsHowLongTheJoinTook) {
  const std::string joins =
      "2026-01-31T23:59:58.900+00:00 info topic out takes records of at most 1000 bytes\n"
      "2026-01-31T23:59:59.800+00:00 info group g: in -> out, 1 lane(s), rules 0123\n"
      "2026-02-01T00:00:00.100+00:00 info kafka: assigned no partition for now\n";
  EXPECT_EQ(SecondsOfJoin(joins), std::nullopt);
  const auto seconds =
      SecondsOfJoin(joins + "2026-02-01T00:00:00.350+00:00 info kafka: assigned in[0]\n");
  ASSERT_TRUE(seconds.has_value());
  EXPECT_NEAR(*seconds, 0.55, 1e-6);
  EXPECT_EQ(SecondsOfJoin(" info group g\n info kafka: assigned in[0]"), std::nullopt);
  EXPECT_EQ(SecondsOfJoin(""), std::nullopt);
}

TEST(WorkerCommandTest, QuotesForTheShell) {
  const BenchPlaces places = {"in", "out", "dead", "it's", "/folder"};
  EXPECT_EQ(WorkerShellCommand("run {input} {group} {rules} {other}", {}, places, "b:1", "a b"),
            "run 'in' 'it'\\''s' 'a b' {other}");
}

}  // namespace
}  // namespace wiredesk
