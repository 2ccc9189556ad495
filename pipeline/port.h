// The two ends of a lane on one thread: takes articles in, sends results out, and so brings every
// batch round. Delivery reports, rebalances and commits happen here too; nothing of it needs a
// lock.
//
// All calls on the port thread, except where "any thread" is said.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "config/settings.h"
#include "pipeline/batch_link.h"
#include "pipeline/clock.h"
#include "pipeline/counters.h"
#include "pipeline/doorbell.h"
#include "pipeline/io.h"
#include "pipeline/rules_holder.h"
#include "stages/batch.h"

namespace wiredesk {

struct LaneResult {
  // The failure of source, sink or last commit that ended the lane or came at its end.
  absl::Status status;
  // Everything taken in was finished and reported on.
  bool drained = false;
};

class Port {
 public:
  // `rules` may be null, for stages that need none; it outlives the port.
  Port(const RuntimeSettings& settings, const RulesHolder* rules, Source& source, Sink& sink,
       MonotonicClock now);

  // At start, by the lane: links to the first group's workers and from the last group's.
  void Connect(std::vector<BatchLink*> to_first, std::vector<BatchLink*> from_last);

  // One round: finished batches out, delivery reports, at most one batch in, commit. Never waits.
  // Returns whether it did anything.
  bool Step();

  // Nothing more is taken in: the source ended, something failed, or a stop was asked for.
  bool ended() const;

  // Brings everything out, within `deadline`. Works from inside Source::Fill() and KeepAlive().
  // After Finish() it touches neither source nor sink and returns false.
  bool Drain(std::chrono::milliseconds deadline);

  // Takes out everything that is in the lane, unsent, within `deadline`. As Drain().
  bool Discard(std::chrono::milliseconds deadline);

  // Drains, commits and closes the source; after an abort it does none of these.
  // REQUIRES: ended(), and called once.
  LaneResult Finish();

  // Any thread or signal handler: take nothing more in; leave at once.
  void RequestStop();
  void RequestAbort();

  // For workers that have no threads of their own: steps them, where Drain() must wait for them.
  // Returns whether there was anything to do; if not, the port sleeps a moment.
  void SetDrainHelper(std::function<bool()> helper) { drain_helper_ = std::move(helper); }

  Doorbell& doorbell() { return doorbell_; }
  bool stalled() const;                                       // See Lane. Any thread.
  const LaneCounters& counters() const { return counters_; }  // Any thread.

 private:
  bool Forward();
  void NoteStall(bool moved);
  bool CollectFinished();
  bool SendFinished();
  bool DropFinished();
  void Release(Batch* batch);
  void WaitFor(const std::function<bool()>& over, const std::function<bool()>& work);
  bool TakeIn();
  void LookForRules();
  void KeepSourceAlive();
  void CountOutput(const Batch& batch);
  bool aborted() const;
  bool drained() const { return out_ == 0 && sink_.in_flight() == 0; }

  const RuntimeSettings settings_;
  const RulesHolder* const rules_;
  Source& source_;
  Sink& sink_;
  const MonotonicClock now_;

  std::shared_ptr<const CompiledRules> present_rules_;  // As of rules_version_.
  std::uint64_t rules_version_ = 0;

  std::vector<std::unique_ptr<Batch>> batches_;  // Owns them; the rest of the lane borrows.
  std::vector<Batch*> free_;                     // The last one used first: its memory is warm.
  std::deque<Batch*> sending_;                   // Finished, oldest first.
  std::size_t out_ = 0;                          // Batches taken in and not yet free again.
  std::uint64_t next_in_ = 0;                    // Sequence of the next batch taken in.
  std::uint64_t next_finished_ = 0;              // Sequence of the next batch to collect.
  std::vector<BatchLink*> to_first_;
  std::vector<BatchLink*> from_last_;

  bool source_ended_ = false;
  bool finished_ = false;
  // When the source is to be kept alive, while no batch is free.
  std::optional<std::chrono::steady_clock::time_point> keep_alive_due_;
  // Since when results wait and none gets on.
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::atomic<bool> stalled_ = false;
  std::function<bool()> drain_helper_;
  LaneCounters counters_;
  Doorbell doorbell_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> abort_ = false;
};

}  // namespace wiredesk
