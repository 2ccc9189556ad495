// The program against a real Kafka.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/broker/accounting.h"
#include "tests/broker/real_broker.h"

namespace wiredesk {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class BrokerTest : public RealBroker {
 protected:
  // Lets a worker take in what it can't deliver, as its output topic is gone: a drain does not end.
  void GiveWorkThatDoesNotEnd(const Process& run) {
    EXPECT_TRUE(WaitFor([&] { return run.Log().find("assigned " + in_) != std::string::npos; }));
    DeleteTopic(out_);
    Store(in_, Articles(0, 100));
    EXPECT_TRUE(WaitFor([&] { return TookSomethingIn(run.Log()); }));
  }
};

TEST_F(BrokerTest, EveryArticleComesOutOnceAndInOrder) {
  MakeTopics(4);
  Store(in_, Articles(0, 5000));
  Process run({"run", "-c", WriteSettings(), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 0);

  const ByPartition out = ReadAll(out_);
  const std::map<std::string, int> counts = CountIds(out);
  EXPECT_EQ(LostOf(0, 5000, counts), 0u);
  EXPECT_EQ(Repeated(counts), 0u);
  for (const auto& [partition, records] : out) {
    std::int64_t last = -1;
    for (const Record& record : records) {
      const Json origin = Json::parse(*record.value).at("origin");
      // The same key lies in the same partition of both topics.
      ASSERT_EQ(origin.at("partition").get<std::int32_t>(), partition);
      ASSERT_GT(origin.at("offset").get<std::int64_t>(), last);
      last = origin.at("offset").get<std::int64_t>();
    }
  }
  EXPECT_EQ(Lag(group_, in_), 0);
}

TEST_F(BrokerTest, SeedArticleIsAboutDiplomacyAndItsEvidenceHitsTheBytes) {
  MakeTopics(1);
  rules_ = WIREDESK_SOURCE_DIR "/config/rules/mediatopics-en.rules";
  std::ifstream file(WIREDESK_SOURCE_DIR "/data/seed-article.txt", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  Store(in_, {{"seed", text, {{"trace", "t1"}}}});
  Process run({"run", "-c", WriteSettings(), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 0);

  const ByPartition out = ReadAll(out_);
  ASSERT_EQ(out.size(), 1u);
  const Record& record = out.begin()->second.at(0);
  EXPECT_EQ(record.key, "seed");
  EXPECT_EQ(record.header("trace"), "t1");
  const Json article = Json::parse(*record.value);
  ASSERT_FALSE(article.at("tags").empty());
  EXPECT_EQ(article.at("tags")[0].at("label"), "diplomacy");
  std::set<std::string> labels;
  for (const Json& tag : article.at("tags")) {
    labels.insert(tag.at("label"));
    for (const Json& evidence : tag.at("evidence")) {
      const std::size_t start = evidence.at("start");
      const std::size_t end = evidence.at("end");
      EXPECT_EQ(text.substr(start, end - start), evidence.at("text").get<std::string>());
    }
  }
  EXPECT_TRUE(labels.contains("computer security"));
}

TEST_F(BrokerTest, BadRecordsAreDeadLettersWithTheirBytesAndAReason) {
  MakeTopics(1);
  const std::string broken = "{\"id\": 1, \"title\": \"\xff\xfe\"}";
  Store(in_, {{"a", broken, {{"trace", "t1"}}},
              {"b", "{\"title\": ", {}},
              {std::nullopt, std::nullopt, {}},
              {"d", "{\"title\": \"fine\", \"body\": \"x\"}", {}}});
  Process run({"run", "-c", WriteSettings(), "--until-end"}, LogPath());
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(Count(out_), 1);
  const ByPartition dead = ReadAll(dead_);
  ASSERT_EQ(dead.size(), 1u);
  const std::vector<Record>& letters = dead.begin()->second;
  ASSERT_EQ(letters.size(), 3u);
  EXPECT_EQ(letters[0].value, broken);
  EXPECT_EQ(letters[0].key, "a");
  EXPECT_EQ(letters[0].header("trace"), "t1");
  EXPECT_EQ(letters[0].header("wiredesk.error.stage"), "decode");
  EXPECT_EQ(letters[0].header("wiredesk.error.code"), "invalid_utf8");
  EXPECT_EQ(letters[0].header("wiredesk.error.topic"), in_);
  EXPECT_EQ(letters[1].header("wiredesk.error.code"), "invalid_json");
  EXPECT_EQ(letters[1].header("wiredesk.error.offset"), "1");
  EXPECT_EQ(letters[2].value, std::nullopt);
  EXPECT_EQ(letters[2].key, std::nullopt);
  EXPECT_EQ(Lag(group_, in_), 0);
}

TEST_F(BrokerTest, TermFinishesCommitsAndLeaves) {
  MakeTopics(4);
  const std::string settings = WriteSettings();
  constexpr int kArticles = 10000;  // More each round than are done when the signal comes.
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    Store(in_, Articles(round * kArticles, kArticles));
    const std::int64_t before = Count(out_);
    Process run({"run", "-c", settings}, LogPath());
    EXPECT_TRUE(WaitForResults(before + 1));
    run.Signal(SIGTERM);
    EXPECT_EQ(run.Wait(), 0) << "round " << round;
    EXPECT_THAT(run.Log(), HasSubstr("everything taken in is delivered and committed"));
  }
  Process rest({"run", "-c", settings, "--until-end"}, LogPath());
  EXPECT_EQ(rest.Wait(), 0);
  const std::map<std::string, int> counts = CountIds(ReadAll(out_));
  EXPECT_EQ(LostOf(0, kRounds * kArticles, counts), 0u);
  EXPECT_EQ(Repeated(counts), 0u);
}

// A lane without a partition must leave the group as well: else all others would wait for it, until
// its session is over. Here that is longer than this test waits for anything.
TEST_F(BrokerTest, LanesWithoutPartitionsLeaveTheGroup) {
  MakeTopics(1);
  const std::string settings = WriteSettings(
      fmt::format("kafka:\n"
                  "  bootstrap.servers: \"{}\"\n"
                  "  consumer: {{session.timeout.ms: 250000, heartbeat.interval.ms: 500}}\n"
                  "runtime: {{lanes: 3}}\n",
                  brokers_));
  Process idle({"run", "-c", settings}, LogPath());
  EXPECT_TRUE(WaitFor([&] {
    const std::string log = idle.Log();
    const std::string_view line = "assigned no partition";
    const std::size_t first = log.find(line);
    return first != std::string::npos && log.find(line, first + 1) != std::string::npos;
  }));
  idle.Signal(SIGTERM);
  EXPECT_EQ(idle.Wait(), 0);
  Store(in_, Articles(0, 100));
  Process rest({"run", "-c", settings}, LogPath());
  EXPECT_TRUE(WaitForResults(100));
}

TEST_F(BrokerTest, KillLosesNothing) {
  MakeTopics(4);
  const std::string settings = WriteSettings(RiskySettings(brokers_));
  constexpr int kArticles = 10000;
  constexpr int kRounds = 2;
  for (int round = 0; round < kRounds; ++round) {
    Store(in_, Articles(round * kArticles, kArticles));
    const std::int64_t before = Count(out_);
    Process run({"run", "-c", settings}, LogPath());
    EXPECT_TRUE(WaitForResults(before + 2000));
    run.Signal(SIGKILL);
    EXPECT_EQ(run.Wait(), -SIGKILL);
  }
  Process rest({"run", "-c", settings, "--until-end"}, LogPath());
  EXPECT_EQ(rest.Wait(), 0);
  EXPECT_EQ(LostOf(0, kRounds * kArticles, CountIds(ReadAll(out_))), 0u);
  EXPECT_EQ(Lag(group_, in_), 0);
}

// What readers with isolation.level read_committed see is each article once, in order.
TEST_F(BrokerTest, ExactlyOnceSurvivesKills) {
  MakeTopics(4);
  const std::string settings = WriteSettings(ExactlyOnceSettings(brokers_, group_));
  constexpr int kArticles = 10000;
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    Store(in_, Articles(round * kArticles, kArticles));
    const std::int64_t before = Count(out_);
    Process run({"run", "-c", settings}, LogPath());
    EXPECT_TRUE(WaitForResults(before + 2000));
    run.Signal(SIGKILL);
    EXPECT_EQ(run.Wait(), -SIGKILL);
  }
  Process rest({"run", "-c", settings, "--until-end"}, LogPath());
  EXPECT_EQ(rest.Wait(), 0) << rest.Log();
  const ByPartition out = ReadAll(out_);
  const std::map<std::string, int> counts = CountIds(out);
  EXPECT_EQ(LostOf(0, kRounds * kArticles, counts), 0u);
  EXPECT_EQ(Repeated(counts), 0u);
  EXPECT_EQ(Inversions(out), 0u);
  EXPECT_EQ(Lag(group_, in_), 0);
}

// Two workers with one identity: the older one is told so, and stops.
TEST_F(BrokerTest, MemberWhoseNameAnotherTakesStopsWithTheSameStatus) {
  MakeTopics(2);
  const std::string settings = WriteSettings(
      fmt::format("kafka:\n"
                  "  bootstrap.servers: \"{}\"\n"
                  "  consumer: {{group.instance.id: {}-one, heartbeat.interval.ms: 500}}\n"
                  "runtime: {{lanes: 1}}\n",
                  brokers_, group_));
  Process first({"run", "-c", settings}, LogPath());
  EXPECT_TRUE(WaitFor([&] { return first.Log().find("assigned") != std::string::npos; }));
  Process second({"run", "-c", settings}, LogPath());
  EXPECT_EQ(first.Wait(), 80);
}

TEST_F(BrokerTest, FencedWorkerStopsWithItsOwnStatus) {
  MakeTopics(4);
  Store(in_, Articles(0, 2000));
  const std::string settings = WriteSettings(ExactlyOnceSettings(brokers_, group_));
  Process older({"run", "-c", settings}, LogPath());
  EXPECT_TRUE(WaitFor([&] { return TookSomethingIn(older.Log()); }));
  Process newer({"run", "-c", settings}, LogPath());
  EXPECT_TRUE(WaitFor([&] { return newer.Log().find("assigned") != std::string::npos; }));
  Store(in_, Articles(2000, 2000));
  EXPECT_EQ(older.Wait(), 80) << older.Log();
  EXPECT_TRUE(WaitFor([&] { return Lag(group_, in_) == 0; }));
  newer.Signal(SIGTERM);
  EXPECT_EQ(newer.Wait(), 0) << newer.Log();
  const std::map<std::string, int> counts = CountIds(ReadAll(out_));
  EXPECT_EQ(LostOf(0, 4000, counts), 0u);
  EXPECT_EQ(Repeated(counts), 0u);
}

TEST_F(BrokerTest, SecondTermLeavesAtOnce) {
  MakeTopics(1);
  const std::string settings = WriteSettings("kafka: {bootstrap.servers: \"" + brokers_ +
                                             "\"}\nruntime: {drain_timeout: 5m}\n");
  Process run({"run", "-c", settings}, LogPath());
  GiveWorkThatDoesNotEnd(run);
  run.Signal(SIGTERM);
  EXPECT_TRUE(WaitFor([&] { return run.Log().find("SIGTERM: finishing") != std::string::npos; }));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 128 + SIGTERM);
  EXPECT_EQ(Lag(group_, in_), -1);
}

TEST_F(BrokerTest, DrainThatTakesTooLongSaysSoByItsExitStatus) {
  MakeTopics(1);
  const std::string settings = WriteSettings("kafka: {bootstrap.servers: \"" + brokers_ +
                                             "\"}\nruntime: {drain_timeout: 200ms}\n");
  Process run({"run", "-c", settings}, LogPath());
  GiveWorkThatDoesNotEnd(run);
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 79);
  EXPECT_EQ(Lag(group_, in_), -1);
}

