#include "tests/ring_explorer.h"

#include <cstring>

#include <fmt/format.h>

#include "config/check.h"

namespace wiredesk::explorer {

namespace {

Explorer* g_current = nullptr;

// Leaves a thread's code at an operation that has no answer yet.
struct Pause {};
struct Violation {
  std::string what;
};

std::size_t Index(int number) { return static_cast<std::size_t>(number); }

bool SameSite(const Site& a, const Site& b) {
  return a.line == b.line && std::strcmp(a.file, b.file) == 0;
}

}  // namespace

std::string Describe(const Mutation& mutation) {
  if (mutation.torn) return Describe(mutation.original) + " torn into load and store";
  Operation weaker = mutation.original;
  weaker.order = mutation.order;
  return Describe(mutation.original) + " made " + Describe(weaker);
}

Explorer& Explorer::current() {
  WIREDESK_CHECK(g_current != nullptr);
  return *g_current;
}

Result Explorer::Run() {
  g_current = this;
  State state;
  state.timeouts = timeouts_;
  for (int thread = 0; thread < kThreads && result_.failure.empty(); ++thread) {
    Advance(state, thread);
  }
  if (result_.failure.empty()) result_.executions = Visit(state);
  g_current = nullptr;
  result_.states = known_.size();
  for (const auto& [place, operation] : ordered_) result_.ordered_operations.push_back(operation);
  return std::move(result_);
}

void Explorer::Advance(State& state, int thread) {
  state_ = &state;
  thread_ = thread;
  answers_used_ = 0;
  locations_made_ = 0;
  cells_made_ = 0;
  Thread& one = state.threads[Index(thread)];
  one.record_count = 0;
  one.forgotten = 0;
  one.digest = 0;
  try {
    body_(thread);
    one.ended = true;
    one.forgotten = one.answer_count;
    one.digest = 0;
  } catch (const Pause&) {
    // It waits for its next operation's turn.
  } catch (const Violation& violation) {
    Fail(fmt::format("thread {}: {}", thread, violation.what));
  }
  state_ = nullptr;
}

double Explorer::Visit(const State& state) {
  const Key key = KeyOf(state);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  double executions = 0;
  bool stuck = true;
  bool all_ended = true;
  for (int thread = 0; thread < kThreads; ++thread) {
    const Thread& one = state.threads[Index(thread)];
    if (one.ended) continue;
    all_ended = false;
    const bool joins = one.next.kind == OpKind::kJoin;
    const int ways = joins ? 1 : state.memory.Ways(thread, one.next);
    for (int way = 0; way < ways && result_.failure.empty(); ++way) {
      const bool may_go = joins ? state.threads[Index(1 - thread)].ended
                                : state.memory.MayGo(thread, one.next, way);
      if (!may_go) continue;
      stuck = false;
      executions += VisitAfter(state, thread, way, false);
    }
    if (one.next.kind == OpKind::kWait && state.timeouts > 0 && result_.failure.empty()) {
      stuck = false;
      executions += VisitAfter(state, thread, 0, true);
    }
  }
  if (all_ended) {
    Finish(state);
    executions = 1;
  } else if (stuck && result_.failure.empty()) {
    Fail("nobody can go on: a wake-up is lost");
  }
  known_.emplace(key, executions);
  return executions;
}

double Explorer::VisitAfter(const State& state, int thread, int way, bool timed_out) {
  State next = state;
  Thread& mover = next.threads[Index(thread)];
  const Operation operation = mover.next;
  std::uint16_t answer = 0;
  if (timed_out) {
    --next.timeouts;
  } else if (operation.kind == OpKind::kJoin) {
    next.memory.JoinThread(thread, 1 - thread);
  } else {
    answer = next.memory.Do(thread, operation, way);
  }
  WIREDESK_CHECK(mover.answer_count < kAnswersMax);
  mover.answers[mover.answer_count++] = answer;
  steps_.push_back({thread, operation, answer});
  if (operation.kind <= OpKind::kExchange && operation.order != std::memory_order_relaxed) {
    ordered_.try_emplace({operation.site.file, operation.site.line}, operation);
  }
  Advance(next, thread);
  const double executions = result_.failure.empty() ? Visit(next) : 0;
  steps_.pop_back();
  return executions;
}

void Explorer::Finish(const State& state) {
  const auto records = [&state](int thread) {
    const Thread& one = state.threads[Index(thread)];
    return std::vector<int>(one.records.begin(), one.records.begin() + one.record_count);
  };
  result_.outcomes.emplace(records(0), records(1));
}

void Explorer::Fail(const std::string& what) {
  result_.failure = what + "\n";
  for (const Step& step : steps_) {
    result_.failure += fmt::format("  thread {}: {} of location {}, writes {}, reads {}\n",
                                   step.thread, Describe(step.operation), step.operation.location,
                                   step.operation.value, step.answer);
  }
}

Explorer::Key Explorer::KeyOf(const State& state) {
  Key key{0x9E3779B97F4A7C15U, 0xC2B2AE3D27D4EB4FU};
  const auto mix = [&key](std::uint64_t bits) {
    key.low = (key.low ^ bits) * 0xFF51AFD7ED558CCDU;
    key.low ^= key.low >> 32;
    key.high = (key.high ^ bits) * 0xC4CEB9FE1A85EC53U;
    key.high ^= key.high >> 29;
  };
  for (const Thread& thread : state.threads) {
    mix(thread.digest << 1 | (thread.ended ? 1 : 0));
    mix(static_cast<std::uint64_t>(thread.answer_count - thread.forgotten));
    for (std::size_t i = thread.forgotten; i < thread.answer_count; ++i) mix(thread.answers[i]);
    mix(thread.record_count);
    for (std::size_t i = 0; i < thread.record_count; ++i) mix(thread.records[i]);
  }
  mix(static_cast<std::uint64_t>(state.timeouts));
  state.memory.Digest(mix);
  return key;
}

int Explorer::AddLocation(std::uint16_t value) {
  WIREDESK_CHECK(answers_used_ == 0);
  const int location = locations_made_++;
  if (location == state_->memory.location_count()) state_->memory.AddLocation(value);
  return location;
}

int Explorer::AddCell() {
  WIREDESK_CHECK(answers_used_ == 0);
  const int cell = cells_made_++;
  if (cell == state_->memory.cell_count()) state_->memory.AddCell();
  return cell;
}

Operation Explorer::Mutated(Operation operation) const {
  if (mutation_ && mutation_->original.kind == operation.kind &&
      SameSite(mutation_->original.site, operation.site)) {
    operation.order = mutation_->order;
  }
  return operation;
}

std::uint16_t Explorer::Do(Operation operation) {
  if (mutation_ && mutation_->torn && operation.kind == OpKind::kExchange &&
      SameSite(mutation_->original.site, operation.site)) {
    Operation half = operation;
    half.kind = OpKind::kLoad;
    half.order = std::memory_order_acquire;
    const std::uint16_t value = Do(half);
    half.kind = OpKind::kStore;
    half.order = std::memory_order_release;
    Do(half);
    return value;
  }
  Thread& thread = state_->threads[Index(thread_)];
  if (answers_used_ < thread.answer_count) return thread.answers[Index(answers_used_++)];
  thread.next = Mutated(operation);
  throw Pause{};
}

// Plain memory is used at once: how it interleaves is not to be seen without a race.
std::uint16_t Explorer::ReadCell(int cell) {
  Thread& thread = state_->threads[Index(thread_)];
  if (answers_used_ < thread.answer_count) return thread.answers[Index(answers_used_++)];
  std::uint16_t value = 0;
  if (!state_->memory.ReadCell(thread_, cell, value)) {
    throw Violation{fmt::format("a race: it reads slot {}", cell)};
  }
  Answer(value);
  return value;
}

void Explorer::WriteCell(int cell, std::uint16_t value) {
  Thread& thread = state_->threads[Index(thread_)];
  if (answers_used_ < thread.answer_count) {
    ++answers_used_;
    return;
  }
  if (!state_->memory.WriteCell(thread_, cell, value)) {
    throw Violation{fmt::format("a race: it writes slot {}", cell)};
  }
  Answer(value);
}

void Explorer::Answer(std::uint16_t answer) {
  Thread& thread = state_->threads[Index(thread_)];
  WIREDESK_CHECK(thread.answer_count < kAnswersMax);
  thread.answers[thread.answer_count++] = answer;
  ++answers_used_;
}

void Record(int value) {
  Explorer& explorer = Explorer::current();
  Explorer::Thread& thread = explorer.state_->threads[Index(explorer.thread_)];
  WIREDESK_CHECK(thread.record_count < Explorer::kRecordsMax && value >= 0 && value <= UINT8_MAX);
  thread.records[thread.record_count++] = static_cast<std::uint8_t>(value);
}

std::vector<int> RecordedByOther() {
  Explorer& explorer = Explorer::current();
  explorer.Do(
      {OpKind::kJoin, std::memory_order_acq_rel, 0, 0, Site::Of(std::source_location::current())});
  const Explorer::Thread& other = explorer.state_->threads[Index(1 - explorer.thread_)];
  return {other.records.begin(), other.records.begin() + other.record_count};
}

void Forget(std::initializer_list<int> state) {
  Explorer& explorer = Explorer::current();
  if (explorer.remembers_all_) return;
  Explorer::Thread& thread = explorer.state_->threads[Index(explorer.thread_)];
  thread.forgotten = static_cast<std::uint8_t>(explorer.answers_used_);
  thread.digest = 1;
  for (const int value : state) {
    WIREDESK_CHECK(value >= 0 && value <= UINT8_MAX && state.size() <= 6);
    thread.digest = thread.digest << 8 | static_cast<std::uint64_t>(value);
  }
}

void Require(bool holds, const char* what) {
  if (!holds) throw Violation{what};
}

}  // namespace wiredesk::explorer
