// A lost wake-up shows as a test that never ends: there is no other sign of it.
#include "pipeline/doorbell.h"

#include <chrono>
#include <cstdint>
#include <thread>

#include <unistd.h>

#include "gtest/gtest.h"
#include "pipeline/duty_cycle.h"
#include "pipeline/spsc_ring.h"

namespace wiredesk {
namespace {

constexpr std::chrono::hours kForEver{1};
constexpr std::chrono::milliseconds kNotAtAll{0};

// Whether a Wait() would return at once.
bool Rung(Doorbell& doorbell) {
  std::uint64_t rings = 0;
  return read(doorbell.fd(), &rings, sizeof rings) == sizeof rings;
}

TEST(DoorbellTest, IsSilentWhileNobodyIsParked) {
  Doorbell doorbell;
  doorbell.Ring();
  EXPECT_FALSE(Rung(doorbell));
}

TEST(DoorbellTest, RingsOnceForWhoIsParked) {
  Doorbell doorbell;
  doorbell.Announce();
  doorbell.Ring();
  EXPECT_TRUE(Rung(doorbell));
  doorbell.Ring();
  EXPECT_FALSE(Rung(doorbell));
}

TEST(DoorbellTest, IsSilentAfterRetract) {
  Doorbell doorbell;
  doorbell.Announce();
  doorbell.Retract();
  doorbell.Ring();
  EXPECT_FALSE(Rung(doorbell));
}

TEST(DoorbellTest, IsSilentAfterWait) {
  Doorbell doorbell;
  doorbell.Announce();
  doorbell.Wait(kNotAtAll);
  doorbell.Ring();
  EXPECT_FALSE(Rung(doorbell));
}

TEST(DoorbellTest, WaitTakesTheRingAway) {
  Doorbell doorbell;
  doorbell.Announce();
  doorbell.Ring();
  doorbell.Wait(kForEver);
  EXPECT_FALSE(Rung(doorbell));
}

TEST(DoorbellTest, WakesEvenWhoIsNotParkedYet) {
  Doorbell doorbell;
  doorbell.Wake();
  doorbell.Announce();
  doorbell.Wait(kForEver);
}

// Echoes what comes, parked between any two items.
class Echo {
 public:
  Echo(SpscRing<int>& in, SpscRing<int>& out, Doorbell& own, Doorbell& other)
      : in_(in), out_(out), own_(own), other_(other) {}

  void Run(int count) {
    RunDutyCycle(
        own_, kForEver, [&] { return seen_ == count; }, [&] { return Step(); });
  }

 private:
  bool Step() {
    auto item = in_.TryPop();
    if (!item) return false;
    ++seen_;
    EXPECT_TRUE(out_.TryPush(*item));
    other_.Ring();
    return true;
  }

  SpscRing<int>& in_;
  SpscRing<int>& out_;
  Doorbell& own_;
  Doorbell& other_;
  int seen_ = 0;
};

TEST(DutyCycleTest, NeverMissesAWakeUpWhenTwoThreadsHandOneItemToAndFro) {
  constexpr int kRounds = 20'000;
  SpscRing<int> there(1);
  SpscRing<int> back(1);
  Doorbell near;
  Doorbell far;
  std::thread other([&] { Echo(there, back, far, near).Run(kRounds); });
  int item = 42;
  ASSERT_TRUE(there.TryPush(item));
  far.Ring();
  Echo(back, there, near, far).Run(kRounds);
  other.join();
}

// One slot, no pause and no spinning: the sleeper announces itself in the very moment in which the
// next item comes, and no later ring makes up for a lost one.
TEST(DoorbellTest, NeverMissesARingThatMeetsTheParking) {
  constexpr int kRounds = 100'000;
  SpscRing<int> ring(1);
  Doorbell doorbell;
  std::thread sleeper([&] {
    for (int seen = 0; seen < kRounds;) {
      doorbell.Announce();
      if (const auto item = ring.TryPop()) {
        doorbell.Retract();
        EXPECT_EQ(*item, seen++);
      } else {
        doorbell.Wait(kForEver);
      }
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    while (!ring.TryPush(i)) PauseSpinning();
    doorbell.Ring();
  }
  sleeper.join();
}

}  // namespace
}  // namespace wiredesk
