// A model of memory as C++ gives it to two threads that synchronise by release and acquire.
//
// Each atomic location keeps every value ever written to it, in modification order. A thread may
// read any of them that coherence and happens-before do not rule out, so a load may be stale, and a
// store may come, in modification order, before another thread's that is already there. What a
// thread has learned is a view: the oldest value it may still read of each location, and how far it
// is behind the other thread (a vector clock, for plain memory). A release write carries the
// writer's view; an acquire load that reads it, or a read-modify-write chained to it, takes that
// view over.
//
// Plain memory is not explored but checked: two accesses, one of them a write, that happens-before
// does not order are a race.
//
// Not in the model: seq_cst and fences, which the code here does without, and loads that read from
// a store that comes later in time, which only relaxed operations could do.
//
// Plain values without pointers: states are copied by the million. One thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <source_location>
#include <string>

namespace wiredesk::explorer {

inline constexpr int kThreads = 2;
inline constexpr int kLocationsMax = 8;
inline constexpr int kWritesMax = 40;  // To one location.
inline constexpr int kCellsMax = 8;

enum class OpKind : std::uint8_t {
  kLoad,
  kStore,
  kExchange,
  kSignal,  // Of an event: adds one, and takes part in its total order, as a system call does.
  kWait,    // Of an event: possible when it is above zero; makes it zero. Or times out.
  kJoin,    // Possible when the other thread has ended; takes its view over.
};

// A place in the source text.
struct Site {
  const char* file = "";
  const char* function = "";
  std::uint32_t line = 0;

  static Site Of(const std::source_location& where) {
    return {where.file_name(), where.function_name(), where.line()};
  }
};

struct Operation {
  OpKind kind = OpKind::kLoad;
  std::memory_order order = std::memory_order_relaxed;
  std::uint8_t location = 0;
  std::uint16_t value = 0;  // To be written.
  Site site;
};

struct View {
  std::array<std::uint8_t, kLocationsMax> seen{};  // Places in modification order.
  std::array<std::uint8_t, kThreads> clock{};      // Releases of each thread.

  void Join(const View& other);  // The newer of both.
  void Meet(const View& other);  // The older of both.
};

class Memory {
 public:
  Memory();

  // Before the threads begin.
  int AddLocation(std::uint16_t value);
  int AddCell();
  int location_count() const { return location_count_; }
  int cell_count() const { return cell_count_; }

  // How many ways there may be for `operation` to go now; MayGo() says which of them are possible.
  int Ways(int thread, const Operation& operation) const;
  bool MayGo(int thread, const Operation& operation, int way) const;
  // Does it and returns the value read, if it reads one. REQUIRES: MayGo().
  std::uint16_t Do(int thread, const Operation& operation, int way);
  // `other` has ended.
  void JoinThread(int thread, int other);

  // False: a race.
  [[nodiscard]] bool ReadCell(int thread, int cell, std::uint16_t& value);
  [[nodiscard]] bool WriteCell(int thread, int cell, std::uint16_t value);

  // Feeds everything that later steps may depend on to `mix`, 64 bits at a time.
  template <typename Mix>
  void Digest(Mix mix) const;

 private:
  struct Write {
    std::uint16_t value = 0;
    bool chained = false;  // By a read-modify-write of the write before: nothing comes between.
    View released;
  };
  struct Location {
    std::uint8_t count = 0;
    std::array<Write, kWritesMax> writes;
  };
  struct Cell {
    std::uint16_t value = 0;
    std::int8_t writer = -1;  // -1: before the threads began.
    std::uint8_t write_clock = 0;
    std::array<std::uint8_t, kThreads> read_clock{};  // 0: never.
  };

  // Whether nothing is chained to the write at `place`, so that one may come right behind it.
  bool IsOpenBehind(const Location& location, int place) const;
  // Puts a write at `place` of the location's modification order.
  Write& Insert(int location, int place);
  bool Happened(int thread, int other, int clock) const {
    return views_[static_cast<std::size_t>(thread)].clock[static_cast<std::size_t>(other)] >= clock;
  }

  int location_count_ = 0;
  int cell_count_ = 0;
  std::array<View, kThreads> views_;
  std::array<Location, kLocationsMax> locations_;
  std::array<Cell, kCellsMax> cells_;
};

template <typename Mix>
void Memory::Digest(Mix mix) const {
  View known = views_[0];  // To both threads: what is older plays no part any more.
  known.Meet(views_[1]);
  const auto mix_view = [&](View view) {
    view.Join(known);
    std::uint64_t bits = 0;
    for (const std::uint8_t seen : view.seen) bits = bits << 8 | seen;
    mix(bits);
    mix(std::uint64_t{view.clock[0]} << 8 | view.clock[1]);
  };
  for (const View& view : views_) mix_view(view);
  for (std::size_t l = 0; l < static_cast<std::size_t>(location_count_); ++l) {
    mix(locations_[l].count);
    for (std::size_t w = known.seen[l]; w < locations_[l].count; ++w) {
      const Write& write = locations_[l].writes[w];
      mix(std::uint64_t{write.value} << 1 | (write.chained ? 1 : 0));
      mix_view(write.released);
    }
  }
  for (std::size_t c = 0; c < static_cast<std::size_t>(cell_count_); ++c) {
    const Cell& cell = cells_[c];
    const bool old =
        cell.writer < 0 || cell.write_clock <= known.clock[static_cast<std::size_t>(cell.writer)];
    std::uint64_t bits = cell.value;
    bits = bits << 16 | (old ? 0U : cell.write_clock * 2U + static_cast<unsigned>(cell.writer));
    for (std::size_t t = 0; t < kThreads; ++t) {
      bits = bits << 8 | (cell.read_clock[t] <= known.clock[t] ? 0U : cell.read_clock[t]);
    }
    mix(bits);
  }
}

// "exchange (release) of parked_ at doorbell.h:44", for people.
std::string Describe(const Operation& operation);

}  // namespace wiredesk::explorer
