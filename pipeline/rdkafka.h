// Owning handles for librdkafka's C types, and its errors as absl::Status. Nothing here adds
// behaviour: librdkafka's own rules on threads and lifetime hold.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace wiredesk {

template <auto kFunction>
struct CallOnDelete {
  template <typename T>
  void operator()(T* value) const {
    kFunction(value);
  }
};

using KafkaConf = std::unique_ptr<rd_kafka_conf_t, CallOnDelete<rd_kafka_conf_destroy>>;
// Destroying waits for librdkafka's threads. Everything taken from a handle goes before it.
using KafkaHandle = std::unique_ptr<rd_kafka_t, CallOnDelete<rd_kafka_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, CallOnDelete<rd_kafka_topic_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, CallOnDelete<rd_kafka_message_destroy>>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, CallOnDelete<rd_kafka_headers_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, CallOnDelete<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, CallOnDelete<rd_kafka_event_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, CallOnDelete<rd_kafka_error_destroy>>;
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                        CallOnDelete<rd_kafka_topic_partition_list_destroy>>;
using KafkaMetadata =
    std::unique_ptr<const struct rd_kafka_metadata, CallOnDelete<rd_kafka_metadata_destroy>>;

inline KafkaPartitions MakeKafkaPartitions(int size_hint) {
  return KafkaPartitions(rd_kafka_topic_partition_list_new(size_hint));
}

// OK, or "<what>: <librdkafka's text> (<ITS_NAME>)". The code says what an operator can do:
// kUnavailable (the broker can't be reached), kNotFound (no such topic or partition),
// kPermissionDenied, kAlreadyExists (fenced: another worker took over), kAborted, kOutOfRange (no
// valid offset), kInvalidArgument (our settings) or kUnknown.
absl::Status KafkaStatus(rd_kafka_resp_err_t error, std::string_view what);
absl::Status KafkaStatus(const rd_kafka_error_t* error, std::string_view what);

// The same with librdkafka's more precise text instead of the one that belongs to the code.
absl::Status KafkaStatus(rd_kafka_resp_err_t error, std::string_view what, std::string_view text);

// The message of a status, for logs; absl's string_view is not std's.
inline std::string_view Text(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// A record to be sent. Kafka tells null keys and values from empty ones.
struct OutgoingRecord {
  rd_kafka_topic_t* topic = nullptr;
  std::int32_t partition = RD_KAFKA_PARTITION_UA;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  KafkaHeaders headers;    // None: nullptr. Given up when the record is queued.
  void* opaque = nullptr;  // Comes back with the delivery report.
};

// Queues a copy of the record. RD_KAFKA_RESP_ERR__QUEUE_FULL: poll, then try again. Any thread.
rd_kafka_resp_err_t Produce(rd_kafka_t* client, OutgoingRecord& record);

}  // namespace wiredesk
