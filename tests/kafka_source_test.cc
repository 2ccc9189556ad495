#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "tests/kafka_source_fixture.h"

namespace wiredesk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int16_t kOffsetCommitApi = 8;

TEST_F(KafkaSourceTest, CopiesValueKeyHeadersAndOrigin) {
  CreateTopic("in", 1);
  Store("in", {{"k", "value", {{"a", "1"}, {"b", std::nullopt}}},
               {"", std::nullopt, {}},
               {std::nullopt, "", {}}});
  OpenSource();
  ASSERT_TRUE(FillUntil(3));
  const std::span<Article> articles = batch_.articles();
  EXPECT_EQ(articles[0].value, "value");
  EXPECT_EQ(articles[0].key, "k");
  ASSERT_EQ(articles[0].headers.size(), 2u);
  EXPECT_EQ(articles[0].headers[0].name, "a");
  EXPECT_EQ(articles[0].headers[0].value, "1");
  EXPECT_FALSE(articles[0].headers[0].is_null);
  EXPECT_TRUE(articles[0].headers[1].is_null);
  EXPECT_EQ(articles[0].origin.topic, "in");
  EXPECT_EQ(articles[0].origin.partition, 0);
  EXPECT_EQ(articles[0].origin.offset, 0);
  EXPECT_GT(articles[0].timestamp_ms, 0);
  EXPECT_TRUE(articles[1].has_key);
  EXPECT_EQ(articles[1].key, "");
  EXPECT_TRUE(articles[1].value_is_null);
  EXPECT_FALSE(articles[2].has_key);
  EXPECT_FALSE(articles[2].value_is_null);
  EXPECT_EQ(articles[2].origin.offset, 2);
}

TEST_F(KafkaSourceTest, StopsAtTheBatchsBounds) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 100, 50);  // Three bytes each.
  OpenSource();
  Batch small(4);
  ASSERT_TRUE(WaitFor([&] {
    last_state_ = source_->Fill(small, kAnyBytes);
    return small.full();
  }));
  EXPECT_EQ(last_state_, Source::State::kMore);
  small.Clear();
  // At least one article, however few bytes; and never more bytes than asked for beyond that.
  ASSERT_TRUE(WaitFor([&] { return source_->Fill(small, 1), !small.empty(); }));
  EXPECT_EQ(small.articles().size(), 1u);
  small.Clear();
  ASSERT_TRUE(WaitFor([&] { return source_->Fill(small, 7), small.articles().size() >= 2; }));
  EXPECT_EQ(small.articles().size(), 2u);
  // What was read ahead is not lost.
  ASSERT_TRUE(FillUntil(43));
  EXPECT_EQ(batch_.articles()[0].value, "107");
}

TEST_F(KafkaSourceTest, CommitsWhatIsDeliveredFromTheStartWithoutAGap) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), -1);
  Acknowledge(5, 9);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), -1);
  Acknowledge(0, 3);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), 3);
  Acknowledge(3, 5);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), 9);
}

TEST_F(KafkaSourceTest, FailedDeliveryIsNeverCommittedPast) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  Acknowledge(0, 4);
  source_->Acknowledge(batch_.articles()[4].ack, false);
  Acknowledge(5, 10);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), 4);
}

TEST_F(KafkaSourceTest, CommitsInTheBackground) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  Acknowledge(0, 10);
  ASSERT_TRUE(source_->Commit(false).ok());
  EXPECT_TRUE(WaitFor([&] {
    source_->Fill(batch_, kAnyBytes);
    return Committed("in", 0) == 10;
  }));
}

TEST_F(KafkaSourceTest, RefusedCommitInTheBackgroundIsAskedForAgain) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  Acknowledge(0, 10);
  rd_kafka_mock_push_request_errors(broker_->cluster(), kOffsetCommitApi, 1,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  EXPECT_TRUE(WaitFor([&] {
    EXPECT_TRUE(source_->Commit(false).ok());
    source_->Fill(batch_, kAnyBytes);
    return Committed("in", 0) == 10;
  }));
}

