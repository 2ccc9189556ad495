// The ring and the doorbell under every order of events that C++ allows, for small sizes; and the
// same with each of their memory orders weakened, which must fail.
#include "tests/ring_explorer.h"

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pipeline/doorbell.h"
#include "pipeline/duty_cycle.h"
#include "pipeline/spsc_ring.h"

namespace wiredesk::explorer {
namespace {

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Outcomes = std::set<std::pair<std::vector<int>, std::vector<int>>>;

// First of all the explorer itself: what small known programs may do is what it finds, no less and
// no more.
Outcomes OutcomesOf(Explorer::Body body) {
  Result result = Explorer(std::move(body)).Run();
  EXPECT_THAT(result.failure, IsEmpty());
  return result.outcomes;
}

TEST(MemoryModelTest, StoresMayBeSeenLateByBothSides) {
  const Outcomes outcomes = OutcomesOf([](int thread) {
    ModelSync::Atomic<int> x(0);
    ModelSync::Atomic<int> y(0);
    (thread == 0 ? x : y).store(1, memory_order_release);
    Record((thread == 0 ? y : x).load(memory_order_acquire));
  });
  EXPECT_EQ(outcomes, (Outcomes{{{0}, {0}}, {{0}, {1}}, {{1}, {0}}, {{1}, {1}}}));
}

Outcomes MessagePassing(std::memory_order store, std::memory_order load) {
  return OutcomesOf([=](int thread) {
    ModelSync::Atomic<int> data(0);
    ModelSync::Atomic<int> flag(0);
    if (thread == 0) {
      data.store(1, memory_order_relaxed);
      flag.store(1, store);
    } else {
      Record(flag.load(load));
      Record(data.load(memory_order_relaxed));
    }
  });
}

TEST(MemoryModelTest, AnAcquireThatReadsAReleaseSeesWhatCameBeforeIt) {
  const Outcomes passed{{{}, {0, 0}}, {{}, {0, 1}}, {{}, {1, 1}}};
  EXPECT_EQ(MessagePassing(memory_order_release, memory_order_acquire), passed);
  Outcomes stale = passed;
  stale.insert({{}, {1, 0}});
  EXPECT_EQ(MessagePassing(memory_order_relaxed, memory_order_acquire), stale);
  EXPECT_EQ(MessagePassing(memory_order_release, memory_order_relaxed), stale);
}

TEST(MemoryModelTest, NobodySeesOneLocationGoBack) {
  const Outcomes outcomes = OutcomesOf([](int thread) {
    ModelSync::Atomic<int> x(0);
    if (thread == 0) {
      x.store(1, memory_order_relaxed);
      x.store(2, memory_order_relaxed);
    } else {
      Record(x.load(memory_order_relaxed));
      Record(x.load(memory_order_relaxed));
    }
  });
  EXPECT_EQ(
      outcomes,
      (Outcomes{
          {{}, {0, 0}}, {{}, {0, 1}}, {{}, {0, 2}}, {{}, {1, 1}}, {{}, {1, 2}}, {{}, {2, 2}}}));
}

// Two writers: either order, whoever went first in time.
TEST(MemoryModelTest, AStoreMayComeBeforeOneThatIsThereAlready) {
  const Outcomes outcomes = OutcomesOf([](int thread) {
    ModelSync::Atomic<int> x(0);
    ModelSync::Atomic<int> y(0);
    ModelSync::Atomic<int>& first = thread == 0 ? x : y;
    ModelSync::Atomic<int>& second = thread == 0 ? y : x;
    first.store(1, memory_order_release);
    second.store(2, memory_order_release);
    Record(first.load(memory_order_relaxed));
  });
  // 2+2W: both locations may end with their 1.
  EXPECT_EQ(outcomes.count({{1}, {1}}), 1u);
  EXPECT_EQ(outcomes.size(), 4u);
}

TEST(MemoryModelTest, OfTwoExchangesOneReadsTheOther) {
  const Outcomes outcomes = OutcomesOf([](int thread) {
    ModelSync::Atomic<int> x(0);
    Record(x.exchange(1 + thread, memory_order_relaxed));
  });
  EXPECT_EQ(outcomes, (Outcomes{{{0}, {1}}, {{2}, {0}}}));
}

// As C++20 has it: only read-modify-writes carry a release on.
Outcomes ReleaseSequence(bool by_exchange) {
  return OutcomesOf([=](int thread) {
    ModelSync::Atomic<int> data(0);
    ModelSync::Atomic<int> flag(0);
    if (thread == 0) {
      data.store(1, memory_order_relaxed);
      flag.store(1, memory_order_release);
      if (by_exchange) {
        flag.exchange(2, memory_order_relaxed);
      } else {
        flag.store(2, memory_order_relaxed);
      }
    } else if (flag.load(memory_order_acquire) == 2) {
      Record(data.load(memory_order_relaxed));
    }
  });
}

TEST(MemoryModelTest, ExchangesCarryAReleaseOnAndStoresDoNot) {
  EXPECT_EQ(ReleaseSequence(true), (Outcomes{{{}, {}}, {{}, {1}}}));
  EXPECT_EQ(ReleaseSequence(false), (Outcomes{{{}, {}}, {{}, {0}}, {{}, {1}}}));
}

TEST(MemoryModelTest, PlainAccessesWithoutAnOrderAreARace) {
  const auto body = [](std::memory_order load) {
    return [load](int thread) {
      Item slot;
      ModelSync::Atomic<int> flag(0);
      if (thread == 0) {
        slot = Item(7);
        flag.store(1, memory_order_release);
      } else if (flag.load(load) == 1) {
        Record(Item(std::move(slot)).value());
      }
    };
  };
  EXPECT_EQ(OutcomesOf(body(memory_order_acquire)), (Outcomes{{{}, {}}, {{}, {7}}}));
  EXPECT_THAT(Explorer(body(memory_order_relaxed)).Run().failure, HasSubstr("a race"));
}

TEST(MemoryModelTest, FindsAWaitThatNobodyEnds) {
  const auto body = [](int thread) {
    ModelSync::Event event;
    if (thread == 1) event.Wait(std::chrono::milliseconds(1));
  };
  EXPECT_THAT(Explorer(body).Run().failure, HasSubstr("a wake-up is lost"));
  Explorer with_timeout(body);
  with_timeout.AllowTimeouts(1);
  EXPECT_THAT(with_timeout.Run().failure, IsEmpty());
}

// Three steps of each of two threads go in 6! / (3! 3!) orders, each without anything to choose.
TEST(ExplorerTest, CountsEveryInterleavingOnce) {
  const Result result = Explorer([](int thread) {
                          ModelSync::Atomic<int> x(0);
                          ModelSync::Atomic<int> y(0);
                          for (int i = 0; i < 3; ++i) {
                            (thread == 0 ? x : y).exchange(i, memory_order_relaxed);
                          }
                        }).Run();
  EXPECT_EQ(result.executions, 20);
  EXPECT_EQ(result.states, 16u);
}

// Now the real code. Each program ends after a fixed number of tries, whatever comes of them.
using Ring = SpscRing<Item, ModelSync>;

// One thread tries to push `pushes` times, one to pop `pops` times and then takes the rest.
Explorer::Body PushAndPop(std::size_t capacity, int pushes, int pops) {
  return [=](int thread) {
    Ring ring(capacity);
    if (thread == 0) {
      int next = 1;
      for (int i = 0; i < pushes; ++i) {
        Forget({i, next});
        Item item(next);
        if (ring.TryPush(item)) {
          ++next;
        } else {
          Require(item.value() == next, "what was refused is untouched");
        }
      }
      Record(next - 1);
      return;
    }
    int popped = 0;
    for (int i = 0; i < pops; ++i) {
      Forget({i, popped});
      const std::optional<Item> item = ring.TryPop();
      if (item) Require(item->value() == ++popped, "everything comes once and in order");
    }
    const int pushed = RecordedByOther().at(0);
    while (const std::optional<Item> item = ring.TryPop()) {
      Require(item->value() == ++popped, "everything comes once and in order");
    }
    Require(popped == pushed, "nothing is lost");
  };
}

using Bell = BasicDoorbell<ModelSync>;

// As RunDutyCycle(), without spinning, which only repeats steps. `step` counts `seen` up to `goal`.
template <typename Step>
void RunModelCycle(Bell& bell, const int& seen, int goal, Step step) {
  const auto done = [&] { return seen == goal; };
  while (!done()) {
    Forget({seen});
    if (!step()) ParkUnlessWork(bell, std::chrono::milliseconds(1), done, step);
  }
}

// One thread sleeps and pops, the other pushes and rings.
Explorer::Body SleepAndRing(int items) {
  return [=](int thread) {
    Ring ring(4);
    Bell bell;
    if (thread == 0) {
      for (int i = 1; i <= items; ++i) {
        Forget({i});
        Item item(i);
        Require(ring.TryPush(item), "there is room for all");
        bell.Ring();
      }
      return;
    }
    int popped = 0;
    RunModelCycle(bell, popped, items, [&] {
      const std::optional<Item> item = ring.TryPop();
      if (item) Require(item->value() == ++popped, "everything comes once and in order");
      return item.has_value();
    });
  };
}

// Both threads sleep and ring: one item goes to and fro.
Explorer::Body HandToAndFro(int rounds) {
  return [=](int thread) {
    Ring there(1);
    Ring back(1);
    Bell near;
    Bell far;
    Ring& in = thread == 0 ? back : there;
    Ring& out = thread == 0 ? there : back;
    Bell& own = thread == 0 ? near : far;
    Bell& other = thread == 0 ? far : near;
    const auto send = [&](int value) {
      Item item(value);
      Require(out.TryPush(item), "there is room for the only item");
      other.Ring();
    };
    if (thread == 0) send(1);
    int seen = 0;
    RunModelCycle(own, seen, rounds, [&] {
      const std::optional<Item> item = in.TryPop();
      if (!item) return false;
      Require(item->value() == ++seen, "the item is the one that was sent");
      if (thread == 1 || seen < rounds) send(thread == 1 ? seen : seen + 1);
      return true;
    });
  };
}

// Ways that forgetting makes one are the same from there on: without it there are more states, but
// neither other outcomes nor another number of executions.
TEST(ExplorerTest, ForgettingLeavesOutNoExecution) {
  for (const Explorer::Body& body : {PushAndPop(2, 5, 5), SleepAndRing(2)}) {
    const Result short_memory = Explorer(body).Run();
    Explorer explorer(body);
    explorer.RememberAll();
    const Result long_memory = explorer.Run();
    EXPECT_EQ(long_memory.executions, short_memory.executions);
    EXPECT_EQ(long_memory.outcomes, short_memory.outcomes);
    EXPECT_GT(long_memory.states, short_memory.states);
  }
}

struct Program {
  const char* name;
  Explorer::Body body;
  int timeouts = 0;  // Waits that may end without a ring.
};

Result Explore(const Program& program, const std::optional<Mutation>& mutation = std::nullopt) {
  Explorer explorer(program.body);
  explorer.AllowTimeouts(program.timeouts);
  if (mutation) explorer.Plant(*mutation);
  return explorer.Run();
}

std::vector<Program> RingPrograms() {
  return {{"capacity 1, 8 pushes, 8 pops", PushAndPop(1, 8, 8)},
          {"capacity 2, 8 pushes, 8 pops", PushAndPop(2, 8, 8)},
          {"capacity 4, 12 pushes, 12 pops", PushAndPop(4, 12, 12)}};
}

std::vector<Program> DoorbellPrograms() {
  return {{"4 items", SleepAndRing(4)},
          {"3 items, 2 timeouts", SleepAndRing(3), 2},
          {"to and fro, 2 rounds", HandToAndFro(2)},
          {"to and fro, 1 round, 1 timeout", HandToAndFro(1), 1}};
}

void ExpectNoFailure(const std::vector<Program>& programs) {
  for (const Program& program : programs) {
    const Result result = Explore(program);
    EXPECT_THAT(result.failure, IsEmpty()) << program.name;
    EXPECT_GT(result.executions, 1000) << program.name;
    std::printf("%-34s %10.3g executions through %zu states\n", program.name, result.executions,
                result.states);
  }
}

TEST(SpscRingProofTest, HoldsInEveryOrderOfEvents) { ExpectNoFailure(RingPrograms()); }

TEST(DoorbellProofTest, LosesNoWakeUpInAnyOrderOfEvents) { ExpectNoFailure(DoorbellPrograms()); }

// Every way to make one memory order of the programs weaker, of those that stand in `file`.
std::vector<Mutation> Weakenings(const std::vector<Program>& programs, std::string_view file) {
  std::map<std::string, Mutation> mutations;
  for (const Program& program : programs) {
    for (const Operation& operation : Explore(program).ordered_operations) {
      if (!std::string_view(operation.site.file).ends_with(file)) continue;
      std::vector<std::memory_order> orders = {memory_order_relaxed};
      if (operation.order == memory_order_acq_rel) {
        orders.push_back(memory_order_acquire);
        orders.push_back(memory_order_release);
      }
      for (const std::memory_order order : orders) {
        const Mutation mutation{operation, order};
        mutations.emplace(Describe(mutation), mutation);
      }
      if (operation.kind != OpKind::kExchange) continue;
      const Mutation torn{operation, memory_order_relaxed, true};
      mutations.emplace(Describe(torn), torn);
    }
  }
  std::vector<Mutation> list;
  for (const auto& [name, mutation] : mutations) list.push_back(mutation);
  return list;
}

// Fails for a mutation that no program catches; prints how each is caught.
void ExpectAllCaught(const std::vector<Mutation>& mutations, const std::vector<Program>& programs) {
  for (const Mutation& mutation : mutations) {
    std::string caught;
    for (const Program& program : programs) {
      const std::string failure = Explore(program, mutation).failure;
      if (failure.empty()) continue;
      caught = failure.substr(0, failure.find('\n'));
      break;
    }
    EXPECT_NE(caught, "") << "not caught: " << Describe(mutation);
    std::printf("%-80s %s\n", Describe(mutation).c_str(), caught.c_str());
  }
}

// Acquire and release of head_, and of tail_.
TEST(SpscRingProofTest, CatchesEachWeakerOrder) {
  const std::vector<Mutation> mutations = Weakenings(RingPrograms(), "spsc_ring.h");
  EXPECT_EQ(mutations.size(), 4u);
  ExpectAllCaught(mutations, RingPrograms());
}

// Acquire of Announce() and release of Ring(), and both without a read-modify-write.
TEST(DoorbellProofTest, CatchesEachWeakerOrder) {
  const std::vector<Mutation> mutations = Weakenings(DoorbellPrograms(), "doorbell.h");
  EXPECT_EQ(mutations.size(), 4u);
  ExpectAllCaught(mutations, DoorbellPrograms());
}

}  // namespace
}  // namespace wiredesk::explorer
