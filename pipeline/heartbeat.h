// Whether a thread gets on: it counts the turns of its loop, and a watchdog (watchdog.h) looks
// whether the count changes. A turn costs one store, no lock and no system call.
//
// A thread has one heartbeat at most, which HeartbeatOfThread() finds; so who waits for a broker
// somewhere below the loop can say so without having been handed it.
#pragma once

#include <atomic>
#include <cstdint>

namespace wiredesk {

class Heartbeat {
 public:
  // The thread itself.
  void Beat() {
    // Relaxed, no partner for the load: only this thread writes. Relaxed store, partner: the load
    // in beats(); the count publishes nothing but itself.
    beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void SetWaiting(bool waiting) {
    waiting_.store(waiting, std::memory_order_relaxed);  // Partner: the load in waiting().
  }

  // Any thread.
  std::uint64_t beats() const {
    return beats_.load(std::memory_order_relaxed);  // Partner: the store in Beat().
  }
  bool waiting() const {
    return waiting_.load(std::memory_order_relaxed);  // Partner: the store in SetWaiting().
  }

 private:
  std::atomic<std::uint64_t> beats_ = 0;
  std::atomic<bool> waiting_ = false;
};

// Of the calling thread; null where nobody watches it.
inline Heartbeat*& HeartbeatOfThread() {
  static thread_local Heartbeat* heartbeat = nullptr;
  return heartbeat;
}

inline void BeatOfThread() {
  if (Heartbeat* const heartbeat = HeartbeatOfThread()) heartbeat->Beat();
}

// While it lives the calling thread waits for a broker, in a call that ends by itself: it stalls,
// but is not stuck.
class BrokerWait {
 public:
  BrokerWait() : heartbeat_(HeartbeatOfThread()) {
    if (heartbeat_ == nullptr) return;
    was_waiting_ = heartbeat_->waiting();
    heartbeat_->Beat();
    heartbeat_->SetWaiting(true);
  }
  ~BrokerWait() {
    if (heartbeat_ == nullptr) return;
    heartbeat_->Beat();
    heartbeat_->SetWaiting(was_waiting_);
  }
  BrokerWait(const BrokerWait&) = delete;
  BrokerWait& operator=(const BrokerWait&) = delete;

 private:
  Heartbeat* const heartbeat_;
  bool was_waiting_ = false;
};

}  // namespace wiredesk
