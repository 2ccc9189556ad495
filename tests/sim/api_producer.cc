// librdkafka's C functions as this program has them: a producer's.
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "config/check.h"
#include "tests/sim/client.h"
#include "tests/sim/message.h"
#include "tests/sim/producer.h"

namespace {

using wiredesk::sim::OutgoingMessage;
using wiredesk::sim::Producer;

constexpr std::int32_t kOutputPartitions = 2;

rd_kafka_resp_err_t last_error = RD_KAFKA_RESP_ERR_NO_ERROR;

Producer* Living(rd_kafka_t* client) {
  return client->producer->dead ? nullptr : client->producer.get();
}

// All records of an input partition have one key, and so one partition of an output topic.
rd_kafka_resp_err_t Send(const rd_kafka_topic_t& topic, std::string_view value,
                         std::string_view key, void* opaque) {
  OutgoingMessage message;
  std::int32_t number = 0;
  std::from_chars(key.data(), key.data() + key.size(), number);
  message.key = {wiredesk::sim::TopicNumber(topic.name), number % kOutputPartitions};
  message.record.value = value;
  if (const auto* input = wiredesk::sim::Articles::Get().Find(value); input != nullptr) {
    message.record.partition = input->partition;
    message.record.offset = input->offset;
  }
  message.opaque = opaque;
  return topic.client->producer->Produce(std::move(message));
}

std::string_view View(const rd_kafka_vu_t& field) {
  return {static_cast<const char*>(field.u.mem.ptr), field.u.mem.size};
}

}  // namespace

int rd_kafka_produce(rd_kafka_topic_t* topic, std::int32_t, int, void* value,
                     std::size_t value_size, const void* key, std::size_t key_size, void* opaque) {
  last_error = Send(*topic, {static_cast<const char*>(value), value_size},
                    {static_cast<const char*>(key), key_size}, opaque);
  return last_error == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 : -1;
}

rd_kafka_resp_err_t rd_kafka_last_error() { return last_error; }

rd_kafka_error_t* rd_kafka_produceva(rd_kafka_t*, const rd_kafka_vu_t* fields, std::size_t count) {
  rd_kafka_topic_t* topic = nullptr;
  std::string_view value;
  std::string_view key;
  void* opaque = nullptr;
  rd_kafka_headers_t* headers = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_vu_t& field = fields[i];
    if (field.vtype == RD_KAFKA_VTYPE_RKT) topic = field.u.rkt;
    if (field.vtype == RD_KAFKA_VTYPE_VALUE) value = View(field);
    if (field.vtype == RD_KAFKA_VTYPE_KEY) key = View(field);
    if (field.vtype == RD_KAFKA_VTYPE_OPAQUE) opaque = field.u.ptr;
    if (field.vtype == RD_KAFKA_VTYPE_HEADERS) headers = field.u.headers;
  }
  const rd_kafka_resp_err_t error = Send(*topic, value, key, opaque);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return wiredesk::sim::MakeError({.code = error});
  delete headers;
  return nullptr;
}

int rd_kafka_poll(rd_kafka_t* client, int) {
  if (Producer* producer = Living(client)) producer->Poll();
  return 0;
}

rd_kafka_resp_err_t rd_kafka_flush(rd_kafka_t* client, int timeout_ms) {
  client->producer->process().Step("flush");
  return client->producer->Flush(timeout_ms) ? RD_KAFKA_RESP_ERR_NO_ERROR
                                             : RD_KAFKA_RESP_ERR__TIMED_OUT;
}

rd_kafka_resp_err_t rd_kafka_purge(rd_kafka_t* client, int) {
  if (Producer* producer = Living(client)) producer->Purge();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_error_t* rd_kafka_init_transactions(rd_kafka_t* client, int timeout_ms) {
  return client->producer->Init(timeout_ms);
}

rd_kafka_error_t* rd_kafka_begin_transaction(rd_kafka_t* client) {
  return client->producer->Begin();
}

rd_kafka_error_t* rd_kafka_send_offsets_to_transaction(
    rd_kafka_t* client, const rd_kafka_topic_partition_list_t* offsets,
    const rd_kafka_consumer_group_metadata_t* member, int timeout_ms) {
  return client->producer->SendOffsets(wiredesk::sim::OffsetsOf(*offsets), member->id, timeout_ms);
}

rd_kafka_error_t* rd_kafka_commit_transaction(rd_kafka_t* client, int timeout_ms) {
  return client->producer->Commit(timeout_ms);
}

rd_kafka_error_t* rd_kafka_abort_transaction(rd_kafka_t* client, int timeout_ms) {
  Producer* producer = Living(client);
  return producer == nullptr ? nullptr : producer->Abort(timeout_ms);
}
