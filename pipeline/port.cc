#include "pipeline/port.h"

#include <utility>

#include "config/check.h"
#include "pipeline/crash_point.h"
#include "pipeline/duty_cycle.h"

namespace wiredesk {

namespace {

using std::chrono::milliseconds;

// A source that isn't asked for more must still hear from us: first after this time, then this
// often.
constexpr milliseconds kKeepAliveAfter{500};
constexpr milliseconds kKeepAliveEvery{100};
// Results that do not get on for this long are told of.
constexpr milliseconds kStalledAfter{5000};
// How long Drain() sleeps at a stretch: it also watches a deadline.
constexpr milliseconds kDrainPark{10};

}  // namespace

Port::Port(const RuntimeSettings& settings, const RulesHolder* rules, Source& source, Sink& sink,
           MonotonicClock now)
    : settings_(settings), rules_(rules), source_(source), sink_(sink), now_(std::move(now)) {
  if (rules_ != nullptr) {
    rules_version_ = rules_->version();
    present_rules_ = rules_->Get();
  }
  for (int i = 0; i < settings_.batches; ++i) {
    batches_.push_back(std::make_unique<Batch>(static_cast<std::size_t>(settings_.batch_articles)));
    free_.push_back(batches_.back().get());
  }
}

void Port::Connect(std::vector<BatchLink*> to_first, std::vector<BatchLink*> from_last) {
  to_first_ = std::move(to_first);
  from_last_ = std::move(from_last);
}

bool Port::Step() {
  bool worked = Forward();
  if (!ended()) worked |= TakeIn();
  if (!source_.Commit(false).ok()) counters_.commits_failed.Add(1);
  if (!worked && out_ == 0) worked = sink_.Hurry() > 0;
  return worked;
}

// Everything but intake: what a drain repeats.
bool Port::Forward() {
  bool worked = CollectFinished();
  worked |= SendFinished();
  worked |= sink_.Poll() > 0;
  NoteStall(worked);
  return worked;
}

void Port::NoteStall(bool moved) {
  bool is_stalled = false;
  if (moved || (sending_.empty() && sink_.in_flight() == 0)) {
    waiting_since_.reset();
  } else if (!waiting_since_) {
    waiting_since_ = now_();
  } else {
    is_stalled = now_() - *waiting_since_ >= kStalledAfter;
  }
  // Relaxed, partner: the load in stalled(); it publishes nothing but itself.
  stalled_.store(is_stalled, std::memory_order_relaxed);
}

bool Port::stalled() const {
  return stalled_.load(std::memory_order_relaxed);  // Relaxed, partner: the store in NoteStall().
}

bool Port::CollectFinished() {
  bool worked = false;
  while (Batch* batch = from_last_[next_finished_ % from_last_.size()]->TryPop()) {
    WIREDESK_CHECK(batch->sequence == next_finished_);
    ++next_finished_;
    sending_.push_back(batch);
    worked = true;
  }
  return worked;
}

bool Port::SendFinished() {
  bool worked = false;
  while (!sending_.empty() && sink_.Send(*sending_.front())) {
    Batch* batch = sending_.front();
    sending_.pop_front();
    CountOutput(*batch);
    Release(batch);
    worked = true;
  }
  return worked;
}

bool Port::DropFinished() {
  const bool worked = !sending_.empty();
  for (Batch* batch : sending_) {
    counters_.articles_discarded.Add(batch->articles().size());
    Release(batch);
  }
  sending_.clear();
  return worked;
}

void Port::Release(Batch* batch) {
  batch->Clear();
  batch->DropRules();
  free_.push_back(batch);
  --out_;
}

bool Port::TakeIn() {
  LookForRules();
  if (free_.empty()) {
    KeepSourceAlive();
    return false;
  }
  keep_alive_due_.reset();
  // Off the list before Fill(): a drain inside it puts others on.
  Batch* batch = free_.back();
  free_.pop_back();
  const Source::State state = source_.Fill(*batch, settings_.batch_bytes);
  source_ended_ |= state == Source::State::kEnd;
  if (batch->empty()) {
    free_.push_back(batch);
    return state == Source::State::kMore;
  }
  counters_.articles_in.Add(batch->articles().size());
  counters_.bytes_in.Add(batch->input_bytes());
  batch->KeepRules(present_rules_);
  batch->sequence = next_in_++;
  ++out_;
  to_first_[batch->sequence % to_first_.size()]->Push(batch);
  return true;
}

// Also where nothing is taken in, so that a lane without articles keeps no old rules.
void Port::LookForRules() {
  if (rules_ == nullptr) return;
  // The version first: rules that are set in between are then found again at the next batch.
  const std::uint64_t version = rules_->version();
  if (version != rules_version_) {
    rules_version_ = version;
    present_rules_ = rules_->Get();
    CrashPoint("reload");
  }
}

void Port::KeepSourceAlive() {
  const auto now = now_();
  if (!keep_alive_due_) {
    counters_.batch_stalls.Add(1);
    keep_alive_due_ = now + kKeepAliveAfter;
  } else if (now >= *keep_alive_due_) {
    keep_alive_due_ = now + kKeepAliveEvery;
    source_.KeepAlive();
  }
}

void Port::CountOutput(const Batch& batch) {
  std::uint64_t outputs = 0;
  std::uint64_t bytes = 0;
  std::uint64_t tags = 0;
  std::uint64_t truncated = 0;
  for (const Article& article : batch.articles()) {
    if (article.ok()) {
      ++outputs;
      bytes += article.output.size();
      tags += article.tags.size();
      truncated += article.tags_truncated || article.evidence_truncated ? 1 : 0;
    } else {
      counters_.dead_letters[static_cast<std::size_t>(article.failure)].Add(1);
    }
  }
  counters_.articles_out.Add(outputs);
  counters_.bytes_out.Add(bytes);
  counters_.tags_out.Add(tags);
  counters_.articles_truncated.Add(truncated);
  counters_.batches_out.Add(1);
}

bool Port::aborted() const {
  // Acquire, partner: the release store in RequestAbort().
  return abort_.load(std::memory_order_acquire);
}

bool Port::ended() const {
  // Acquire, partner: the release store in RequestStop().
  return source_ended_ || stop_.load(std::memory_order_acquire) || aborted() ||
         !sink_.status().ok() || !source_.status().ok();
}

void Port::RequestStop() {
  // Release, partner: the acquire load in ended(). The eventfd wakes the port whether parked or
  // not.
  stop_.store(true, std::memory_order_release);
  doorbell_.Wake();
}

void Port::RequestAbort() {
  // Release, partner: the acquire load in aborted().
  abort_.store(true, std::memory_order_release);
  doorbell_.Wake();
}

bool Port::Drain(milliseconds deadline) {
  if (finished_) return false;
  const auto end = now_() + deadline;
  const auto over = [&] { return drained() || aborted() || !sink_.status().ok() || now_() >= end; };
  const auto forward = [this] { return Forward(); };
  forward();
  WaitFor(over, forward);
  return drained();
}

bool Port::Discard(milliseconds deadline) {
  if (finished_) return false;
  const auto end = now_() + deadline;
  const auto over = [&] { return out_ == 0 || aborted() || now_() >= end; };
  const auto drop = [this] {
    const bool collected = CollectFinished();
    return DropFinished() || collected;
  };
  drop();
  WaitFor(over, drop);
  return out_ == 0;
}

// Does `work` again and again until it is `over`, and sleeps where there is none.
void Port::WaitFor(const std::function<bool()>& over, const std::function<bool()>& work) {
  RunDutyCycle(doorbell_, kDrainPark, over,
               [&] { return work() || (drain_helper_ && drain_helper_()); });
}

LaneResult Port::Finish() {
  WIREDESK_CHECK(ended());
  LaneResult result;
  CrashPoint("drain");
  if (!aborted()) result.drained = Drain(settings_.drain_timeout);
  CrashPoint("drained");
  result.status.Update(sink_.status());
  result.status.Update(source_.status());
  if (!aborted()) {
    result.status.Update(source_.Commit(true));
    source_.Close();
  }
  finished_ = true;
  return result;
}

}  // namespace wiredesk