TEST_F(KafkaSourceTest, RefusedCommitIsReportedAndAskedForAgain) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  Acknowledge(0, 10);
  rd_kafka_mock_push_request_errors(broker_->cluster(), kOffsetCommitApi, 1,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  EXPECT_EQ(source_->Commit(true).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", 0), 10);
}

TEST_F(KafkaSourceTest, LeavingCommitsWhatIsDelivered) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  // The last deliveries arrive while the lane drains.
  lane_.on_drain = [&] { Acknowledge(0, 7); };
  source_->Close();
  EXPECT_EQ(lane_.drains, 1);
  EXPECT_EQ(Committed("in", 0), 7);
}

TEST_F(KafkaSourceTest, NextMemberBeginsAtTheCommittedOffset) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  ASSERT_TRUE(FillUntil(10));
  Acknowledge(0, 6);
  source_.reset();
  batch_.Clear();
  OpenSource();
  ASSERT_TRUE(FillUntil(4));
  EXPECT_THAT(Values(), ElementsAre("6", "7", "8", "9"));
}

TEST_F(KafkaSourceTest, NoCommittedOffsetIsAnErrorUnlessTheSettingsSayWhereToBegin) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  settings_.input.start = StartOffset::kError;
  OpenSource();
  ASSERT_TRUE(FillUntilEnd());
  EXPECT_EQ(source_->status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(source_->status().message()), HasSubstr("input.start"));
  EXPECT_EQ(source_->Commit(false).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(batch_.empty());
}

TEST_F(KafkaSourceTest, EndsWhereThePartitionsEndedAtTheStart) {
  CreateTopic("in", 3);
  StoreNumbered("in", 0, 0, 20);
  StoreNumbered("in", 2, 20, 20);
  options_.until_end = true;
  OpenSource();
  ASSERT_TRUE(FillUntilEnd());
  EXPECT_EQ(batch_.articles().size(), 40u);
  EXPECT_TRUE(source_->status().ok());

  // The same again: nothing is left, and that is an end too.
  Acknowledge(0, 40);
  source_.reset();
  batch_.Clear();
  OpenSource();
  ASSERT_TRUE(FillUntilEnd());
  EXPECT_TRUE(batch_.empty());
}

TEST_F(KafkaSourceTest, PausesAndResumesWithoutLossOrRepetition) {
  CreateTopic("in", 2);
  options_.pause_after = std::chrono::milliseconds(0);
  OpenSource();
  std::vector<std::string> expected;
  for (int round = 0; round < 5; ++round) {
    StoreNumbered("in", round % 2, round * 100, 100);
    for (int i = 0; i < 100; ++i) expected.push_back(std::to_string(round * 100 + i));
    for (int i = 0; i < 20; ++i) source_->KeepAlive();
    ASSERT_TRUE(FillUntil(static_cast<std::size_t>(round) * 100 + 50));
    for (int i = 0; i < 20; ++i) source_->KeepAlive();
  }
  ASSERT_TRUE(FillUntil(500));
  std::vector<std::string> values = Values();
  std::sort(values.begin(), values.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(values, expected);
}

TEST_F(KafkaSourceTest, LagIsWhatIsNotDelivered) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 10);
  OpenSource();
  EXPECT_EQ(source_->lag(), -1);
  ASSERT_TRUE(FillUntil(10));
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(source_->lag(), 10);
  Acknowledge(0, 4);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(source_->lag(), 6);
}

TEST_F(KafkaSourceTest, RecordsRingTheDoorbell) {
  CreateTopic("in", 1);
  OpenSource();
  const int doorbell = eventfd(0, EFD_NONBLOCK);
  source_->WakeBy(doorbell);
  std::uint64_t rings = 0;
  StoreNumbered("in", 0, 0, 1);
  // Fills only when the bell rang, as an idle lane does.
  EXPECT_TRUE(WaitFor([&] {
    if (read(doorbell, &rings, sizeof(rings)) != sizeof(rings)) return false;
    source_->Fill(batch_, kAnyBytes);
    return !batch_.empty();
  }));
  source_.reset();
  close(doorbell);
}

