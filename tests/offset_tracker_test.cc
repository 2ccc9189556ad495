#include "pipeline/offset_tracker.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <random>
#include <string>
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

// The same behaviour, slow and obvious: everything that was ever appended, in lists.
class NaiveTracker {
 public:
  struct Record {
    int epoch;
    std::int64_t offset;
    std::optional<bool> delivered;
  };

  std::int64_t Watermark() const {
    std::int64_t watermark = -1;
    for (const Record& record : records) {
      if (record.epoch != epoch) continue;
      if (record.delivered != true) break;
      watermark = record.offset + 1;
    }
    return watermark;
  }
  bool Stalled() const {
    for (const Record& record : records) {
      if (record.epoch == epoch && record.delivered == false) return true;
    }
    return false;
  }
  std::size_t InFlight() const {
    std::size_t count = 0;
    for (const Record& record : records) {
      count += assigned && record.epoch == epoch && !record.delivered;
    }
    return count;
  }

  std::vector<Record> records;
  int epoch = 0;
  bool assigned = false;
  std::int64_t committed = -1;
  std::int64_t next_offset = 10;
};

// Both models after the same steps. A step that means nothing in the present state returns false.
class Twins {
 public:
  static constexpr int kStepKinds = 10;

  bool Step(int kind) {
    switch (kind) {
      case 0:
        return Append(1);
      case 1:
        return Append(3);  // Leaves a gap.
      case 2:
        return Acknowledge(0, true);
      case 3:
        return Acknowledge(1, true);
      case 4:
        return Acknowledge(2, true);
      case 5:
        return Acknowledge(0, false);
      case 6:
        return Acknowledge(1, false);
      case 7:
        return Commit();
      case 8:
        return Revoke();
      case 9:
        return Assign();
    }
    return false;
  }

  void ExpectEqual() const {
    ASSERT_EQ(real_.assigned(2, 3), naive_.assigned);
    ASSERT_EQ(real_.in_flight(), naive_.InFlight());
    ASSERT_EQ(real_.ignored_acks(), ignored_);
    if (!naive_.assigned) return;
    ASSERT_EQ(real_.watermark(2, 3), naive_.Watermark());
    ASSERT_EQ(real_.stalled(2, 3), naive_.Stalled());
    std::vector<OffsetTracker::Progress> progress;
    real_.Uncommitted(progress);
    ASSERT_EQ(progress.size(), naive_.Watermark() > naive_.committed ? 1u : 0u);
    for (const OffsetTracker::Progress& one : progress) {
      ASSERT_EQ(one.next_offset, naive_.Watermark());
    }
  }

 private:
  bool Append(std::int64_t step) {
    if (!naive_.assigned) return false;
    naive_.next_offset += step;
    naive_.records.push_back({naive_.epoch, naive_.next_offset, std::nullopt});
    acks_.push_back(real_.Append(2, 3, naive_.next_offset));
    return true;
  }

  // Answers the `nth` record that has no answer yet, of whatever assignment.
  bool Acknowledge(int nth, bool delivered) {
    for (std::size_t i = 0; i < naive_.records.size(); ++i) {
      NaiveTracker::Record& record = naive_.records[i];
      if (record.delivered || nth-- > 0) continue;
      ignored_ += !naive_.assigned || record.epoch != naive_.epoch;
      record.delivered = delivered;
      real_.Acknowledge(acks_[i], delivered);
      return true;
    }
    return false;
  }

  bool Commit() {
    std::vector<OffsetTracker::Progress> progress;
    real_.Uncommitted(progress);
    for (const OffsetTracker::Progress& one : progress) real_.Committed(one);
    if (naive_.assigned) naive_.committed = std::max(naive_.committed, naive_.Watermark());
    return !progress.empty();
  }

  bool Revoke() {
    if (!naive_.assigned) return false;
    real_.Revoke(2, 3);
    naive_.assigned = false;
    ++naive_.epoch;
    naive_.next_offset = 10;
    naive_.committed = -1;
    return true;
  }

  bool Assign() {
    if (naive_.assigned) return false;
    real_.Assign(2, 3);
    naive_.assigned = true;
    return true;
  }

  OffsetTracker real_;
  NaiveTracker naive_;
  std::vector<std::uint64_t> acks_;
  std::uint64_t ignored_ = 0;
};

// Goes through every sequence of steps up to `depth`, after an assignment. Returns how many.
int Explore(const Twins& before, int depth) {
  int states = 1;
  before.ExpectEqual();
  if (depth == 0 || ::testing::Test::HasFatalFailure()) return states;
  for (int kind = 0; kind < Twins::kStepKinds; ++kind) {
    Twins after = before;
    if (after.Step(kind)) states += Explore(after, depth - 1);
  }
  return states;
}

TEST(OffsetTrackerModelTest, AgreesWithItsTwinAfterEveryShortSequenceOfSteps) {
  Twins twins;
  ASSERT_TRUE(twins.Step(9));
  EXPECT_GT(Explore(twins, 8), 250'000);
}

TEST(OffsetTrackerModelTest, AgreesWithItsTwinAfterLongRandomSequences) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Twins twins;
    // Few revokes, so that assignments grow long.
    for (int step = 0; step < 400; ++step) {
      const int kind = random() % 50 == 0 ? 8 : static_cast<int>(random() % 10);
      if (kind == 8 && step % 3 != 0) continue;
      if ((kind == 5 || kind == 6) && random() % 10 != 0) continue;
      if (twins.Step(kind)) twins.ExpectEqual();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace wiredesk
