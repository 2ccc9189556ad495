#include "pipeline/record_limits.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

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

using Answer = std::map<std::string, std::size_t, std::less<>>;

absl::StatusOr<Answer> Ask(rd_kafka_t* client, std::span<const std::string> topics,
                           std::chrono::milliseconds timeout) {
  std::vector<ConfigResource> wanted;
  std::vector<rd_kafka_ConfigResource_t*> list;
  for (const std::string& topic : topics) {
    wanted.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    list.push_back(wanted.back().get());
  }
  const AdminOptions options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  std::array<char, 256> text;
  const int timeout_ms = static_cast<int>(timeout.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, text.data(), text.size());
  const KafkaQueue answers(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, list.data(), list.size(), options.get(), answers.get());
  const KafkaEvent event(rd_kafka_queue_poll(answers.get(), timeout_ms));
  const auto* result =
      event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event.get());
  if (result == nullptr) return absl::DeadlineExceededError("no answer in time");
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, "asking for topics' settings");
  }
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** resources =
      rd_kafka_DescribeConfigs_result_resources(result, &count);
  Answer answer;
  for (const rd_kafka_ConfigResource_t* resource : std::span(resources, count)) {
    if (const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(resource);
        error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return KafkaStatus(error, "asking for topics' settings");
    }
    answer[rd_kafka_ConfigResource_name(resource)] = BytesMaxOf(*resource);
  }
  return answer;
}

}  // namespace

RecordLimits AskRecordLimits(rd_kafka_t* client, const std::string& output_topic,
                             const std::string& dead_letter_topic, std::size_t client_bytes_max,
                             std::chrono::milliseconds timeout) {
  const std::string topics[] = {output_topic, dead_letter_topic};
  const std::size_t different = output_topic == dead_letter_topic ? 1 : 2;
  const absl::StatusOr<Answer> answer = Ask(client, std::span(topics, different), timeout);
  if (!answer.ok()) {
    spdlog::info("the brokers do not say how large records may be, {} bytes are assumed: {}",
                 client_bytes_max, Text(answer.status()));
    return {client_bytes_max, client_bytes_max};
  }
  const auto limit_of = [&](const std::string& topic) {
    const auto found = answer->find(topic);
    if (found == answer->end() || found->second == 0 || found->second >= client_bytes_max) {
      return client_bytes_max;
    }
    spdlog::info("topic {} takes records of at most {} bytes", topic, found->second);
    return found->second;
  };
  return {limit_of(output_topic), limit_of(dead_letter_topic)};
}

}  // namespace wiredesk
