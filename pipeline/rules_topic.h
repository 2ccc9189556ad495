// Rule packs from a Kafka topic, so that all workers change their rules together: a compacted topic
// with a record a pack. The key is the pack's name, the value the pack; a record without value
// takes its pack away.
//
// Read from the beginning to the end at start, then followed. Without a consumer group: every
// worker reads everything, and nothing is committed. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

class RulesTopic {
 public:
  static constexpr std::size_t kPacksMax = 1000;
  static constexpr std::size_t kBytesMax = std::size_t{1} << 30;  // Of all packs.

  // Connects to `settings.rules.topic` and reads all packs that it has now, waiting at most
  // `timeout`. kUnavailable: no broker; kNotFound: no such topic; kPermissionDenied: no access;
  // kDeadlineExceeded: the end was not reached.
  static absl::StatusOr<std::unique_ptr<RulesTopic>> Open(const Settings& settings,
                                                          std::chrono::milliseconds timeout);
  ~RulesTopic();
  RulesTopic(const RulesTopic&) = delete;
  RulesTopic& operator=(const RulesTopic&) = delete;

  // Takes what has come, without waiting. Whether a pack came, changed or went.
  bool Poll();

  // From now on an 8-byte 1 is written to `event_fd` when something comes.
  void WakeBy(int event_fd);

  using Packs = std::map<std::string, std::string, std::less<>>;
  // By name.
  const Packs& packs() const { return packs_; }
  // Why packs() is not all that the topic says, or OK: it holds more than the bounds allow.
  absl::Status status() const;

 private:
  RulesTopic() = default;
  absl::Status Start(std::chrono::steady_clock::time_point deadline);
  absl::Status ReadToEnd(std::chrono::steady_clock::time_point deadline);
  bool Take(const rd_kafka_message_t& message);
  bool TakeRecord(const rd_kafka_message_t& message);

  std::string name_;
  std::string brokers_;
  KafkaHandle client_;
  KafkaTopic topic_;
  KafkaQueue queue_;
  std::vector<char> at_end_;  // By partition: what was there at the start has been read.
  Packs packs_;
  std::size_t bytes_ = 0;    // Of their values.
  bool overflowed_ = false;  // Something was left out.
  absl::Status failure_;     // Of the last error that waiting does not cure.
};

}  // namespace wiredesk
