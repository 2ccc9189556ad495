// What a source does about errors: which end the worker, which pass, and which block a partition.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "pipeline/kafka_source.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLogInterval{10000};

// Errors of a partition that mean: records are there, and can't be read.
bool IsUnreadable(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Whose session ran out has none. librdkafka goes on with heartbeats until the partitions are given
// up, and a static member is then refused as fenced, though nobody else has its name.
bool KafkaSource::HasMemberId() const {
  char* const id = rd_kafka_memberid(client_.get());
  const bool has = id != nullptr && *id != '\0';
  rd_kafka_mem_free(client_.get(), id);
  return has;
}

void KafkaSource::HandleError(const rd_kafka_message_t& message) {
  if (IsUnreadable(message.err) && message.rkt != nullptr) return Block(message);
  const char* text = rd_kafka_message_errstr(&message);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (Partition* partition = Find(message)) {
        partition->next = std::max(partition->next, message.offset);
      }
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      // Behind a damaged batch librdkafka may take anything for an offset.
      if (message.rkt != nullptr && IsBlocked(message)) return;
      return Fail(absl::OutOfRangeError(fmt::format(
          "{}[{}] has no committed offset for group {} that still exists, and input.start is "
          "\"error\". Nothing was skipped. Set input.start to \"earliest\" or \"latest\" to say "
          "where to begin, or set the group's offsets (kafka-consumer-groups.sh --reset-offsets). "
          "Kafka says: {}",
          message.rkt == nullptr ? "a partition" : rd_kafka_topic_name(message.rkt),
          message.partition, options_.properties.at("group.id"), text)));
    case RD_KAFKA_RESP_ERR__FATAL: {
      std::array<char, 512> reason;
      const rd_kafka_resp_err_t cause =
          rd_kafka_fatal_error(client_.get(), reason.data(), reason.size());
      if (cause == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID && !HasMemberId()) {
        return Fail(absl::AbortedError("consuming: the group heard nothing of us for too long"));
      }
      return Fail(KafkaStatus(cause, "consuming", reason.data()));
    }
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return Fail(KafkaStatus(message.err, "consuming", text));
    default:  // librdkafka tries again by itself.
      if (absl::Status refusal = access_.Note(message.err, text); !refusal.ok()) {
        return Fail(std::move(refusal));
      }
      return LogSometimes(message.err, Text(KafkaStatus(message.err, "consuming", text)));
  }
}

void KafkaSource::Block(const rd_kafka_message_t& message) {
  Partition* const partition = Find(message);
  if (partition == nullptr || partition->retry_at) return;
  partition->retry_at = options_.now() + options_.retry_blocked_after;
  if (partition->next < 0) partition->next = message.offset;
  CountBlocked();
  const KafkaPartitions one = MakeKafkaPartitions(1);
  const char* const topic = rd_kafka_topic_name(message.rkt);
  rd_kafka_topic_partition_list_add(one.get(), topic, partition->id);
  rd_kafka_pause_partitions(client_.get(), one.get());
  spdlog::error(
      "{0}[{1}] can't be read on from offset {2}: {3} ({4}). Nothing is skipped; other partitions "
      "go "
      "on, and this one is tried again every {5} s. If no replica is sound, skip the batch by "
      "hand: "
      "stop the group's workers, find the first offset behind it, and set it with "
      "kafka-consumer-groups.sh --group {6} --topic {0}:{1} --reset-offsets --to-offset N "
      "--execute",
      topic, partition->id, std::max(message.offset, partition->next),
      rd_kafka_message_errstr(&message), rd_kafka_err2name(message.err),
      options_.retry_blocked_after.count() / 1000, options_.properties.at("group.id"));
}

bool KafkaSource::IsBlocked(const rd_kafka_message_t& message) {
  const Partition* const partition = Find(message);
  return partition != nullptr && partition->retry_at;
}

// From where the partition stands, which is not behind the batch in question.
void KafkaSource::RetryBlocked(Clock::time_point now) {
  if (blocked() == 0 || paused_) return;
  for (auto& [key, partition] : partitions_) {
    if (!partition.retry_at || now < *partition.retry_at) continue;
    const KafkaPartitions one = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(one.get(), std::string(key.first).c_str(), key.second)
        ->offset = partition.next;
    const KafkaError refused(rd_kafka_seek_partitions(client_.get(), one.get(),
                                                      static_cast<int>(kBrokerTimeout.count())));
    if (refused != nullptr || one->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      partition.retry_at = now + options_.retry_blocked_after;
      continue;
    }
    Unblock(partition);
  }
  CountBlocked();
}

void KafkaSource::Unblock(Partition& partition) {
  partition.retry_at.reset();
  const KafkaPartitions one = MakeKafkaPartitions(1);
  rd_kafka_topic_partition_list_add(one.get(), std::string(partition.topic).c_str(), partition.id);
  rd_kafka_resume_partitions(client_.get(), one.get());
}

void KafkaSource::CountBlocked() {
  const auto count = std::count_if(partitions_.begin(), partitions_.end(), [](const auto& entry) {
    return entry.second.retry_at.has_value();
  });
  blocked_.store(static_cast<std::int32_t>(count), std::memory_order_relaxed);  // See blocked_.
}

void KafkaSource::LogSometimes(rd_kafka_resp_err_t error, std::string_view text) {
  const Clock::time_point now = options_.now();
  const auto [entry, is_new] = logged_at_.try_emplace(error, now);
  if (!is_new && now - entry->second < kLogInterval) return;
  entry->second = now;
  spdlog::warn("kafka consumer: {}", text);
}

void KafkaSource::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
}

}  // namespace wiredesk
