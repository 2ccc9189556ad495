// The bounded queues that ring_bench measures: ours, and those of libraries that were found when
// building. Each has TryPush(value), false if it is full, and TryPop(), nothing if it is empty; one
// thread pushes and one pops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#if defined(WIREDESK_HAVE_BOOST_LOCKFREE)
#include <boost/lockfree/spsc_queue.hpp>
#endif
#if defined(WIREDESK_HAVE_CONCURRENTQUEUE)
#include <concurrentqueue/concurrentqueue.h>
#endif
#if defined(WIREDESK_HAVE_READERWRITERQUEUE)
#include <readerwriterqueue/readerwriterqueue.h>
#endif

#include "pipeline/spsc_ring.h"

namespace wiredesk {

// As large as what a lane sends: a pointer to a batch.
using QueueItem = std::uint64_t;

// REQUIRES of all: capacity is a power of two.
class OwnRing {
 public:
  explicit OwnRing(std::size_t capacity) : ring_(capacity) {}
  bool TryPush(QueueItem item) { return ring_.TryPush(item); }
  std::optional<QueueItem> TryPop() { return ring_.TryPop(); }

 private:
  SpscRing<QueueItem> ring_;
};

#if defined(WIREDESK_HAVE_BOOST_LOCKFREE)
class BoostSpscQueue {
 public:
  explicit BoostSpscQueue(std::size_t capacity) : queue_(capacity) {}
  bool TryPush(QueueItem item) { return queue_.push(item); }
  std::optional<QueueItem> TryPop() {
    QueueItem item;
    if (!queue_.pop(item)) return std::nullopt;
    return item;
  }

 private:
  boost::lockfree::spsc_queue<QueueItem> queue_;
};
#endif

#if defined(WIREDESK_HAVE_READERWRITERQUEUE)
class ReaderWriterQueue {
 public:
  explicit ReaderWriterQueue(std::size_t capacity) : queue_(capacity) {}
  bool TryPush(QueueItem item) { return queue_.try_enqueue(item); }
  std::optional<QueueItem> TryPop() {
    QueueItem item;
    if (!queue_.try_dequeue(item)) return std::nullopt;
    return item;
  }

 private:
  moodycamel::ReaderWriterQueue<QueueItem> queue_;
};
#endif

#if defined(WIREDESK_HAVE_CONCURRENTQUEUE)
// With the tokens that make it fast for few threads. It is for many; so this is its best case.
class ConcurrentQueue {
 public:
  explicit ConcurrentQueue(std::size_t capacity)
      : queue_(capacity, 1, 0), producer_(queue_), consumer_(queue_) {}
  bool TryPush(QueueItem item) { return queue_.try_enqueue(producer_, item); }
  std::optional<QueueItem> TryPop() {
    QueueItem item;
    if (!queue_.try_dequeue(consumer_, item)) return std::nullopt;
    return item;
  }

 private:
  moodycamel::ConcurrentQueue<QueueItem> queue_;
  moodycamel::ProducerToken producer_;
  moodycamel::ConsumerToken consumer_;
};
#endif

}  // namespace wiredesk
