// A closed loop of stages, and one member of the consumer group.
//
//            ┌─ worker 0 ─┐   ┌─ worker 0 ─┐
//   port ────┤            ├───┤            ├──── port        every line is a ring
//            └─ worker 1 ─┘   └─ worker 1 ─┘
//   source        group 0          group 1        sink, then the batch is free again
//
// The port thread has the source and the sink (port.h). Without runtime.threads it has the stages
// too, as a single worker that it steps itself; else groups of stages have one or more worker
// threads each (worker.h). A fixed number of batches goes round, and that number is the only bound
// on work in flight: when none is free, nothing is taken in. Results leave in the order of intake.
//
// Either Run() drives the lane with threads, or a test or simulator calls StepPort() and
// StepWorker() on one thread in any order it likes.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/counters.h"
#include "pipeline/io.h"
#include "pipeline/port.h"
#include "pipeline/watchdog.h"
#include "pipeline/worker.h"
#include "stages/stage.h"

namespace wiredesk {

// A new stage of this name, for one worker to own. Null: there is no such stage.
using StageFactory = std::function<std::unique_ptr<Stage>(std::string_view name)>;

struct LaneOptions {
  RuntimeSettings runtime;  // REQUIRES: checked by LoadSettings().
  StageFactory make_stage;
  const RulesHolder* rules = nullptr;  // Outlives the lane.
  std::string name = "lane";           // For messages about its threads.
  Watchdog* watchdog = nullptr;        // Looks after the threads of Run(). Outlives the lane.
  MonotonicClock now = &std::chrono::steady_clock::now;
};

class Lane : public Rebalance {
 public:
  // Makes the stages, batches and rings; no thread yet. The lane uses `source` and `sink` until
  // Run() or Finish() returns. It must outlive both: they may write to doorbell_fd() or call
  // Drain(), which then does nothing. kInvalidArgument: a stage that doesn't exist;
  // kResourceExhausted: no descriptors left.
  static absl::StatusOr<std::unique_ptr<Lane>> Make(const LaneOptions& options, Source& source,
                                                    Sink& sink);
  ~Lane() override;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Runs until the source ends, something fails, or Stop(); then drains, commits and closes the
  // source. The calling thread is the port thread. Once.
  LaneResult Run();

  // Any thread or signal handler. Stop: takes nothing more in, finishes what there is, within
  // runtime.drain_timeout. Abort: leaves at once, without commit.
  void Stop() { port_.RequestStop(); }
  void Abort() { port_.RequestAbort(); }

  // For the source, on the port thread: finishes, or throws away, everything that is in the lane.
  bool Drain(std::chrono::milliseconds deadline) override { return port_.Drain(deadline); }
  bool Discard(std::chrono::milliseconds deadline) override { return port_.Discard(deadline); }

  // Whoever writes an 8-byte 1 here wakes the port thread: for events of the source and the sink.
  int doorbell_fd() { return port_.doorbell().fd(); }

  // Results wait, and have not got on for some seconds: the broker does not take them. Any thread.
  bool stalled() const { return port_.stalled(); }

  // Any thread.
  const LaneCounters& counters() const { return port_.counters(); }

  // The same loop by hand, instead of Run(): step until ended(), then Finish(). Each step does a
  // bounded amount of work, never waits, and returns whether there was any.
  bool StepPort() { return port_.Step(); }
  bool StepWorker(std::size_t group, std::size_t index) { return groups_[group][index]->Step(); }
  bool ended() const { return port_.ended(); }
  LaneResult Finish() { return port_.Finish(); }
  // What a drain calls while it waits for the workers; it should step them, and says whether it did
  // anything.
  bool StepWorkers();  // All of them, once.
  void SetDrainHelper(std::function<bool()> helper) { port_.SetDrainHelper(std::move(helper)); }
  std::size_t group_count() const { return groups_.size(); }
  std::size_t width(std::size_t group) const { return groups_[group].size(); }

 private:
  using Group = std::vector<std::unique_ptr<Worker>>;

  Lane(const LaneOptions& options, Source& source, Sink& sink);
  absl::Status MakeGroups(const LaneOptions& options);
  void Connect(std::size_t batch_count);

  absl::Status StartWorkers();
  void StopWorkers();

  const std::string name_;
  const bool has_threads_;
  Watchdog* const watchdog_;
  Port port_;
  std::vector<Group> groups_;
  std::vector<std::unique_ptr<BatchLink>> links_;
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace wiredesk
