// Looks after the threads of a worker. One whose heartbeat (heartbeat.h) stands still makes the
// worker unhealthy; one that stands still for long ends the process, by a signal to that very
// thread, so that the stack that is printed shows where it is stuck.
//
//   Watchdog watchdog({2s, 30s});
//   watchdog.Start();
//   { const Watchdog::Watch watch(&watchdog, "lane 0 match.0"); while (...) BeatOfThread(); }
//
// A parked thread wakes several times a second, and so is never taken for a stuck one. One that
// waits for a broker is stalled, which is told, and never ended for it.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/heartbeat.h"

namespace wiredesk {

// Prints the stack of a thread that gets a fatal signal, such as the watchdog's, on standard error.
// `program` is its file, for the names of functions. Once, at the start.
void PrintStacksOfCrashes(const char* program);

class Watchdog {
 private:
  struct Entry;

 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    std::chrono::milliseconds unhealthy_after{2000};
    std::chrono::milliseconds abort_after{30000};  // 0: never.
  };

  // A thread that does not get on.
  struct Stillness {
    std::string thread;
    std::chrono::milliseconds time{0};
    bool waits_for_broker = false;
  };

  // The calling thread is looked after while it lives, which is on this thread only. `watchdog` may
  // be null: nobody looks.
  class Watch {
   public:
    Watch(Watchdog* watchdog, std::string name);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog* const watchdog_;
    std::list<Entry>::iterator entry_;
  };

  explicit Watchdog(const Options& options) : options_(options) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Looks from now on, in a thread of its own. Once.
  void Start();

  // The process ends at `time` with `code` if it has not ended by then. Any thread.
  void EndBy(Clock::time_point time, int code);

  // Threads that have stood still for unhealthy_after, as of the last look. Any thread.
  std::vector<Stillness> Still() const;

  // One look; of the time since the last it counts a second at most, so that a process that was
  // suspended finds none of its threads stuck. By the watchdog's thread; without Start() by a test.
  void Look(Clock::time_point now);

 private:
  struct Entry {
    Heartbeat heartbeat;
    std::string name;
    pthread_t thread;
    bool seen = false;                   // Since the first look at it:
    std::uint64_t beats = 0;             // as of the last look,
    std::chrono::milliseconds still{0};  // and for how long they have not changed.
  };

  void Run();
  void LookAt(Entry& entry, std::chrono::milliseconds since_last);
  [[noreturn]] void Abort(const Entry& entry);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Entry> entries_;
  std::optional<Clock::time_point> looked_at_;
  std::optional<Clock::time_point> end_by_;
  int end_code_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace wiredesk
