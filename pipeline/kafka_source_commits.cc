// How a source commits offsets, alone or as part of a transaction, and takes back what can't be.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "pipeline/crash_point.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_partitions.h"
#include "pipeline/kafka_source.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kCommitAgainAfter{50};
constexpr milliseconds kCommitTimeout{10000};
// Transactions aborted one after the other, with nothing committed between, before the worker says
// that it does not get on.
constexpr int kAbortsMax = 10;

// Whether a commit was refused for a rebalance that is under way: it passes.
bool MeetsRebalance(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t* results) {
  const auto passes = [](rd_kafka_resp_err_t cause) {
    return cause == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
           cause == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
  };
  if (passes(error) || results == nullptr) return passes(error);
  const auto all = Elements(*results);
  return std::any_of(all.begin(), all.end(), [&](const rd_kafka_topic_partition_t& element) {
    return passes(element.err);
  });
}

}  // namespace

KafkaPartitions KafkaSource::CommittableOffsets(const rd_kafka_topic_partition_list_t* only,
                                                bool wait) {
  KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (auto& [key, partition] : partitions_) {
    const std::string topic(key.first);
    const bool wanted = only == nullptr || rd_kafka_topic_partition_list_find(
                                               only, topic.c_str(), key.second) != nullptr;
    if (!wanted) continue;
    const std::int64_t watermark = Watermark(partition);
    // What is asked for without waiting may yet be refused, so it does not count for who waits.
    const std::int64_t known =
        wait ? partition.committed : std::max(partition.requested, partition.committed);
    if (watermark < 0 || watermark <= known) continue;
    partition.requested = watermark;
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), key.second)->offset = watermark;
  }
  return offsets;
}

absl::Status KafkaSource::Commit(bool wait) {
  const Clock::time_point now = options_.now();
  if (!wait && (now - committed_at_ < options_.commit_interval)) return status_;
  committed_at_ = now;
  RetryBlocked(now);
  PublishLag();
  if (transaction_ != nullptr) {
    // What failed may have left articles in the lane that are not ours any more.
    if (!status_.ok()) return status_;
    if (!EndTransaction(kCommitTimeout)) {
      AbortTransaction();
      if (rewind_due_) Rewind();
      if (wait) Fail(absl::AbortedError("the last transaction was aborted"));
    }
    return status_;
  }
  const KafkaPartitions offsets = CommittableOffsets(nullptr, wait);
  if (offsets->cnt == 0) return status_;
  CrashPoint("before_commit");
  if (wait) {
    const absl::Status status = CommitAndWait(*offsets, kCommitTimeout);
    PublishLag();
    return status.ok() ? status_ : status;
  }
  // The answer comes to OnCommit().
  const rd_kafka_resp_err_t error = rd_kafka_commit(client_.get(), offsets.get(), 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const absl::Status status = RecordCommit(error, *offsets);
    LogSometimes(error, Text(status));
  }
  return status_;
}

absl::Status KafkaSource::CommitAndWait(const rd_kafka_topic_partition_list_t& offsets,
                                        milliseconds timeout) {
  const BrokerWait wait;
  // Its own queue, so that the wait has an end even when the coordinator does not answer.
  const KafkaQueue answers(rd_kafka_queue_new(client_.get()));
  const Clock::time_point end = options_.now() + timeout;
  for (;;) {
    const rd_kafka_resp_err_t refused =
        rd_kafka_commit_queue(client_.get(), &offsets, answers.get(), nullptr, nullptr);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return RecordCommit(refused, offsets);
    const auto left = std::chrono::ceil<milliseconds>(end - options_.now());
    const KafkaEvent answer(rd_kafka_queue_poll(answers.get(), static_cast<int>(left.count())));
    if (answer == nullptr) return RecordCommit(RD_KAFKA_RESP_ERR__TIMED_OUT, offsets);
    const rd_kafka_resp_err_t error = rd_kafka_event_error(answer.get());
    const rd_kafka_topic_partition_list_t* results =
        rd_kafka_event_topic_partition_list(answer.get());
    if (!MeetsRebalance(error, results) || options_.now() + kCommitAgainAfter >= end) {
      return RecordCommit(error, results == nullptr ? offsets : *results);
    }
    // The client takes part in the rebalance by itself; nothing else comes to this queue.
    rd_kafka_queue_poll(answers.get(), static_cast<int>(kCommitAgainAfter.count()));
  }
}

// Notes what became of a commit. What failed is asked for again the next time.
absl::Status KafkaSource::RecordCommit(rd_kafka_resp_err_t error,
                                       const rd_kafka_topic_partition_list_t& offsets) {
  absl::Status status;
  for (const rd_kafka_topic_partition_t& element : Elements(offsets)) {
    const auto found = partitions_.find({element.topic, element.partition});
    const rd_kafka_resp_err_t cause = error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : element.err;
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR && status.ok()) {
      status =
          KafkaStatus(cause, fmt::format("committing {}[{}]", element.topic, element.partition));
    }
    if (found == partitions_.end()) continue;
    Partition& partition = found->second;
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
      partition.committed = std::max(partition.committed, element.offset);
    } else {
      partition.requested = -1;
    }
  }
  return status;
}

