// A Kafka record as tests look at it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/rdkafka.h"

namespace wiredesk {

// Calls `done` until it is true. The deadline is only there so that a broken test ends.
inline bool WaitFor(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::int32_t partition = 0;
  std::int64_t offset = 0;

  // The first header of that name; "(none)" if there is none.
  std::string header(std::string_view name) const {
    for (const auto& [key_, value_] : headers) {
      if (key_ == name) return value_.value_or("(null)");
    }
    return "(none)";
  }
};

inline Record ToRecord(const rd_kafka_message_t& message) {
  Record record;
  record.partition = message.partition;
  record.offset = message.offset;
  if (message.key != nullptr) {
    record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  }
  if (message.payload != nullptr) {
    record.value.emplace(static_cast<const char*>(message.payload), message.len);
  }
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  for (std::size_t i = 0; i < rd_kafka_header_cnt(headers); ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    rd_kafka_header_get_all(headers, i, &name, &value, &size);
    std::optional<std::string> copy;
    if (value != nullptr) copy.emplace(static_cast<const char*>(value), size);
    record.headers.emplace_back(name, copy);
  }
  return record;
}

}  // namespace wiredesk
