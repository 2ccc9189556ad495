// What a lane has done so far. Written by its port thread, once a batch; read by any thread at any
// time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "stages/article.h"

namespace wiredesk {

inline constexpr std::size_t kFailureCount = static_cast<std::size_t>(Failure::kStageFailed) + 1;

// A sum with one writer, so that adding needs no locked instruction.
class Counter {
 public:
  // Writer only.
  void Add(std::uint64_t amount) {
    // Relaxed load, no partner: only this thread writes. Relaxed store, partner: the load in
    // value(); a count publishes nothing but itself.
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  // Any thread. Counters that are read together may be a batch apart.
  std::uint64_t value() const {
    // Relaxed, partner: the store in Add().
    return value_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// The counters of one lane, or a copy of them: the same members, once as Counter and once as
// number.
template <typename Number>
struct BasicCounters {
  Number articles_in{};         // Taken from the source.
  Number bytes_in{};            // Of their values.
  Number articles_out{};        // Outputs handed to the sink.
  Number bytes_out{};           // Of the outputs.
  Number tags_out{};            // In the outputs.
  Number articles_truncated{};  // Of them, with fewer tags or less evidence than there was.
  Number batches_out{};         // Handed to the sink.
  Number batch_stalls{};        // Times that intake had to wait because no batch was free.
  Number commits_failed{};      // Source::Commit() that returned an error.
  Number articles_discarded{};  // Taken out of the lane unsent, to be read again.
  // Handed to the sink as dead letters, by Failure.
  std::array<Number, kFailureCount> dead_letters{};
};

using LaneCounters = BasicCounters<Counter>;

// A copy at one moment. Sums over lanes with +=.
struct CounterSnapshot : BasicCounters<std::uint64_t> {
  CounterSnapshot() = default;
  explicit CounterSnapshot(const LaneCounters& from) { *this += from; }

  CounterSnapshot& operator+=(const LaneCounters& from);

  std::uint64_t dead_letters_sum() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : dead_letters) sum += count;
    return sum;
  }
};

inline CounterSnapshot& CounterSnapshot::operator+=(const LaneCounters& from) {
  articles_in += from.articles_in.value();
  bytes_in += from.bytes_in.value();
  articles_out += from.articles_out.value();
  articles_truncated += from.articles_truncated.value();
  bytes_out += from.bytes_out.value();
  tags_out += from.tags_out.value();
  batches_out += from.batches_out.value();
  batch_stalls += from.batch_stalls.value();
  commits_failed += from.commits_failed.value();
  articles_discarded += from.articles_discarded.value();
  for (std::size_t i = 0; i < kFailureCount; ++i) dead_letters[i] += from.dead_letters[i].value();
  return *this;
}

}  // namespace wiredesk
