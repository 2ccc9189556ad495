// One row of a benchmark, measured: topics, workers as processes of their own, a feed as fast as it
// goes and then at fixed rates, and the check of every output.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/bench/bench_broker.h"
#include "app/bench/bench_case.h"
#include "app/bench/bench_feed.h"
#include "app/bench/bench_reference.h"
#include "app/bench/child_process.h"
#include "app/bench/output_reader.h"
#include "app/bench/timeline.h"
#include "app/bench/worker_command.h"
#include "app/feeder.h"
#include "app/progress_line.h"
#include "app/signals.h"

namespace wiredesk {

// What is the same for the rows.
struct BenchPlan {
  std::uint64_t articles = 0;  // As fast as it goes.
  std::vector<double> latency_rates;
  std::chrono::seconds latency_time{10};  // At each rate.
  std::chrono::seconds idle_time{0};      // Without articles; 0: not measured.
  std::chrono::seconds patience{60};      // Without a single output.
  KafkaSettings kafka;                    // Of the worker; `common` is BenchBroker's.
  std::string worker_command;             // Empty: this program.
};

// One thread. Once.
class BenchRun {
 public:
  // All outlive the run. `rules`: packs, or a list of keywords for `plan.worker_command`.
  BenchRun(const BenchPlan& plan, const BenchCase& scenario, BenchBroker& broker,
           const BenchFeed& feed, const BenchReference& reference, BenchPlaces places,
           std::vector<std::string> rules, StopSignals& signals);
  ~BenchRun();

  // kDataLoss: articles were lost, doubled or tagged wrongly, so nothing is scored; kCancelled: a
  // signal. Topics and processes are gone afterwards in any case.
  absl::StatusOr<BenchResult> Run();
  int signal() const { return signal_; }  // That stopped it, or 0.

 private:
  using Clock = std::chrono::steady_clock;

  absl::Status Prepare();
  absl::StatusOr<std::unique_ptr<Feeder>> OpenFeeder(const char* linger_ms) const;
  absl::Status StartWorkers();
  absl::Status MeasureThroughput(BenchResult& result);
  absl::Status MeasureLatency(double rate, BenchResult& result);
  absl::Status MeasureIdle(BenchResult& result);
  absl::Status Finish(BenchResult& result);

  // Sends what may be on its way now. False: nothing.
  bool FeedSome(Feeder& feeder, std::uint64_t articles);
  bool Send(Feeder& feeder);
  absl::Status SendOnSchedule(Feeder& feeder, const SendSchedule& schedule);
  // Articles that don't count, and their outputs: what is measured next meets clients that have
  // their connections.
  absl::Status WarmUp(Feeder& feeder);
  std::uint64_t warm_up_articles() const;
  // Feeds, where it is not fed before, until `count` outputs are there.
  absl::Status WaitFor(std::uint64_t count, Feeder& feeder);
  // That no signal came, and that the workers run; and that the broker takes what is sent.
  absl::Status Check();
  absl::Status Check(const Feeder& feeder);
  // How many of the inputs [first, end) are done.
  void ShowProgress(std::uint64_t first, std::uint64_t end, const std::string& what);
  // Of all workers.
  ProcessUsage TakeUsage();

  const BenchPlan& plan_;
  const BenchCase& scenario_;
  BenchBroker& broker_;
  const BenchFeed& feed_;
  const BenchReference& reference_;
  const BenchPlaces places_;
  const std::vector<std::string> rules_;
  StopSignals& signals_;
  int signal_ = 0;
  std::uint64_t sent_ = 0;
  Clock::time_point started_at_;
  Clock::time_point looked_at_;  // When the workers' usage was last taken.
  CpuTimeline cpu_;
  std::unique_ptr<OutputReader> reader_;
  std::vector<ChildProcess> workers_;
  ProgressLine progress_{"bench", ProgressLine::Elsewhere::kLineEachTwoSeconds};
};

}  // namespace wiredesk
