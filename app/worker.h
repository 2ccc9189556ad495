// The lanes of this process, wired to Kafka: what `run` and `demo` run.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/kafka_sink.h"
#include "pipeline/kafka_source.h"
#include "pipeline/lane.h"
#include "pipeline/record_limits.h"
#include "pipeline/rules_holder.h"
#include "pipeline/statistics.h"

namespace wiredesk {

struct WorkerOptions {
  bool until_end = false;  // Stop at the end that the input had at the start.
  std::chrono::milliseconds connect_timeout{30000};
  Watchdog* watchdog = nullptr;  // Looks after the lanes' threads. Outlives the worker.
};

class KafkaWorker {
 public:
  // Checks that the brokers let us in and have the topics, and makes the lanes. kInvalidArgument: a
  // setting; kUnavailable: no broker; kPermissionDenied: no access; kNotFound: a topic is missing.
  // Nothing is consumed yet. `rules` outlives the worker.
  static absl::StatusOr<std::unique_ptr<KafkaWorker>> Open(const Settings& settings,
                                                           const RulesHolder& rules,
                                                           const WorkerOptions& options);
  // REQUIRES: not started, or Join() has returned.
  ~KafkaWorker();
  KafkaWorker(const KafkaWorker&) = delete;
  KafkaWorker& operator=(const KafkaWorker&) = delete;

  // Starts one thread a lane, which joins the group and works. Once.
  void Start();

  // Any thread: take nothing more in, finish what there is, commit, leave.
  void Stop();

  // An eventfd, readable when the last lane has ended.
  int ended_fd() const { return ended_fd_; }

  // Waits for the lanes. The first failure of any, and whether all were drained.
  LaneResult Join();

  // Any thread.
  StatisticsSample Sample() const;
  std::vector<PartitionState> Partitions() const;
  std::size_t lane_count() const { return lanes_.size(); }

 private:
  // The lane lives between its ends: made last, destroyed first.
  struct LaneEnds {
    std::unique_ptr<KafkaSource> source;
    std::unique_ptr<KafkaSink> sink;
    std::unique_ptr<Lane> lane;
    LaneResult result;
    std::thread thread;
  };

  KafkaWorker(const Settings& settings, const RulesHolder& rules);
  absl::Status AskLimits();
  absl::Status AddLane(const WorkerOptions& options);
  void RunLane(LaneEnds& lane);

  Settings settings_;  // But for what AskLimits() finds out, as they were given.
  RecordLimits limits_;
  const RulesHolder& rules_;
  std::vector<std::unique_ptr<LaneEnds>> lanes_;
  std::atomic<std::size_t> running_ = 0;
  int ended_fd_ = -1;
};

}  // namespace wiredesk
