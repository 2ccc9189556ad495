// Runs code for two threads in every order of events that C++11 allows (tests/memory_model.h): all
// interleavings, and for each load every value that it may read, stale ones included.
//
//   Explorer explorer([](int thread) {
//     SpscRing<Item, ModelSync> ring(2);            // The same on both threads, first of all.
//     if (thread == 0) { ... } else { ... }         // Must end, and depend on nothing outside.
//   });
//   const Result result = explorer.Run();
//
// How: a thread's code is a function of the answers its operations got. To go one operation further
// it is run again from its start, with the answers so far from a list, up to its next operation,
// where it is left by an exception. So a state of both threads is a plain value: it is copied where
// the ways part, and known again when two ways lead to the same. Each run makes its own copy of the
// objects; what they hold of memory that both threads use is only a number, into the model.
//
// States are known again by 128 bits of hash: with 10^7 of them the odds of overlooking one are
// below 10^-24. One thread uses an explorer; one runs at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <source_location>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/memory_model.h"

namespace wiredesk::explorer {

// A planted fault: operations of one kind at one place of the source do something weaker.
struct Mutation {
  Operation original;  // Of which kind and site.
  std::memory_order order = std::memory_order_relaxed;
  bool torn = false;  // An exchange as a load and a store.
};
std::string Describe(const Mutation& mutation);

struct Result {
  double executions = 0;   // Complete ones, each with its own order of events.
  std::size_t states = 0;  // Different ones on the way.
  std::string failure;     // Empty: none. Else what went wrong, and each step to it.
  // What the threads recorded, in all complete executions: first thread, second thread.
  std::set<std::pair<std::vector<int>, std::vector<int>>> outcomes;
  // Every atomic operation with an order that could be weaker, once a place.
  std::vector<Operation> ordered_operations;
};

class Explorer {
 public:
  using Body = std::function<void(int thread)>;

  explicit Explorer(Body body) : body_(std::move(body)) {}
  Explorer(const Explorer&) = delete;
  Explorer& operator=(const Explorer&) = delete;

  // How many waits of one execution may end by their timeout, at any moment. Default: none.
  void AllowTimeouts(int count) { timeouts_ = count; }
  // Forget() does nothing.
  void RememberAll() { remembers_all_ = true; }
  void Plant(const Mutation& mutation) { mutation_ = mutation; }

  // Stops at the first failure. Once an explorer.
  Result Run();

  // For the model's atomics and items, inside of `body`.
  static Explorer& current();
  int AddLocation(std::uint16_t value);
  int AddCell();
  std::uint16_t Do(Operation operation);
  std::uint16_t ReadCell(int cell);
  void WriteCell(int cell, std::uint16_t value);

 private:
  friend void Record(int value);
  friend std::vector<int> RecordedByOther();
  friend void Require(bool holds, const char* what);
  friend void Forget(std::initializer_list<int> state);

  static constexpr int kAnswersMax = 160;
  static constexpr int kRecordsMax = 12;

  struct Thread {
    std::uint8_t answer_count = 0;
    std::uint8_t record_count = 0;
    std::uint8_t forgotten = 0;  // So many answers play no part any more, but for `digest`.
    std::uint64_t digest = 0;
    bool ended = false;
    Operation next;
    std::array<std::uint16_t, kAnswersMax> answers;
    std::array<std::uint8_t, kRecordsMax> records;
  };
  struct State {
    Memory memory;
    std::array<Thread, kThreads> threads;
    int timeouts = 0;
  };
  struct Step {
    int thread;
    Operation operation;
    std::uint16_t answer;
  };
  struct Key {
    std::uint64_t low;
    std::uint64_t high;
    bool operator==(const Key&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const Key& key) const { return key.low; }
  };

  // Runs a thread with the answers it has, up to its next operation or its end.
  void Advance(State& state, int thread);
  // The number of complete executions from here on.
  double Visit(const State& state);
  double VisitAfter(const State& state, int thread, int way, bool timed_out);
  void Finish(const State& state);
  void Fail(const std::string& what);
  void Answer(std::uint16_t answer);
  Operation Mutated(Operation operation) const;
  static Key KeyOf(const State& state);

