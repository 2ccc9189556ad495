#include "pipeline/rdkafka.h"

#include <fmt/format.h>

#include <array>

namespace wiredesk {
namespace {

absl::StatusCode StatusCodeOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
      return absl::StatusCode::kUnavailable;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
      return absl::StatusCode::kNotFound;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return absl::StatusCode::kPermissionDenied;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return absl::StatusCode::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__FATAL:
      return absl::StatusCode::kAborted;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return absl::StatusCode::kOutOfRange;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__CONFLICT:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnknown;
  }
}

rd_kafka_vu_t Field(rd_kafka_vtype_t type) {
  rd_kafka_vu_t field = {};
  field.vtype = type;
  return field;
}

rd_kafka_vu_t BytesField(rd_kafka_vtype_t type, std::string_view bytes) {
  rd_kafka_vu_t field = Field(type);
  field.u.mem.ptr = const_cast<char*>(bytes.data());  // Only read: the record is copied.
  field.u.mem.size = bytes.size();
  return field;
}

// For librdkafka a null pointer is null and any other is a value, of whatever length.
std::string_view NullOrBytes(const std::optional<std::string_view>& bytes) {
  if (!bytes.has_value()) return {};
  return bytes->data() == nullptr ? std::string_view("") : *bytes;
}

}  // namespace

rd_kafka_resp_err_t Produce(rd_kafka_t* client, OutgoingRecord& record) {
  const std::string_view key = NullOrBytes(record.key);
  const std::string_view value = NullOrBytes(record.value);
  if (record.headers == nullptr) {  // The cheaper call.
    const int result = rd_kafka_produce(record.topic, record.partition, RD_KAFKA_MSG_F_COPY,
                                        const_cast<char*>(value.data()), value.size(), key.data(),
                                        key.size(), record.opaque);
    return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }
  std::array<rd_kafka_vu_t, 7> fields = {
      Field(RD_KAFKA_VTYPE_RKT),           Field(RD_KAFKA_VTYPE_PARTITION),
      Field(RD_KAFKA_VTYPE_MSGFLAGS),      BytesField(RD_KAFKA_VTYPE_VALUE, value),
      BytesField(RD_KAFKA_VTYPE_KEY, key), Field(RD_KAFKA_VTYPE_OPAQUE),
      Field(RD_KAFKA_VTYPE_HEADERS)};
  fields[0].u.rkt = record.topic;
  fields[1].u.i32 = record.partition;
  fields[2].u.i = RD_KAFKA_MSG_F_COPY;
  fields[5].u.ptr = record.opaque;
  fields[6].u.headers = record.headers.get();
  const KafkaError error(rd_kafka_produceva(client, fields.data(), fields.size()));
  if (error != nullptr) return rd_kafka_error_code(error.get());
  static_cast<void>(record.headers.release());  // They are the message's now.
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

absl::Status KafkaStatus(rd_kafka_resp_err_t error, std::string_view what, std::string_view text) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::Status(StatusCodeOf(error),
                      fmt::format("{}: {} ({})", what, text, rd_kafka_err2name(error)));
}

absl::Status KafkaStatus(rd_kafka_resp_err_t error, std::string_view what) {
  return KafkaStatus(error, what, rd_kafka_err2str(error));
}

absl::Status KafkaStatus(const rd_kafka_error_t* error, std::string_view what) {
  if (error == nullptr) return absl::OkStatus();
  return KafkaStatus(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
}

}  // namespace wiredesk
