// How a source takes up and gives up partitions.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "pipeline/crash_point.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_partitions.h"
#include "pipeline/kafka_source.h"

namespace wiredesk {

using std::chrono::milliseconds;

constexpr milliseconds kLearnTimeout{1000};

void KafkaSource::OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                              rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  KafkaSource& self = *static_cast<KafkaSource*>(opaque);
  // Not told any more once the group's coordinator is lost while the client closes.
  if (const char* const protocol = rd_kafka_rebalance_protocol(client)) {
    self.is_cooperative_ = std::string_view(protocol) == "COOPERATIVE";
  }
  KafkaError error;
  if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    self.OnAssign(*partitions);
    if (self.is_cooperative_) {
      error.reset(rd_kafka_incremental_assign(client, partitions));
    } else {
      rd_kafka_assign(client, partitions);
    }
    if (self.paused_) self.PauseAll(true);
  } else if (event == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    self.OnRevoke(*partitions);
    if (self.is_cooperative_) {
      error.reset(rd_kafka_incremental_unassign(client, partitions));
    } else {
      rd_kafka_assign(client, nullptr);
    }
  } else {
    rd_kafka_assign(client, nullptr);
    self.LogSometimes(event, Text(KafkaStatus(event, "joining the group")));
  }
  if (error != nullptr) self.Fail(KafkaStatus(error.get(), "taking up or giving up partitions"));
  if (self.rewind_due_) self.Rewind();
  // Relaxed: see assigned_.
  self.CountBlocked();
  self.assigned_.store(static_cast<std::int32_t>(self.partitions_.size()),
                       std::memory_order_relaxed);
}

void KafkaSource::OnAssign(rd_kafka_topic_partition_list_t& partitions) {
  if (partitions.cnt > 0) {
    spdlog::info("kafka: assigned {}", Describe(partitions));
  } else if (partitions_.empty()) {
    spdlog::info("kafka: assigned no partition for now");
  }
  CrashPoint("assign");
  for (const rd_kafka_topic_partition_t& element : Elements(partitions)) {
    const auto& [topic, number] = Intern(element.topic);
    const PartitionKey key(topic, element.partition);
    Partition partition;
    partition.topic = topic;
    partition.topic_number = number;
    partition.id = element.partition;
    tracker_.Assign(number, partition.id);
    if (const auto end = ends_.find(key); end != ends_.end()) partition.until = end->second;
    partitions_[key] = partition;
  }
  if (partitions.cnt > 0) LearnCommitted(partitions);
}

// For the lag of partitions that no record has come from yet. An offset that is part of an open
// transaction is not waited for here: the lane has other partitions.
void KafkaSource::LearnCommitted(const rd_kafka_topic_partition_list_t& partitions) {
  const BrokerWait wait;
  const KafkaPartitions offsets(rd_kafka_topic_partition_list_copy(&partitions));
  if (rd_kafka_committed(client_.get(), offsets.get(), static_cast<int>(kLearnTimeout.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  for (const rd_kafka_topic_partition_t& element : Elements(*offsets)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR || element.offset < 0) continue;
    const auto found = partitions_.find({element.topic, element.partition});
    if (found != partitions_.end()) found->second.committed = element.offset;
  }
}

void KafkaSource::OnRevoke(rd_kafka_topic_partition_list_t& partitions) {
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  if (partitions.cnt > 0) {
    spdlog::info("kafka: {} {}", lost ? "lost" : "giving up", Describe(partitions));
  }
  CrashPoint("revoke_begin");
  ForgetUnfinished(partitions);
  // Drained even if lost: what is in the lane would otherwise come out beside the next owner's. Who
  // closes has drained for as long as they cared to.
  const bool drained = rebalance_->Drain(closed_ ? milliseconds(0) : drain_timeout_);
  if (!drained && !closed_) {
    spdlog::warn(
        "kafka: the lane did not drain in {} ms; the next owner repeats what is unfinished",
        drain_timeout_.count());
  }
  if (transaction_ != nullptr) {
    const bool may_commit = !lost && drained && status_.ok();
    if (!may_commit || !EndTransaction(drain_timeout_)) AbortTransaction();
  } else if (!lost) {
    const KafkaPartitions offsets = CommittableOffsets(&partitions, true);
    if (offsets->cnt > 0) {
      const absl::Status status =
          CommitAndWait(*offsets, closed_ ? kBrokerTimeout : drain_timeout_);
      if (!status.ok()) spdlog::warn("kafka: {}", Text(status));
    }
  }
  CrashPoint("revoke_end");
  for (const rd_kafka_topic_partition_t& element : Elements(partitions)) {
    const auto found = partitions_.find({element.topic, element.partition});
    if (found == partitions_.end()) continue;
    tracker_.Revoke(found->second.topic_number, found->second.id);
    partitions_.erase(found);
  }
  last_topic_ = nullptr;
  last_ = nullptr;
}

// Records that the lane has not got yet: neither produced nor committed, so another member's to
// read.
void KafkaSource::ForgetUnfinished(const rd_kafka_topic_partition_list_t& partitions) {
  const auto revoked = [&](std::string_view topic, std::int32_t id) {
    const auto all = Elements(partitions);
    return std::any_of(all.begin(), all.end(), [&](const rd_kafka_topic_partition_t& element) {
      return element.partition == id && topic == element.topic;
    });
  };
  if (filling_ != nullptr) {
    filling_->RemoveIf([&](const Article& article) {
      return revoked(article.origin.topic, article.origin.partition);
    });
  }
  std::erase_if(stash_, [&](const KafkaMessage& message) {
    return revoked(rd_kafka_topic_name(message->rkt), message->partition);
  });
}

}  // namespace wiredesk