  const Body body_;
  int timeouts_ = 0;
  bool remembers_all_ = false;
  std::optional<Mutation> mutation_;
  Result result_;
  std::unordered_map<Key, double, HashKey> known_;
  std::vector<Step> steps_;  // To the state that is being visited.
  std::map<std::pair<std::string, std::uint32_t>, Operation> ordered_;

  // While a thread runs:
  State* state_ = nullptr;
  int thread_ = 0;
  int answers_used_ = 0;
  int locations_made_ = 0;
  int cells_made_ = 0;
};

// Inside of a body. What a thread found out; small numbers.
void Record(int value);
// Waits for the other thread's end; returns what it recorded.
std::vector<int> RecordedByOther();
// What the thread does from here on depends only on `state`, on what it recorded, and on what
// memory shows it: so ways that differ only in how they came here are one. (A ring's copy of the
// other side's count is what the thread last read of it, which memory shows.)
void Forget(std::initializer_list<int> state);
// Ends the exploration with a failure if it does not hold.
void Require(bool holds, const char* what);

// In place of SystemSync: atomics and events of the model.
struct ModelSync {
  template <typename T>
  class Atomic {
   public:
    Atomic(T value)  // As std::atomic's: not explicit.
        : location_(Explorer::current().AddLocation(static_cast<std::uint16_t>(value))) {}
    Atomic(const Atomic&) = delete;
    Atomic& operator=(const Atomic&) = delete;

    T load(std::memory_order order,
           const std::source_location& where = std::source_location::current()) const {
      return static_cast<T>(Do(OpKind::kLoad, T{}, order, where));
    }
    void store(T value, std::memory_order order,
               const std::source_location& where = std::source_location::current()) {
      Do(OpKind::kStore, value, order, where);
    }
    T exchange(T value, std::memory_order order,
               const std::source_location& where = std::source_location::current()) {
      return static_cast<T>(Do(OpKind::kExchange, value, order, where));
    }

   private:
    std::uint16_t Do(OpKind kind, T value, std::memory_order order,
                     const std::source_location& where) const {
      return Explorer::current().Do({kind, order, static_cast<std::uint8_t>(location_),
                                     static_cast<std::uint16_t>(value), Site::Of(where)});
    }

    const int location_;
  };

  class Event {
   public:
    Event() : location_(Explorer::current().AddLocation(0)) {}
    void Signal(const std::source_location& where = std::source_location::current()) {
      Explorer::current().Do({OpKind::kSignal, std::memory_order_acq_rel,
                              static_cast<std::uint8_t>(location_), 0, Site::Of(where)});
    }
    // The time does not count: see Explorer::AllowTimeouts().
    void Wait(std::chrono::milliseconds,
              const std::source_location& where = std::source_location::current()) {
      Explorer::current().Do({OpKind::kWait, std::memory_order_acq_rel,
                              static_cast<std::uint8_t>(location_), 0, Site::Of(where)});
    }

   private:
    const int location_;
  };
};

// What a ring carries: plain memory where it is a slot (made without a value), else a local value.
// A move takes the value away, as a unique_ptr's does.
class Item {
 public:
  Item() : cell_(Explorer::current().AddCell()) {}
  explicit Item(int value) : value_(static_cast<std::uint16_t>(value)) {}
  // Not noexcept: a thread is left by an exception.
  Item(Item&& other) : value_(other.Take()) {}  // NOLINT(performance-noexcept-move-constructor)
  Item& operator=(Item&& other) {               // NOLINT(performance-noexcept-move-constructor)
    const std::uint16_t value = other.Take();
    if (cell_ < 0) {
      value_ = value;
    } else {
      Explorer::current().WriteCell(cell_, value);
    }
    return *this;
  }

  // REQUIRES: not a slot.
  int value() const { return value_; }

 private:
  std::uint16_t Take() {
    if (cell_ < 0) return std::exchange(value_, std::uint16_t{0});
    const std::uint16_t value = Explorer::current().ReadCell(cell_);
    Explorer::current().WriteCell(cell_, 0);
    return value;
  }

  int cell_ = -1;
  std::uint16_t value_ = 0;
};

}  // namespace wiredesk::explorer