// A second member takes a partition while a batch is half filled: what the batch holds of that
// partition must not be handed to the lane, because the new owner reads it too.
TEST_F(KafkaSourceTest, RevokedPartitionLeavesTheUnfinishedBatch) {
  CreateTopic("in", 2);
  StoreNumbered("in", 0, 0, 20);
  StoreNumbered("in", 1, 20, 20);
  OpenSource();
  ASSERT_TRUE(FillUntil(40));  // And not handed on: the batch has room.
  auto second = KafkaSource::Open(options_);
  ASSERT_TRUE(second.ok());
  IdleLane second_lane;
  Batch second_batch(10000);
  ASSERT_TRUE((*second)->Subscribe(second_lane).ok());

  ASSERT_TRUE(WaitFor([&] {
    (*second)->Fill(second_batch, kAnyBytes);
    source_->Fill(batch_, kAnyBytes);
    return second_batch.articles().size() == 20;
  }));
  ASSERT_EQ(batch_.articles().size(), 20u);
  EXPECT_NE(batch_.articles()[0].origin.partition, second_batch.articles()[0].origin.partition);
  // The partition that stays is still ours to finish.
  Acknowledge(0, 20);
  EXPECT_TRUE(WaitFor([&] {
    (*second)->Fill(second_batch, kAnyBytes);
    source_->Fill(batch_, kAnyBytes);
    return source_->Commit(true).ok() && source_->lag() == 0;
  }));
  (*second)->Close();
}

// More members than partitions: one that has none may yet get one, until the group is at the end.
TEST_F(KafkaSourceTest, MemberWithoutPartitionsWaitsForTheEndOfTheGroup) {
  CreateTopic("in", 1);
  StoreNumbered("in", 0, 0, 20);
  settings_.kafka.consumer["heartbeat.interval.ms"] = "100";
  OpenSource();
  ASSERT_TRUE(FillUntil(20));
  options_.until_end = true;
  auto idle = KafkaSource::Open(options_);
  ASSERT_TRUE(idle.ok());
  IdleLane idle_lane;
  Batch idle_batch(10000);
  ASSERT_TRUE((*idle)->Subscribe(idle_lane).ok());
  const auto idle_state = [&] {
    source_->Fill(batch_, kAnyBytes);
    return (*idle)->Fill(idle_batch, kAnyBytes);
  };
  ASSERT_TRUE(WaitFor([&] { return idle_state(), (*idle)->assigned() == 0; }));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(idle_state(), Source::State::kIdle);
  Acknowledge(0, 20);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_TRUE(WaitFor([&] { return idle_state() == Source::State::kEnd; }));
  EXPECT_TRUE(idle_batch.empty());
}

// An acknowledgement that comes after its partition went and came back must not move the new
// assignment's progress.
TEST_F(KafkaSourceTest, LateAcknowledgementsOfAnOlderAssignmentChangeNothing) {
  CreateTopic("in", 2);
  StoreNumbered("in", 0, 0, 20);
  StoreNumbered("in", 1, 20, 20);
  OpenSource();
  ASSERT_TRUE(FillUntil(40));
  std::map<std::int32_t, std::vector<std::uint64_t>> old_acks;
  for (const Article& article : batch_.articles()) {
    old_acks[article.origin.partition].push_back(article.ack);
  }
  batch_.Clear();
  auto second = KafkaSource::Open(options_);
  ASSERT_TRUE(second.ok());
  IdleLane second_lane;
  Batch second_batch(10000);
  ASSERT_TRUE((*second)->Subscribe(second_lane).ok());
  ASSERT_TRUE(WaitFor([&] {
    (*second)->Fill(second_batch, kAnyBytes);
    source_->Fill(batch_, kAnyBytes);
    return second_batch.articles().size() == 20;
  }));
  const std::int32_t moved = second_batch.articles()[0].origin.partition;
  (*second)->Close();
  ASSERT_TRUE(FillUntil(20));  // It is back, from its beginning.
  for (const std::uint64_t ack : old_acks[moved]) source_->Acknowledge(ack, true);
  ASSERT_TRUE(source_->Commit(true).ok());
  EXPECT_EQ(Committed("in", moved), -1);
}

}  // namespace
}  // namespace wiredesk
