// Where a source begins in a partition: where the group has got to, else where input.start says.
//
// It asks by itself, and gives librdkafka the answer with the assignment. Left to librdkafka (up to
// 2.15 at least), a group whose offset is still part of somebody's open transaction, while the
// assignment changes once more, counts as one that has no offset: the partition would be read from
// its beginning, or from its end.
#include <fmt/format.h>

#include "pipeline/heartbeat.h"
#include "pipeline/kafka_partitions.h"
#include "pipeline/kafka_source.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

// An answer takes milliseconds. One that has to wait for a transaction takes up to its time-out:
// meanwhile the lane goes on with its other partitions.
constexpr milliseconds kAskTimeout{1000};
constexpr milliseconds kAskAgainTimeout{200};
constexpr milliseconds kAskAgainEvery{1000};

}  // namespace

// Fills in where each of the new `partitions` begins. One whose offset is not known yet is to be
// held by HoldUnsettled().
void KafkaSource::SetStarts(rd_kafka_topic_partition_list_t& partitions) {
  if (partitions.cnt == 0) return;
  const BrokerWait wait;
  const KafkaPartitions answer(rd_kafka_topic_partition_list_copy(&partitions));
  const bool is_known =
      rd_kafka_committed(client_.get(), answer.get(), static_cast<int>(kAskTimeout.count())) ==
      RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; i < partitions.cnt; ++i) {
    rd_kafka_topic_partition_t& element = partitions.elems[i];
    const rd_kafka_topic_partition_t& found = answer->elems[i];
    Partition& partition = partitions_.at({element.topic, element.partition});
    if (is_known && found.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
        SetStart(partition, found, element)) {
      continue;
    }
    partition.settle_at = options_.now();
    element.offset = RD_KAFKA_OFFSET_END;  // Nothing much comes from there.
  }
}

// False: there is nowhere to begin, and the source has failed.
bool KafkaSource::SetStart(Partition& partition, const rd_kafka_topic_partition_t& committed,
                           rd_kafka_topic_partition_t& start) {
  if (committed.offset >= 0) {
    partition.committed = committed.offset;
    start.offset = committed.offset;
    // By it the broker tells whether the log still is the one that the offset was made in.
    rd_kafka_topic_partition_set_leader_epoch(
        &start, rd_kafka_topic_partition_get_leader_epoch(&committed));
    return true;
  }
  const std::string& policy = options_.properties.at("auto.offset.reset");
  if (policy == "error") {
    FailWithoutStart(start.topic, start.partition, "No offset is committed.");
    return false;
  }
  start.offset = policy == "earliest" ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
  return true;
}

void KafkaSource::FailWithoutStart(std::string_view topic, std::int32_t id, std::string_view why) {
  Fail(absl::OutOfRangeError(fmt::format(
      "{}[{}] has no committed offset for group {} that still exists, and input.start is "
      "\"error\". "
      "Nothing was skipped. Set input.start to \"earliest\" or \"latest\" to say where to begin, "
      "or "
      "set the group's offsets (kafka-consumer-groups.sh --reset-offsets). Kafka says: {}",
      topic, id, options_.properties.at("group.id"), why)));
}

// After they are assigned: until it is known where they begin, nothing is taken from them.
void KafkaSource::HoldUnsettled() {
  const KafkaPartitions held = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (const auto& [key, partition] : partitions_) {
    if (!partition.settle_at) continue;
    rd_kafka_topic_partition_list_add(held.get(), std::string(key.first).c_str(), key.second);
  }
  if (held->cnt > 0) rd_kafka_pause_partitions(client_.get(), held.get());
}

void KafkaSource::SettleStarts(Clock::time_point now) {
  if (paused_ || !status_.ok()) return;
  for (auto& [key, partition] : partitions_) {
    if (partition.settle_at && now >= *partition.settle_at && !Settle(partition)) {
      partition.settle_at = options_.now() + kAskAgainEvery;
    }
  }
}

bool KafkaSource::Settle(Partition& partition) {
  const BrokerWait wait;
  const KafkaPartitions one = MakeKafkaPartitions(1);
  rd_kafka_topic_partition_list_add(one.get(), std::string(partition.topic).c_str(), partition.id);
  rd_kafka_topic_partition_t& element = one->elems[0];
  if (rd_kafka_committed(client_.get(), one.get(), static_cast<int>(kAskAgainTimeout.count())) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      element.err != RD_KAFKA_RESP_ERR_NO_ERROR || !SetStart(partition, element, element)) {
    return false;
  }
  const KafkaError refused(
      rd_kafka_seek_partitions(client_.get(), one.get(), static_cast<int>(kBrokerTimeout.count())));
  if (refused != nullptr || element.err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  partition.settle_at.reset();
  rd_kafka_resume_partitions(client_.get(), one.get());
  return true;
}

}  // namespace wiredesk
