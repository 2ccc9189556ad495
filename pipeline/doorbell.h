// How a thread without work sleeps, and how another one wakes it.
//
// The sleeper                          A ringer
//   doorbell.Announce();                 ring.TryPush(batch);
//   if (it finds work after all)         doorbell.Ring();
//     doorbell.Retract();
//   else
//     doorbell.Wait(timeout);
//
// No wake-up is lost. Announce() and Ring() are read-modify-writes of one flag, so one comes first:
//   Ring() first: Announce() reads what Ring() wrote, or something written after it by another
//     read-modify-write, and so synchronises with it; the last look for work sees the push.
//   Announce() first: Ring() reads "parked" and writes to the eventfd, which Wait() polls.
// With plain loads and stores both sides could miss each other (as in Dekker's algorithm), and a
// fence would be needed. A ringer that finds nobody parked pays one exchange and no system call.
// tests/ring_explorer_test.cc proves it for small numbers of items, and each order needed.
//
// One thread sleeps; any thread may ring.
#pragma once

#include <atomic>
#include <chrono>

#include "pipeline/sync.h"

namespace wiredesk {

template <typename Sync>
class BasicDoorbell {
 public:
  // False: the system gave no eventfd (no descriptors are left).
  bool ok() const { return fd() >= 0; }

  // An eventfd. Whoever writes an 8-byte 1 to it wakes the sleeper, parked or not.
  int fd() const { return event_.fd(); }

  // Any thread, after it has published work: wakes the sleeper if it is parked.
  void Ring() {
    // Release, partner: the acquire in Announce(). Every change of the flag is an exchange, so that
    // a later one can't end the release sequence.
    if (parked_.exchange(false, std::memory_order_release)) Wake();
  }

  // Any thread or signal handler: the next Wait(), or the one that sleeps, returns at once.
  void Wake() { event_.Signal(); }

  // Sleeper: from here on Ring() wakes it. Look for work once more before Wait().
  void Announce() {
    // Acquire, partner: the release in Ring(). What was published before it is visible from here
    // on.
    parked_.exchange(true, std::memory_order_acquire);
  }

  // Sleeper: it found work and stays awake.
  void Retract() {
    // Relaxed, partner: none. An exchange only so that the release sequences of Ring() go on.
    parked_.exchange(false, std::memory_order_relaxed);
  }

  // Sleeper: returns when woken, after `timeout`, or for no reason. Retracts.
  void Wait(std::chrono::milliseconds timeout) {
    // The event is emptied before the next look for work, so that a ring during that look counts
    // again.
    event_.Wait(timeout);
    Retract();
  }

 private:
  typename Sync::Event event_;
  typename Sync::template Atomic<bool> parked_ = false;
};

using Doorbell = BasicDoorbell<SystemSync>;

}  // namespace wiredesk
