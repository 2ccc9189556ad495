#include "pipeline/record_limits.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/status.h"

namespace wiredesk {
namespace {

using ConfigResource =
    std::unique_ptr<rd_kafka_ConfigResource_t, CallOnDelete<rd_kafka_ConfigResource_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, CallOnDelete<rd_kafka_AdminOptions_destroy>>;

std::size_t ToNumber(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// max.message.bytes among a topic's settings; 0 if it is not there.
std::size_t BytesMaxOf(const rd_kafka_ConfigResource_t& resource) {
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(&resource, &count);
  for (const rd_kafka_ConfigEntry_t* entry : std::span(entries, count)) {
    const char* const value = rd_kafka_ConfigEntry_value(entry);
    if (value != nullptr &&
        std::string_view(rd_kafka_ConfigEntry_name(entry)) == "max.message.bytes") {
      return ToNumber(value);
    }
  }
  return 0;
}

absl::StatusOr<std::size_t> Ask(rd_kafka_t* client, const std::string& topic,
                                std::chrono::milliseconds timeout) {
  const ConfigResource wanted(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const AdminOptions options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> text;
  const int timeout_ms = static_cast<int>(timeout.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, text.data(), text.size());
  const KafkaQueue answers(rd_kafka_queue_new(client));
  rd_kafka_ConfigResource_t* list[] = {wanted.get()};
  rd_kafka_DescribeConfigs(client, list, 1, options.get(), answers.get());
  const KafkaEvent event(rd_kafka_queue_poll(answers.get(), timeout_ms));
  const auto* result =
      event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event.get());
  if (result == nullptr) return absl::DeadlineExceededError("no answer in time");
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, "asking for its settings");
  }
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources =
      rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return absl::NotFoundError("the answer is not about it");
  if (const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(resources[0]);
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, "asking for its settings");
  }
  return BytesMaxOf(*resources[0]);
}

}  // namespace

std::size_t AskTopicBytesMax(rd_kafka_t* client, const std::string& topic,
                             std::size_t client_bytes_max, std::chrono::milliseconds timeout) {
  const absl::StatusOr<std::size_t> bytes_max = Ask(client, topic, timeout);
  if (!bytes_max.ok()) {
    spdlog::info("topic {} does not say how large its records may be, {} bytes are assumed: {}",
                 topic, client_bytes_max, Text(bytes_max.status()));
    return client_bytes_max;
  }
  if (*bytes_max == 0 || *bytes_max >= client_bytes_max) return client_bytes_max;
  spdlog::info("topic {} takes records of at most {} bytes", topic, *bytes_max);
  return *bytes_max;
}

}  // namespace wiredesk
