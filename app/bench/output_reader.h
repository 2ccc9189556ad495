// Reads what workers write, on a thread of its own, checks it and notes when it arrived.
//
//   auto reader = OutputReader::Open(...);      before a worker starts
//   ... reader->received() ...                  while it works
//   reader->ReadToEnd(sent);                    after it has ended
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/bench/latency_histogram.h"
#include "app/bench/output_check.h"
#include "app/bench/timeline.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

// Inputs [first, first + count) are due at a fixed interval from `start` on.
struct SendSchedule {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::chrono::steady_clock::time_point start;
  std::chrono::nanoseconds interval{0};

  std::chrono::steady_clock::time_point DueAt(std::uint64_t number) const {
    return start + interval * static_cast<std::int64_t>(number - first);
  }
};

class OutputReader {
 public:
  using Clock = std::chrono::steady_clock;

  // Reads all partitions of both topics from their beginning.
  static absl::StatusOr<std::unique_ptr<OutputReader>> Open(const KafkaProperties& properties,
                                                            const std::string& output_topic,
                                                            const std::string& dead_letter_topic,
                                                            int partitions, OutputCheck check);
  ~OutputReader();

  // Any thread, at any time.
  std::uint64_t received() const { return received_.load(std::memory_order_relaxed); }
  Clock::time_point first_at() const;  // Of the first output.
  Clock::time_point last_at() const;   // Of the newest.
  // When each so far was written: by the broker's clock where the topic has that
  // (message.timestamp.type=LogAppendTime), else when it arrived here.
  WriteTimes write_times() const;

  // From now on what `schedule` has counts into a new histogram; EndSchedule() gives it.
  void BeginSchedule(const SendSchedule& schedule);
  LatencyHistogram EndSchedule();

  // When nobody writes any more: reads what there is and says what is wrong with it, once.
  absl::Status ReadToEnd(std::uint64_t sent);

 private:
  explicit OutputReader(OutputCheck check) : check_(std::move(check)) {}
  void Run();
  void Take(const rd_kafka_message_t& message);
  absl::StatusOr<bool> IsAtEnd();

  KafkaHandle client_;
  std::string dead_letter_topic_;
  KafkaPartitions partitions_;
  // Relaxed, each alone: they publish nothing but themselves.
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<bool> stopped_ = false;
  mutable std::mutex mutex_;  // For all below but the check, which is the thread's until it ends.
  Clock::time_point first_at_;
  Clock::time_point last_at_;
  SendSchedule schedule_;
  LatencyHistogram latency_;
  WriteTimes write_times_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> ends_;  // Where no more was found.
  OutputCheck check_;
  std::thread thread_;
};

}  // namespace wiredesk
