#include "pipeline/rules_topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/mock_kafka.h"

namespace wiredesk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class RulesTopicTest : public MockKafka {
 protected:
  void SetUp() override {
    MockKafka::SetUp();
    settings_.rules.topic = "news.rules";
  }

  std::unique_ptr<RulesTopic> Open() {
    auto topic = RulesTopic::Open(settings_, std::chrono::seconds(30));
    EXPECT_TRUE(topic.ok()) << topic.status();
    return topic.ok() ? *std::move(topic) : nullptr;
  }

  // Stores pack `name` in `partition`; no value takes it away.
  void Put(const std::string& name, const std::optional<std::string>& value, int partition = 0) {
    Record record;
    record.key = name;
    record.value = value;
    record.partition = partition;
    Store("news.rules", {record});
  }
};

TEST_F(RulesTopicTest, AnEmptyTopicHasNoPacks) {
  CreateTopic("news.rules", 3);
  EXPECT_THAT(Open()->packs(), IsEmpty());
}

TEST_F(RulesTopicTest, WhatIsThereAtTheStartIsReadToTheEnd) {
  CreateTopic("news.rules", 2);
  Put("a", "first");
  Put("b", "second", 1);
  Put("c", "third");
  Put("a", "fourth");
  Put("c", std::nullopt);
  Put("gone", std::nullopt);
  EXPECT_THAT(Open()->packs(), ElementsAre(Pair("a", "fourth"), Pair("b", "second")));
}

TEST_F(RulesTopicTest, ChangesAreFollowedAndRingABell) {
  CreateTopic("news.rules", 1);
  Put("a", "first");
  const auto topic = Open();
  const int bell = eventfd(0, EFD_CLOEXEC);
  topic->WakeBy(bell);
  // The bell also rings for what is no change.
  const auto changed = [&] {
    return WaitFor([&] {
      pollfd rung = {bell, POLLIN, 0};
      poll(&rung, 1, 100);
      return topic->Poll();
    });
  };
  Put("b", "second");
  EXPECT_TRUE(changed());
  EXPECT_THAT(topic->packs(), ElementsAre(Pair("a", "first"), Pair("b", "second")));
  Put("a", std::nullopt);
  EXPECT_TRUE(changed());
  EXPECT_THAT(topic->packs(), ElementsAre(Pair("b", "second")));
  Put("b", "second");  // The same again changes nothing.
  Put("c", "last");
  EXPECT_TRUE(changed());
  EXPECT_FALSE(topic->Poll());
  EXPECT_TRUE(topic->status().ok());
  close(bell);
}

TEST_F(RulesTopicTest, RecordsWithoutAKeyAreNoPacks) {
  CreateTopic("news.rules", 1);
  Record record;
  record.value = "pack";
  Store("news.rules", {record});
  EXPECT_THAT(Open()->packs(), IsEmpty());
}

TEST_F(RulesTopicTest, AMissingTopicIsNamed) {
  CreateTopic("other", 1);
  const auto topic = RulesTopic::Open(settings_, std::chrono::seconds(30));
  EXPECT_EQ(topic.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(topic.status().message()), HasSubstr("news.rules does not exist"));
}

TEST_F(RulesTopicTest, MorePacksThanAllowedAreAFault) {
  CreateTopic("news.rules", 1);
  std::vector<Record> records(RulesTopic::kPacksMax + 1);
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].key = "pack" + std::to_string(i);
    records[i].value = "x";
  }
  Store("news.rules", records);
  const auto topic = Open();
  EXPECT_EQ(topic->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(topic->packs().size(), RulesTopic::kPacksMax);
}

}  // namespace
}  // namespace wiredesk
