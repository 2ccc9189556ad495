// Our ring beside a queue of mutex and condition variable: what one hand-over costs.
//
//   one thread:    push n, pop n, push n, …                            n = burst
//   two threads:   producer ──[ queue ]──> consumer                    pushes n, then looks up
//   round trip:    near ──[ there ]──> far ──[ back ]──> near          one item in flight
//
// Every run checks that the sum of what came out is the sum of what went in. Two threads share
// whatever cores the machine gives them: nothing is pinned.
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "benchmark/benchmark.h"
#include "pipeline/doorbell.h"
#include "pipeline/duty_cycle.h"
#include "pipeline/spsc_ring.h"

namespace wiredesk {
namespace {

constexpr std::size_t kCapacity = 1024;

// The ring as a thread uses it that has nothing else to do: it spins, yielding now and then.
class SpinningRing {
 public:
  void Push(std::uint64_t value) {
    while (!ring_.TryPush(value)) Wait();
  }
  std::uint64_t Pop() {
    while (true) {
      if (const auto value = ring_.TryPop()) return *value;
      Wait();
    }
  }

 private:
  static void Wait() {
    PauseSpinning();
    thread_local unsigned spins = 0;
    if (++spins % 64 == 0) std::this_thread::yield();
  }

  SpscRing<std::uint64_t> ring_{kCapacity};
};

// The ring as a lane uses it: spin for kSpinTime, then park on a doorbell. The producer of a full
// ring yields, as a lane's rings are never full.
class BelledRing {
 public:
  void Push(std::uint64_t value) {
    while (!ring_.TryPush(value)) std::this_thread::yield();
    doorbell_.Ring();
  }
  std::uint64_t Pop() {
    std::optional<std::uint64_t> value;
    RunDutyCycle(
        doorbell_, std::chrono::milliseconds(100), [&] { return value.has_value(); },
        [&] { return (value = ring_.TryPop()).has_value(); });
    return *value;
  }

 private:
  SpscRing<std::uint64_t> ring_{kCapacity};
  Doorbell doorbell_;
};

class LockedQueue {
 public:
  void Push(std::uint64_t value) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [this] { return items_.size() < kCapacity; });
      items_.push_back(value);
    }
    not_empty_.notify_one();
  }
  std::uint64_t Pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const std::uint64_t value = items_.front();
    items_.pop_front();
    lock.unlock();
    not_full_.notify_one();
    return value;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<std::uint64_t> items_;
};

void CheckSum(benchmark::State& state, std::uint64_t got, std::uint64_t want) {
  if (got != want) state.SkipWithError("the sum of what came out is wrong");
}

template <typename Queue>
void BM_OneThread(benchmark::State& state) {
  const auto burst = static_cast<std::uint64_t>(state.range(0));
  Queue queue;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t next = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < burst; ++i) {
      queue.Push(next);
      in += next++;
    }
    for (std::uint64_t i = 0; i < burst; ++i) out += queue.Pop();
  }
  CheckSum(state, out, in);
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

constexpr std::uint64_t kEnd = ~std::uint64_t{0};

// The measured thread pushes; the other one sums up. After each burst the producer waits until all
// of it is taken, so that a burst of 1 shows the cost of an idle consumer.
template <typename Queue>
void BM_TwoThreads(benchmark::State& state) {
  const auto burst = static_cast<std::uint64_t>(state.range(0));
  Queue queue;
  std::uint64_t out = 0;
  std::atomic<std::uint64_t> taken = 0;
  std::thread consumer([&] {
    std::uint64_t count = 0;
    for (std::uint64_t value = queue.Pop(); value != kEnd; value = queue.Pop()) {
      out += value;
      // Release, partner: the acquire load of the producer below.
      taken.store(++count, std::memory_order_release);
    }
  });
  std::uint64_t in = 0;
  std::uint64_t next = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < burst; ++i) {
      queue.Push(next);
      in += next++;
    }
    // Acquire, partner: the release store of the consumer above.
    while (taken.load(std::memory_order_acquire) != next) std::this_thread::yield();
  }
  queue.Push(kEnd);
  consumer.join();
  CheckSum(state, out, in);
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

template <typename Queue>
void BM_RoundTrip(benchmark::State& state) {
  Queue there;
  Queue back;
  std::thread far([&] {
    for (std::uint64_t value = there.Pop(); value != kEnd; value = there.Pop()) {
      back.Push(value + 1);
    }
  });
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t next = 0;
  for (auto _ : state) {
    in += next + 1;
    there.Push(next++);
    out += back.Pop();
  }
  there.Push(kEnd);
  far.join();
  CheckSum(state, out, in);
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

BENCHMARK(BM_OneThread<SpinningRing>)->RangeMultiplier(16)->Range(1, 256);
BENCHMARK(BM_OneThread<BelledRing>)->RangeMultiplier(16)->Range(1, 256);
BENCHMARK(BM_OneThread<LockedQueue>)->RangeMultiplier(16)->Range(1, 256);
BENCHMARK(BM_TwoThreads<SpinningRing>)->RangeMultiplier(16)->Range(1, 256)->UseRealTime();
BENCHMARK(BM_TwoThreads<BelledRing>)->RangeMultiplier(16)->Range(1, 256)->UseRealTime();
BENCHMARK(BM_TwoThreads<LockedQueue>)->RangeMultiplier(16)->Range(1, 256)->UseRealTime();
BENCHMARK(BM_RoundTrip<SpinningRing>)->UseRealTime();
BENCHMARK(BM_RoundTrip<BelledRing>)->UseRealTime();
BENCHMARK(BM_RoundTrip<LockedQueue>)->UseRealTime();

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
