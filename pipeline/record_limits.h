// How large a record may be: the lesser of what the producer sends and what its topic takes. A
// record beyond the topic's own bound would be refused only when it is delivered, with all that are
// in one batch with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <string>

#include "pipeline/rdkafka.h"

namespace wiredesk {

struct RecordLimits {  // In bytes, with key and headers.
  std::size_t output_bytes_max = std::numeric_limits<std::size_t>::max();
  std::size_t dead_letter_bytes_max = std::numeric_limits<std::size_t>::max();
};

// Asks for max.message.bytes of both topics; `client_bytes_max` where that is less, or where the
// brokers do not say: the right to DescribeConfigs is missing, or they can't. Waits for at most
// `timeout`.
RecordLimits AskRecordLimits(rd_kafka_t* client, const std::string& output_topic,
                             const std::string& dead_letter_topic, std::size_t client_bytes_max,
                             std::chrono::milliseconds timeout);

}  // namespace wiredesk
