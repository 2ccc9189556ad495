// What is asked of the brokers before anything else: whether they let us in, and have our topics.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

// Asks with a client of its own, made of `properties` as ConsumerProperties() or
// ProducerProperties() give them, and waits until every one of `topics` exists.
//   kPermissionDenied  no broker lets us in; said after some seconds, not at `timeout`
//   kUnavailable       no broker answered in time
//   kNotFound          the message names the missing topics and the command that creates one
//   kInvalidArgument   librdkafka does not take the properties
// Never creates a topic nor joins a group. Blocks the calling thread for at most `timeout`.
absl::Status CheckBrokers(rd_kafka_type_t type, const KafkaProperties& properties,
                          std::span<const std::string> topics, std::chrono::milliseconds timeout);

// For a client that is at work: gives up when the brokers refuse it, as after a password was
// changed. One of several that refuses stops nothing, and neither does an outage. One thread at a
// time.
class AccessWatch {
 public:
  // Of the client that is watched.
  AccessWatch(rd_kafka_type_t type, const KafkaProperties& properties)
      : type_(type), properties_(properties) {}

  // Hears an error of the client. If that is a refusal, but once in a while only, asks all brokers
  // again, for some seconds at most. kPermissionDenied: none lets us in.
  absl::Status Note(rd_kafka_resp_err_t error, std::string_view text);

 private:
  const rd_kafka_type_t type_;
  const KafkaProperties properties_;
  std::chrono::steady_clock::time_point asked_at_{};
};

}  // namespace wiredesk
