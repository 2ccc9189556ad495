// Our ring beside the queues of libraries, and beside a mutex and a condition variable: what one
// hand-over costs.
//
//   one_thread:   push n, pop n, push n, …                             n = burst
//   throughput:   producer ──[ queue ]──> consumer                     pushes n, then looks up
//   round_trip:   near ──[ there ]──> far ──[ back ]──> near           one item in flight
//
// Two threads are pinned: to one core each, or both to the same. A queue has room for a burst, as a
// lane's rings have for all its batches. "spin": who finds nothing spins, and yields now and then;
// "bell": as in a lane, spins for kSpinTime and then parks on a doorbell. Every run checks that
// what came out is what went in, in its order.
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/queues.h"
#include "benchmark/benchmark.h"
#include "pipeline/doorbell.h"
#include "pipeline/duty_cycle.h"

namespace wiredesk {
namespace {

constexpr QueueItem kEnd = ~QueueItem{0};

// --- Ways to wait --------------------------------------------------------------------------------

template <typename Queue>
class Spinning {
 public:
  explicit Spinning(std::size_t capacity) : queue_(capacity) {}
  void Push(QueueItem item) {
    while (!queue_.TryPush(item)) Wait();
  }
  QueueItem Pop() {
    while (true) {
      if (const auto item = queue_.TryPop()) return *item;
      Wait();
    }
  }

 private:
  static void Wait() {
    PauseSpinning();
    thread_local unsigned spins = 0;
    if (++spins % 64 == 0) std::this_thread::yield();
  }

  Queue queue_;
};

template <typename Queue>
class Belled {
 public:
  explicit Belled(std::size_t capacity) : queue_(capacity) {}
  void Push(QueueItem item) {
    while (!queue_.TryPush(item)) std::this_thread::yield();  // Never, in a lane.
    doorbell_.Ring();
  }
  QueueItem Pop() {
    std::optional<QueueItem> item;
    RunDutyCycle(
        doorbell_, std::chrono::milliseconds(100), [&] { return item.has_value(); },
        [&] { return (item = queue_.TryPop()).has_value(); });
    return *item;
  }

 private:
  Queue queue_;
  Doorbell doorbell_;
};

class Locked {
 public:
  explicit Locked(std::size_t capacity) : capacity_(capacity) {}
  void Push(QueueItem item) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [this] { return items_.size() < capacity_; });
      items_.push_back(item);
    }
    not_empty_.notify_one();
  }
  QueueItem Pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const QueueItem item = items_.front();
    items_.pop_front();
    lock.unlock();
    not_full_.notify_one();
    return item;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<QueueItem> items_;
};

// --- Cores ---------------------------------------------------------------------------------------

// Those that this process may use.
const std::vector<int>& Cores() {
  static const std::vector<int> cores = [] {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> found;
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(i, &allowed)) found.push_back(i);
    }
    return found;
  }();
  return cores;
}

// The calling thread, from now on.
void PinTo(std::int64_t core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(Cores()[static_cast<std::size_t>(core)]), &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// --- Measures ------------------------------------------------------------------------------------

std::size_t CapacityFor(std::uint64_t burst) {
  return std::bit_ceil(std::max<std::size_t>(burst, 8));
}

void Report(benchmark::State& state, bool is_right, std::uint64_t items) {
  if (!is_right) state.SkipWithError("what came out is not what went in, in its order");
  state.SetItemsProcessed(static_cast<std::int64_t>(items));
}

template <typename Queue>
void OneThread(benchmark::State& state) {
  const auto burst = static_cast<std::uint64_t>(state.range(0));
  PinTo(0);
  Queue queue(CapacityFor(burst));
  bool is_right = true;
  std::uint64_t next = 0;
  std::uint64_t wanted = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < burst; ++i) queue.Push(next++);
    for (std::uint64_t i = 0; i < burst; ++i) is_right &= queue.Pop() == wanted++;
  }
  Report(state, is_right && next == wanted, next);
}

