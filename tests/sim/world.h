// The simulated world: one clock, one queue of events, one source of chance, and the processes that
// live in it. Nothing happens but by an event, and events of one moment happen in the order in
// which they were made; so a seed says everything.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/fiber.h"
#include "tests/sim/random.h"

namespace wiredesk::sim {

using Time = std::int64_t;  // Microseconds since the world began.
inline constexpr Time kMillisecond = 1000;
inline constexpr Time kSecond = 1000 * kMillisecond;
inline constexpr Time kMinute = 60 * kSecond;

// What happened, for people; bounded. Costs nothing unless it is wanted.
class Trace {
 public:
  void Add(std::string line);
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

class World {
 public:
  World(std::uint64_t seed, Trace* trace) : random(seed), trace_(trace) {}

  Time now() const { return now_; }
  void At(Time when, std::function<void()> what);
  void After(Time delay, std::function<void()> what) { At(now_ + delay, std::move(what)); }
  // The next event. False: there is none.
  bool RunNext();
  std::uint64_t events() const { return events_; }

  bool tracing() const { return trace_ != nullptr; }
  template <typename... Args>
  void Note(fmt::format_string<Args...> format, Args&&... args) {
    if (trace_ == nullptr) return;
    trace_->Add(fmt::format("{:>9.3f} s  ", static_cast<double>(now_) / 1e6) +
                fmt::format(format, std::forward<Args>(args)...));
  }

  Random random;

 private:
  struct Event {
    Time when;
    std::uint64_t number;
    std::function<void()> what;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.when != b.when ? a.when > b.when : a.number > b.number;
    }
  };

  Time now_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t events_ = 0;
  std::vector<Event> queue_;  // A heap.
  Trace* trace_;
};

}  // namespace wiredesk::sim
