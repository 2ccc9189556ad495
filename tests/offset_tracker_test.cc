#include "pipeline/offset_tracker.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace wiredesk {
namespace {

class OffsetTrackerTest : public ::testing::Test {
 protected:
  void SetUp() override { tracker_.Assign(0, 0); }

  void Append(std::initializer_list<std::int64_t> offsets) {
    for (const std::int64_t offset : offsets) acks_[offset] = tracker_.Append(0, 0, offset);
  }
  void Deliver(std::initializer_list<std::int64_t> offsets) {
    for (const std::int64_t offset : offsets) tracker_.Acknowledge(acks_.at(offset), true);
  }
  void Fail(std::int64_t offset) { tracker_.Acknowledge(acks_.at(offset), false); }
  std::int64_t Watermark() const { return tracker_.watermark(0, 0); }

  OffsetTracker tracker_;
  std::map<std::int64_t, std::uint64_t> acks_;
};

TEST_F(OffsetTrackerTest, HasNoWatermarkBeforeTheFirstDelivery) {
  Append({5, 6});
  Deliver({6});
  EXPECT_EQ(Watermark(), -1);
}

TEST_F(OffsetTrackerTest, MovesOverDeliveriesThatCameOutOfOrder) {
  Append({5, 6, 7, 8});
  Deliver({6, 7, 5});
  EXPECT_EQ(Watermark(), 8);
  EXPECT_EQ(tracker_.in_flight(), 1u);
}

TEST_F(OffsetTrackerTest, TakesGapsBetweenOffsets) {
  Append({5, 100, 1000});
  Deliver({5, 100});
  EXPECT_EQ(Watermark(), 101);
}

TEST_F(OffsetTrackerTest, StopsBeforeAFailedDeliveryForGood) {
  Append({5, 6, 7});
  Fail(6);
  Deliver({7, 5});
  Append({8});
  Deliver({8});
  EXPECT_EQ(Watermark(), 6);
  EXPECT_TRUE(tracker_.stalled(0, 0));
  EXPECT_TRUE(tracker_.any_stalled());
  EXPECT_EQ(tracker_.in_flight(), 0u);
}

TEST_F(OffsetTrackerTest, StopsBeforeTheFirstOfSeveralFailedDeliveries) {
  Append({5, 6, 7, 8, 9});
  Fail(8);
  Fail(6);
  Deliver({5, 7, 9});
  EXPECT_EQ(Watermark(), 6);
}

TEST_F(OffsetTrackerTest, IgnoresAcksOfAnEndedAssignment) {
  Append({5});
  tracker_.Revoke(0, 0);
  Deliver({5});
  tracker_.Assign(0, 0);
  const std::uint64_t old = acks_.at(5);
  Append({5});
  tracker_.Acknowledge(old, false);
  EXPECT_FALSE(tracker_.stalled(0, 0));
  EXPECT_EQ(Watermark(), -1);
  EXPECT_EQ(tracker_.ignored_acks(), 2u);
  EXPECT_EQ(tracker_.in_flight(), 1u);
}

TEST_F(OffsetTrackerTest, ForgetsAStallWithTheAssignment) {
  Append({5});
  Fail(5);
  tracker_.Revoke(0, 0);
  tracker_.Assign(0, 0);
  EXPECT_FALSE(tracker_.any_stalled());
}

TEST_F(OffsetTrackerTest, KeepsPartitionsOfAllTopicsApart) {
  tracker_.Assign(1, 0);
  tracker_.Assign(0, 7);
  const std::uint64_t a = tracker_.Append(1, 0, 50);
  const std::uint64_t b = tracker_.Append(0, 7, 60);
  Append({5});
  tracker_.Acknowledge(b, true);
  tracker_.Acknowledge(a, false);
  EXPECT_EQ(tracker_.watermark(0, 7), 61);
  EXPECT_TRUE(tracker_.stalled(1, 0));
  EXPECT_FALSE(tracker_.stalled(0, 0));
  EXPECT_EQ(Watermark(), -1);
}

TEST_F(OffsetTrackerTest, AcceptsOnlyRisingOffsetsOfAssignedPartitions) {
  Append({5});
  EXPECT_TRUE(tracker_.Accepts(0, 0, 6));
  EXPECT_FALSE(tracker_.Accepts(0, 0, 5));
  EXPECT_FALSE(tracker_.Accepts(0, 1, 6));
  EXPECT_FALSE(tracker_.Accepts(3, 0, 6));
  EXPECT_FALSE(tracker_.Accepts(-1, 0, 6));
  tracker_.Revoke(0, 0);
  EXPECT_FALSE(tracker_.Accepts(0, 0, 6));
}

TEST_F(OffsetTrackerTest, OffersProgressUntilItIsCommitted) {
  std::vector<OffsetTracker::Progress> progress;
  Append({5, 6});
  tracker_.Uncommitted(progress);
  EXPECT_TRUE(progress.empty());

  Deliver({5});
  tracker_.Uncommitted(progress);
  tracker_.Uncommitted(progress);
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].next_offset, 6);
  const OffsetTracker::Progress first = progress[0];

  Deliver({6});
  tracker_.Committed(first);
  tracker_.Uncommitted(progress);
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].next_offset, 7);
  tracker_.Committed(progress[0]);
  tracker_.Committed(first);  // Answers may cross; the later one counts.
  tracker_.Uncommitted(progress);
  EXPECT_TRUE(progress.empty());
}

TEST_F(OffsetTrackerTest, IgnoresACommitOfAnEndedAssignment) {
  std::vector<OffsetTracker::Progress> progress;
  Append({5});
  Deliver({5});
  tracker_.Uncommitted(progress);
  const OffsetTracker::Progress old = progress.at(0);
  tracker_.Revoke(0, 0);
  tracker_.Committed(old);
  tracker_.Assign(0, 0);
  tracker_.Committed(old);
  Append({3});
  Deliver({3});
  tracker_.Uncommitted(progress);
  ASSERT_EQ(progress.size(), 1u);
  EXPECT_EQ(progress[0].next_offset, 4);
}

TEST_F(OffsetTrackerTest, KeepsOrderWhileItGrowsFarPastItsFirstSize) {
  std::mt19937 random(1);
  std::vector<std::int64_t> open;
  std::int64_t offset = 0;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 100; ++i) {
      Append({offset});
      open.push_back(offset++);
    }
    for (int i = 0; i < 90; ++i) {
      const std::size_t pick = random() % open.size();
      Deliver({open[pick]});
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
    }
    ASSERT_EQ(Watermark(), open.front() == 0 ? -1 : open.front());
  }
  std::shuffle(open.begin(), open.end(), random);
  for (const std::int64_t one : open) Deliver({one});
  EXPECT_EQ(Watermark(), offset);
}

using OffsetTrackerDeathTest = OffsetTrackerTest;

TEST_F(OffsetTrackerDeathTest, ChecksItsUsers) {
  Append({5, 6});
  Deliver({6});
  EXPECT_DEATH(Append({6}), "last_appended");
  EXPECT_DEATH(Deliver({6}), "delivered");
  Deliver({5});
  EXPECT_DEATH(Deliver({5}), "internal error");
  EXPECT_DEATH(tracker_.Assign(0, 0), "assigned");
  EXPECT_DEATH(tracker_.Revoke(0, 1), "assigned");
  EXPECT_DEATH(tracker_.Committed({0, 0, 8, 0}), "watermark");
}

}  // namespace
}  // namespace wiredesk