// The measured thread pushes. After each burst it waits until all of it is taken, so that a burst
// of 1 shows the cost of an idle consumer.
template <typename Queue>
void Throughput(benchmark::State& state) {
  const std::int64_t cores = state.range(0);
  const auto burst = static_cast<std::uint64_t>(state.range(1));
  PinTo(0);
  Queue queue(CapacityFor(burst));
  bool is_right = true;
  std::atomic<std::uint64_t> taken = 0;
  std::thread consumer([&] {
    PinTo(cores - 1);
    std::uint64_t count = 0;
    for (QueueItem item = queue.Pop(); item != kEnd; item = queue.Pop()) {
      is_right &= item == count;
      // Release, partner: the acquire load of the producer below.
      taken.store(++count, std::memory_order_release);
    }
  });
  std::uint64_t next = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < burst; ++i) queue.Push(next++);
    // Acquire, partner: the release store of the consumer above.
    while (taken.load(std::memory_order_acquire) != next) std::this_thread::yield();
  }
  queue.Push(kEnd);
  consumer.join();
  Report(state, is_right, next);
}

template <typename Queue>
void RoundTrip(benchmark::State& state) {
  const std::int64_t cores = state.range(0);
  PinTo(0);
  Queue there(CapacityFor(1));
  Queue back(CapacityFor(1));
  std::thread far([&] {
    PinTo(cores - 1);
    for (QueueItem item = there.Pop(); item != kEnd; item = there.Pop()) back.Push(item + 1);
  });
  bool is_right = true;
  std::uint64_t next = 0;
  for (auto _ : state) {
    there.Push(next++);
    is_right &= back.Pop() == next;
  }
  there.Push(kEnd);
  far.join();
  Report(state, is_right, next);
}

// --- What is measured ----------------------------------------------------------------------------

template <typename Queue>
void Register(const std::string& name) {
  const std::vector<std::int64_t> bursts = {1, 8, 64, 256};
  std::vector<std::int64_t> cores = {1};
  if (Cores().size() > 1) cores.push_back(2);
  benchmark::RegisterBenchmark(("one_thread/" + name).c_str(), OneThread<Queue>)
      ->ArgsProduct({bursts})
      ->ArgName("burst");
  benchmark::RegisterBenchmark(("throughput/" + name).c_str(), Throughput<Queue>)
      ->ArgsProduct({cores, bursts})
      ->ArgNames({"cores", "burst"})
      ->UseRealTime();
  benchmark::RegisterBenchmark(("round_trip/" + name).c_str(), RoundTrip<Queue>)
      ->ArgsProduct({cores})
      ->ArgName("cores")
      ->UseRealTime();
}

template <typename Queue>
void RegisterBoth(const std::string& name) {
  Register<Spinning<Queue>>(name + "/spin");
  Register<Belled<Queue>>(name + "/bell");
}

[[maybe_unused]] void TellMissing(const char* name, const char* package) {
  std::fprintf(stderr,
               "NOT MEASURED: %s was not there when this was built. To measure it:\n"
               "  apt install %s, and configure again\n",
               name, package);
}

void RegisterAll() {
  if (Cores().size() < 2) {
    std::fputs("NOT MEASURED: two cores, as this process may use only one\n", stderr);
  }
  RegisterBoth<OwnRing>("own ring");
#if defined(WIREDESK_HAVE_BOOST_LOCKFREE)
  RegisterBoth<BoostSpscQueue>("boost spsc_queue");
#else
  TellMissing("boost::lockfree::spsc_queue", "libboost-dev");
#endif
#if defined(WIREDESK_HAVE_READERWRITERQUEUE)
  RegisterBoth<ReaderWriterQueue>("readerwriterqueue");
#else
  TellMissing("moodycamel::ReaderWriterQueue", "libreaderwriterqueue-dev");
#endif
#if defined(WIREDESK_HAVE_CONCURRENTQUEUE)
  RegisterBoth<ConcurrentQueue>("concurrentqueue");
#else
  TellMissing("moodycamel::ConcurrentQueue", "libconcurrentqueue-dev");
#endif
  Register<Locked>("mutex and condition variable");
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  wiredesk::RegisterAll();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
