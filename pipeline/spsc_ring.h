// Bounded queue between exactly two threads: one calls TryPush(), the other TryPop(). Neither ever
// waits, locks or allocates.
//
//        head_ (consumer)            tail_ (producer)
//          v                           v
//   [  |  |x |x |x |x |x |x |x |x |x |  |  |  ]     slot = count % capacity
//
// head_ and tail_ count items since the start and never wrap (64 bits). Each side keeps a copy of
// the other side's count and looks at the original only when the copy says full or empty, so most
// calls touch no cache line that the other thread writes to.
//
// tests/ring_explorer_test.cc proves every memory order here sufficient, and none stronger than
// need be, for small capacities.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "config/check.h"
#include "pipeline/sync.h"

namespace wiredesk {

// What one thread writes to lies this far from what another one does.
inline constexpr std::size_t kCacheLineBytes = 64;

template <typename T, typename Sync = SystemSync>
class SpscRing {
 public:
  // REQUIRES: capacity is a power of two.
  explicit SpscRing(std::size_t capacity)
      : mask_(capacity - 1), slots_(std::make_unique<T[]>(capacity)) {
    WIREDESK_CHECK(std::has_single_bit(capacity));
  }
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // Producer only. False: full, `value` is untouched.
  [[nodiscard]] bool TryPush(T& value) {
    // Relaxed: only this thread writes tail_, so it reads its own last store.
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ == capacity()) {
      // Acquire, partner: the release store of head_ in TryPop(). What is vacated was moved from.
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ == capacity()) return false;
    }
    slots_[tail & mask_] = std::move(value);
    // Release, partner: the acquire load of tail_ in TryPop(). Publishes the slot just written.
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Consumer only. Nothing: empty.
  [[nodiscard]] std::optional<T> TryPop() {
    // Relaxed: only this thread writes head_, so it reads its own last store.
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      // Acquire, partner: the release store of tail_ in TryPush(). What is counted was written.
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return std::nullopt;
    }
    std::optional<T> value(std::move(slots_[head & mask_]));
    // Release, partner: the acquire load of head_ in TryPush(). Vacates the slot just read.
    head_.store(head + 1, std::memory_order_release);
    return value;
  }

 private:
  alignas(kCacheLineBytes)
      typename Sync::template Atomic<std::uint64_t> tail_ = 0;  // Written by the producer.
  std::uint64_t head_seen_ = 0;  // Producer's copy of head_, never ahead of it.
  alignas(kCacheLineBytes)
      typename Sync::template Atomic<std::uint64_t> head_ = 0;  // Written by the consumer.
  std::uint64_t tail_seen_ = 0;                      // Consumer's copy of tail_, never ahead of it.
  alignas(kCacheLineBytes) const std::size_t mask_;  // From here on: only read after the start.
  const std::unique_ptr<T[]> slots_;
};

}  // namespace wiredesk