// A pack that tags every article of Articles() with `version`.
std::string PackOf(const std::string& name, int version) {
  return fmt::format(
      "pack {} version {} language any\ntopic v:{} \"version\" {{ score 5 number need 5 }}\n", name,
      version, version);
}

// Checks that each record's tags are of the rules that it is stamped with, and that each partition
// changes its rules `changes` times, never back; gives the tags of its last record, of any
// partition.
std::string CheckStamps(const ByPartition& out, std::size_t changes) {
  std::map<std::string, std::string> tag_of;  // By stamp.
  std::string last;
  for (const auto& [partition, records] : out) {
    std::vector<std::string> order;
    for (const Record& record : records) {
      const Json article = Json::parse(*record.value);
      std::string tags;
      for (const Json& tag : article.at("tags")) tags += tag.at("id").get<std::string>() + " ";
      const std::string stamp = article.at("rules");
      EXPECT_EQ(tag_of.try_emplace(stamp, tags).first->second, tags) << "rules are mixed";
      if (order.empty() || order.back() != stamp) order.push_back(stamp);
      last = tags;
    }
    EXPECT_EQ(order.size(), changes + 1) << "partition " << partition;
    EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), order.size());
  }
  EXPECT_EQ(tag_of.size(), changes + 1);
  return last;
}

