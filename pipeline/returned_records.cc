#include "pipeline/returned_records.h"

#include <utility>

namespace wiredesk {
namespace {

std::optional<std::string> Copy(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(bytes), size);
}

KafkaHeaders CopyHeaders(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  return KafkaHeaders(rd_kafka_headers_copy(headers));
}

}  // namespace

void ReturnedRecords::Keep(const rd_kafka_message_t& message, rd_kafka_topic_t* topic) {
  records_.emplace(reinterpret_cast<std::uint64_t>(message._private),
                   Record{topic, Copy(message.key, message.key_len),
                          Copy(message.payload, message.len), CopyHeaders(message)});
}

rd_kafka_resp_err_t ReturnedRecords::SendAgain(rd_kafka_t* client) {
  while (!records_.empty()) {
    const auto first = records_.begin();
    Record& kept = first->second;
    OutgoingRecord record;
    record.topic = kept.topic;
    record.key = kept.key;
    record.value = kept.value;
    record.headers = std::move(kept.headers);
    record.opaque = reinterpret_cast<void*>(first->first);
    const rd_kafka_resp_err_t error = Produce(client, record);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      kept.headers = std::move(record.headers);  // Not taken, so still ours.
      return error;
    }
    records_.erase(first);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace wiredesk