void KafkaSource::OnCommit(rd_kafka_t*, rd_kafka_resp_err_t error,
                           rd_kafka_topic_partition_list_t* offsets, void* opaque) {
  KafkaSource& self = *static_cast<KafkaSource*>(opaque);
  if (offsets == nullptr || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  const absl::Status status = self.RecordCommit(error, *offsets);
  if (!status.ok()) self.LogSometimes(error, Text(status));
}

// --- Transactions --------------------------------------------------------------------------------

// True: everything sent is committed with its offsets.
bool KafkaSource::EndTransaction(milliseconds timeout) {
  if (!transaction_->open()) return true;
  const BrokerWait wait;
  // Delivery reports move the watermarks, so the offsets are those of the records sent.
  CrashPoint("before_flush");
  if (!transaction_->Flush(timeout)) return false;
  CrashPoint("after_flush");
  const KafkaPartitions offsets = CommittableOffsets(nullptr, true);
  if (transaction_->Commit(*offsets, *client_, timeout) != Transaction::Result::kCommitted) {
    return false;
  }
  CrashPoint("after_commit");
  aborts_in_a_row_ = 0;
  static_cast<void>(RecordCommit(RD_KAFKA_RESP_ERR_NO_ERROR, *offsets));
  return true;
}

// Forgets the open transaction and everything taken in since it began, wherever that is. The
// partitions are to be set back by Rewind(): of those that are being given up, nothing matters.
void KafkaSource::AbortTransaction() {
  if (!closed_ && !rebalance_->Discard(drain_timeout_)) {
    return Fail(
        absl::DeadlineExceededError("the lane holds on to articles that are to be dropped"));
  }
  stash_.clear();
  if (filling_ != nullptr) filling_->RemoveIf([](const Article&) { return true; });
  // Before the reports of what is thrown away: they belong to the old epoch.
  for (auto& [key, partition] : partitions_) {
    tracker_.Revoke(partition.topic_number, partition.id);
    tracker_.Assign(partition.topic_number, partition.id);
    partition.requested = -1;
  }
  const BrokerWait wait;
  if (absl::Status status = transaction_->Abort(kCommitTimeout); !status.ok()) return Fail(status);
  rewind_due_ = !closed_;
  spdlog::warn("kafka: transaction aborted; its articles are read again");
  if (++aborts_in_a_row_ > kAbortsMax) {
    Fail(absl::AbortedError(
        fmt::format("{} transactions in a row were aborted: the log says why", aborts_in_a_row_)));
  }
}

// Sets every partition back to what the group has, or to where this member began.
void KafkaSource::Rewind() {
  const BrokerWait wait;
  CrashPoint("rewind");
  rewind_due_ = false;
  if (partitions_.empty()) return;
  const KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (const auto& [key, partition] : partitions_) {
    rd_kafka_topic_partition_list_add(offsets.get(), std::string(key.first).c_str(), key.second);
  }
  const int timeout_ms = static_cast<int>(kCommitTimeout.count());
  const rd_kafka_resp_err_t error = rd_kafka_committed(client_.get(), offsets.get(), timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(KafkaStatus(error, "asking where to read on"));
  }
  const KafkaPartitions seeks = MakeKafkaPartitions(offsets->cnt);
  for (const rd_kafka_topic_partition_t& element : Elements(*offsets)) {
    Partition& partition = partitions_.at({element.topic, element.partition});
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fail(KafkaStatus(element.err, "asking where to read on"));
    }
    const std::int64_t target = element.offset >= 0 ? element.offset : partition.first;
    if (target < 0) continue;  // Nothing was taken from it.
    partition.next = target;
    partition.committed = element.offset >= 0 ? element.offset : -1;
    rd_kafka_topic_partition_list_add(seeks.get(), element.topic, element.partition)->offset =
        target;
  }
  if (seeks->cnt == 0) return;
  const KafkaError refused(rd_kafka_seek_partitions(client_.get(), seeks.get(), timeout_ms));
  if (refused != nullptr) return Fail(KafkaStatus(refused.get(), "reading again"));
  for (const rd_kafka_topic_partition_t& element : Elements(*seeks)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fail(KafkaStatus(element.err, "reading again"));
    }
    Partition& partition = partitions_.at({element.topic, element.partition});
    if (partition.retry_at && !paused_) Unblock(partition);  // It is met again on the way.
  }
  CountBlocked();
}

void KafkaSource::PublishLag() {
  std::vector<PartitionState> states;
  std::int64_t lag = 0;
  for (const auto& [key, partition] : partitions_) {
    PartitionState& state = states.emplace_back();
    state.topic = std::string(key.first);
    state.id = key.second;
    state.blocked = partition.retry_at.has_value();
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (rd_kafka_get_watermark_offsets(client_.get(), state.topic.c_str(), state.id, &low, &high) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < 0) {
      continue;
    }
    const std::int64_t done = std::max({Watermark(partition), partition.committed, low});
    state.lag = std::max<std::int64_t>(high - done, 0);
    lag += state.lag;
  }
  lag_.store(assigned() < 0 ? -1 : lag, std::memory_order_relaxed);  // Relaxed: see lag_.
  const std::lock_guard lock(states_mutex_);
  states_ = std::move(states);
}

std::vector<PartitionState> KafkaSource::partitions() const {
  const std::lock_guard lock(states_mutex_);
  return states_;
}

}  // namespace wiredesk