TEST_F(BrokerTest, HangupUnderLoadChangesTheRulesWithoutLoss) {
  MakeTopics(2);
  WriteFile("test.rules", PackOf("test", 1));
  constexpr int kArticles = 30000;
  std::string lines;
  for (const Record& record : Articles(0, kArticles)) lines += *record.value + "\n";
  const std::string feed_file = WriteFile("feed.ndjson", lines);
  Process run({"run", "-c", WriteSettings(RiskySettings(brokers_))}, LogPath());
  Process feed({"feed", feed_file, "--to", in_, "-b", brokers_, "--rate", "5000"}, LogPath());
  const auto log_has = [&run](const std::string& text) {
    return WaitFor([&] { return run.Log().find(text) != std::string::npos; });
  };
  EXPECT_TRUE(WaitForResults(1000));
  WriteFile("test.rules", "pack test version 2 language any topic {");
  run.Signal(SIGHUP);
  EXPECT_TRUE(log_has("rules not reloaded"));
  EXPECT_THAT(run.Log(), HasSubstr("test.rules:1:"));
  WriteFile("test.rules", PackOf("test", 3));
  run.Signal(SIGHUP);
  EXPECT_TRUE(log_has("rules reloaded"));
  EXPECT_TRUE(WaitForResults(Count(out_) + 2000));
  WriteFile("test.rules", PackOf("test", 4));
  run.Signal(SIGHUP);
  EXPECT_EQ(feed.Wait(), 0);
  EXPECT_TRUE(log_has("reloads 2  failed reloads 1"));
  Store(in_, Articles(kArticles, 100));  // However long the last reload took.
  EXPECT_TRUE(WaitForResults(kArticles + 100));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
  const ByPartition out = ReadAll(out_);
  const std::map<std::string, int> counts = CountIds(out);
  EXPECT_EQ(LostOf(0, kArticles + 100, counts), 0u);
  EXPECT_EQ(Repeated(counts), 0u);
  EXPECT_EQ(CheckStamps(out, 2), "v:4 ");
}

