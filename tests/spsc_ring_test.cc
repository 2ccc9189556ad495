#include "pipeline/spsc_ring.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace wiredesk {
namespace {

TEST(SpscRingTest, PopsNothingWhenEmpty) {
  SpscRing<int> ring(4);
  EXPECT_EQ(ring.TryPop(), std::nullopt);
}

TEST(SpscRingTest, PopsInTheOrderOfPushes) {
  SpscRing<int> ring(4);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(ring.TryPush(i));
  EXPECT_EQ(ring.TryPop(), 1);
  EXPECT_EQ(ring.TryPop(), 2);
  EXPECT_EQ(ring.TryPop(), 3);
  EXPECT_EQ(ring.TryPop(), std::nullopt);
}

TEST(SpscRingTest, RejectsPushWhenFullAndLeavesTheValueAlone) {
  SpscRing<std::unique_ptr<int>> ring(2);
  for (int i = 0; i < 2; ++i) {
    auto value = std::make_unique<int>(i);
    ASSERT_TRUE(ring.TryPush(value));
    EXPECT_EQ(value, nullptr);
  }
  auto refused = std::make_unique<int>(7);
  EXPECT_FALSE(ring.TryPush(refused));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(*refused, 7);

  ASSERT_EQ(**ring.TryPop(), 0);
  EXPECT_TRUE(ring.TryPush(refused));
}

TEST(SpscRingTest, WorksWithOneSlot) {
  SpscRing<int> ring(1);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(ring.TryPush(i));
    int more = -1;
    ASSERT_FALSE(ring.TryPush(more));
    ASSERT_EQ(ring.TryPop(), i);
    ASSERT_EQ(ring.TryPop(), std::nullopt);
  }
}

// Every fill level at every position of the slots.
TEST(SpscRingTest, HoldsExactlyItsCapacityAtEveryPosition) {
  constexpr int kCapacity = 8;
  SpscRing<int> ring(kCapacity);
  int pushed = 0;
  int popped = 0;
  for (int position = 0; position < 3 * kCapacity; ++position) {
    for (int level = 0; level < kCapacity; ++level, ++pushed) ASSERT_TRUE(ring.TryPush(pushed));
    ASSERT_FALSE(ring.TryPush(pushed));
    for (int level = 0; level < kCapacity; ++level) ASSERT_EQ(ring.TryPop(), popped++);
    ASSERT_EQ(ring.TryPop(), std::nullopt);
    ASSERT_TRUE(ring.TryPush(pushed));  // One further for the next round.
    ++pushed;
    ASSERT_EQ(ring.TryPop(), popped++);
  }
}

TEST(SpscRingTest, LetsGoOfWhatWasPopped) {
  SpscRing<std::shared_ptr<int>> ring(2);
  auto value = std::make_shared<int>(1);
  std::shared_ptr<int> copy = value;
  ASSERT_TRUE(ring.TryPush(copy));
  EXPECT_EQ(value.use_count(), 2);
  ring.TryPop().reset();
  EXPECT_EQ(value.use_count(), 1);
}

TEST(SpscRingTest, DestroysWhatIsLeft) {
  auto value = std::make_shared<int>(1);
  {
    SpscRing<std::shared_ptr<int>> ring(2);
    std::shared_ptr<int> copy = value;
    ASSERT_TRUE(ring.TryPush(copy));
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(SpscRingDeathTest, ChecksThatCapacityIsAPowerOfTwo) {
  EXPECT_DEATH(SpscRing<int>(3), "has_single_bit");
  EXPECT_DEATH(SpscRing<int>(0), "has_single_bit");
}

class SpscRingThreadsTest : public ::testing::TestWithParam<std::size_t> {};

// What a slot points at is plain memory, so that the thread sanitizer sees a missing order.
TEST_P(SpscRingThreadsTest, PassesEverythingInOrderBetweenTwoThreads) {
  constexpr std::uint64_t kCount = 200'000;
  SpscRing<std::unique_ptr<std::uint64_t>> ring(GetParam());
  std::thread producer([&ring] {
    for (std::uint64_t i = 0; i < kCount; ++i) {
      auto value = std::make_unique<std::uint64_t>(i);
      while (!ring.TryPush(value)) std::this_thread::yield();
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kCount;) {
    const auto value = ring.TryPop();
    if (!value) {
      std::this_thread::yield();
      continue;
    }
    wrong += **value != i++;
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(ring.TryPop(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Capacity, SpscRingThreadsTest, ::testing::Values(1, 2, 16, 1024));

}  // namespace
}  // namespace wiredesk