TEST_F(BrokerTest, AllWorkersFollowTheRulesTopic) {
  MakeTopics(2);
  const std::string rules = CreateTopic("rules", 1);
  WriteFile("test.rules", PackOf("test", 1));
  rules_setting_ = "{packs: [" + rules_ + "], topic: " + rules + "}";
  // Replaces the file's pack, and adds one.
  Store(rules, {{"test", PackOf("test", 2), {}}, {"more", PackOf("more", 3), {}}});
  const std::string settings = WriteSettings(RiskySettings(brokers_));
  Process one({"run", "-c", settings}, LogPath());
  Process two({"run", "-c", settings}, LogPath());
  const auto both_have = [&](const std::string& text, std::size_t times) {
    return WaitFor([&] {
      std::size_t found = 0;
      for (const Process* process : {&one, &two}) {
        const std::string log = process->Log();
        for (std::size_t at = log.find(text); at != std::string::npos;
             at = log.find(text, at + 1)) {
          ++found;
        }
      }
      return found >= 2 * times;
    });
  };
  EXPECT_TRUE(both_have("partitions 1", 1));
  Store(in_, Articles(0, 1000));
  EXPECT_TRUE(WaitForResults(1000));
  Store(rules, {{"test", PackOf("test", 4), {}}});
  EXPECT_TRUE(both_have("rules reloaded", 1));
  Store(in_, Articles(1000, 1000));
  EXPECT_TRUE(WaitForResults(2000));
  Store(rules, {{"more", std::nullopt, {}}});
  EXPECT_TRUE(both_have("rules reloaded", 2));
  Store(in_, Articles(2000, 1000));
  EXPECT_TRUE(WaitForResults(3000));
  for (Process* process : {&one, &two}) {
    process->Signal(SIGTERM);
    EXPECT_EQ(process->Wait(), 0);
  }
  const ByPartition out = ReadAll(out_);
  EXPECT_EQ(LostOf(0, 3000, CountIds(out)), 0u);
  EXPECT_EQ(CheckStamps(out, 2), "v:4 ");
}

TEST_F(BrokerTest, AnEmptyRulesTopicAloneIsRefused) {
  MakeTopics(1);
  rules_setting_ = "{topic: " + CreateTopic("rules", 1) + "}";
  Process run({"run", "-c", WriteSettings()}, LogPath());
  EXPECT_EQ(run.Wait(), 78);
  EXPECT_THAT(run.Log(), HasSubstr("holds no rule packs"));
}

TEST_F(BrokerTest, ChangedFilesAreLoadedWhereThatIsAskedFor) {
  MakeTopics(1);
  WriteFile("test.rules", PackOf("test", 1));
  rules_setting_ = "{packs: [" + rules_ + "], watch: true}";
  Process run({"run", "-c", WriteSettings()}, LogPath());
  Store(in_, Articles(0, 10));
  EXPECT_TRUE(WaitForResults(10));
  WriteFile("test.rules", PackOf("test", 2));
  EXPECT_TRUE(WaitFor([&] { return run.Log().find("rules reloaded") != std::string::npos; }));
  Store(in_, Articles(10, 10));
  EXPECT_TRUE(WaitForResults(20));
  run.Signal(SIGTERM);
  EXPECT_EQ(run.Wait(), 0);
  EXPECT_EQ(CheckStamps(ReadAll(out_), 1), "v:2 ");
}

TEST_F(BrokerTest, MissingTopicIsRefusedAtTheStart) {
  MakeTopics(1);
  out_ += ".other";
  Process run({"run", "-c", WriteSettings()}, LogPath());
  EXPECT_EQ(run.Wait(), 78);
  EXPECT_THAT(run.Log(), HasSubstr(out_ + " does not exist"));
}

TEST_F(BrokerTest, NoOffsetToBeginAtIsRefused) {
  MakeTopics(1);
  Store(in_, Articles(0, 1));
  start_ = "error";
  Process run({"run", "-c", WriteSettings()}, LogPath());
  EXPECT_EQ(run.Wait(), 65);
  EXPECT_THAT(run.Log(), HasSubstr("input.start"));
}

TEST_F(BrokerTest, FeedSendsFilesWithTheirIdsAsKeys) {
  MakeTopics(4);
  const std::string lines = WriteFile("feed.ndjson",
                                      "{\"id\": \"a\", \"title\": \"x\"}\n\n{\"id\": 7}\r\n"
                                      "{\"title\": \"no id\"}");
  const std::string text = WriteFile("article.txt", "A title\n\nA text.\n");
  Process feed({"feed", lines, text, "--to", in_, "-b", brokers_, "--repeat", "2"}, LogPath());
  EXPECT_EQ(feed.Wait(), 0);
  std::multiset<std::string> seen;
  for (const auto& [partition, records] : ReadAll(in_)) {
    for (const Record& record : records) {
      seen.insert(record.key.value_or("(null)") + "|" + *record.value);
    }
  }
  const std::multiset<std::string> expected = {"a|{\"id\": \"a\", \"title\": \"x\"}",
                                               "a|{\"id\": \"a\", \"title\": \"x\"}",
                                               "7|{\"id\": 7}",
                                               "7|{\"id\": 7}",
                                               "(null)|{\"title\": \"no id\"}",
                                               "(null)|{\"title\": \"no id\"}",
                                               "(null)|A title\n\nA text.\n",
                                               "(null)|A title\n\nA text.\n"};
  EXPECT_EQ(seen, expected);

  Process missing({"feed", lines, "--to", in_ + ".other", "-b", brokers_}, LogPath());
  EXPECT_EQ(missing.Wait(), 78);
}

// Larger than a topic takes by default, and of letters that no compression makes small enough.
TEST_F(BrokerTest, BenchmarkSaysAtOnceThatTheBrokerRefusesItsFeed) {
  MakeTopics(1);
  constexpr std::size_t kBytes = 1900000;
  std::mt19937 dice(1);
  std::string body(kBytes, ' ');
  for (char& letter : body) {
    if (dice() % 8 != 0) letter = static_cast<char>('A' + dice() % 58);
    if (letter == '\\') letter = 'x';
  }
  const std::string feed =
      WriteFile("feed.ndjson", R"({"id": "a", "title": "x", "body": ")" + body + "\"}\n");
  Process bench({"bench", feed, "-n", "4", "--rules", rules_, "-b", brokers_, "--latency-rate", "0",
                 "--patience", "3600"},
                LogPath());
  EXPECT_EQ(bench.Wait(), 69);
  EXPECT_THAT(bench.Log(), HasSubstr("the broker did not take the feed"));
}

}  // namespace
}  // namespace wiredesk
