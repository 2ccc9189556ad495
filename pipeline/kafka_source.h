// The Kafka end that a lane's articles come from: one member of the consumer group.
//
// Progress is kept in our own tracker of delivered outputs. An offset is committed only when the
// output of every record before it is delivered; what librdkafka calls "position" runs ahead of
// that by everything the lane holds, and is never used.
//
// Losing partitions (a rebalance, or leaving): records of theirs that were not handed to the lane
// yet are thrown away, the lane drains, what was delivered is committed, and only then are they
// given up, so that the next owner starts where our output ends. A partition that comes back starts
// a new epoch: late acknowledgements of the old one change nothing.
//
// With a transaction the offsets are part of it, and the rest is as above, but for failures: what
// can't be committed is aborted, the lane is emptied, and every partition that stays is read again
// from the last committed offset. The outputs in between have not been there.
//
// A batch of records that can't be read (a wrong checksum, a compression that does not unpack)
// blocks its partition: librdkafka would go on behind it. Nothing behind it is taken in or
// committed, until it can be read after all; it is tried again from time to time. Other partitions
// go on.
//
// Used by the lane's port thread only, except where a member says otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/broker_check.h"
#include "pipeline/clock.h"
#include "pipeline/io.h"
#include "pipeline/offset_tracker.h"
#include "pipeline/rdkafka.h"
#include "pipeline/transaction.h"

namespace wiredesk {

struct KafkaSourceOptions {
  std::vector<std::string> topics;
  KafkaProperties properties;  // As ConsumerProperties() makes them.
  std::chrono::milliseconds commit_interval{1000};
  // A shorter stall of the lane does not pause the partitions: a pause throws away what librdkafka
  // has read ahead.
  std::chrono::milliseconds pause_after{1000};
  // How long a partition with a batch that can't be read is left alone: its leader may change, and
  // another replica may be sound.
  std::chrono::milliseconds retry_blocked_after{30000};
  // End when every partition is read up to where it ended at Subscribe(). Regular expressions in
  // `topics` are refused with it.
  bool until_end = false;
  MonotonicClock now = &std::chrono::steady_clock::now;
};

// Of an assigned partition, as of the last Commit().
struct PartitionState {
  std::string topic;
  std::int32_t id = 0;
  std::int64_t lag = -1;  // Records that are neither delivered nor committed; -1: unknown.
  bool blocked = false;   // A batch of records can't be read.
};

class KafkaSource final : public Source {
 public:
  // Makes the consumer and connects in the background.
  static absl::StatusOr<std::unique_ptr<KafkaSource>> Open(const KafkaSourceOptions& options);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  // Commits offsets as part of `transaction`, which must live until Close(). Before Subscribe().
  void CommitBy(Transaction& transaction) { transaction_ = &transaction; }

  // Joins the group. `rebalance` must live until Close(). Once, before the first Fill().
  absl::Status Subscribe(Rebalance& rebalance);

  // kEnd also after a failure that more reading can't cure; status() says which.
  State Fill(Batch& batch, std::size_t bytes_max) override;
  void KeepAlive() override;
  void Acknowledge(std::uint64_t ack, bool delivered) override;
  // Not OK after such a failure, and with `wait` also when the broker did not take the offsets.
  absl::Status Commit(bool wait) override;
  void Close() override;
  absl::Status status() const override { return status_; }

  // Writes 1 to the eventfd `doorbell` whenever there may be something to Fill() with.
  void WakeBy(int doorbell);

  // Records between what is committed or delivered and the end of the assigned partitions, as of
  // the last Commit(); -1 until known. Any thread.
  std::int64_t lag() const { return lag_.load(std::memory_order_relaxed); }
  // Assigned partitions that can't be read on. Any thread.
  std::int32_t blocked() const { return blocked_.load(std::memory_order_relaxed); }
  // Any thread.
  std::vector<PartitionState> partitions() const;
  // Partitions assigned now; -1 until the group has been joined. Any thread.
  std::int32_t assigned() const { return assigned_.load(std::memory_order_relaxed); }

  // For metadata requests.
  rd_kafka_t* client() { return client_.get(); }

 private:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kBrokerTimeout{5000};

  // An assigned partition.
  struct Partition {
    std::string_view topic;  // A key of topics_.
    std::int32_t topic_number = 0;
    std::int32_t id = 0;
    std::int64_t next = -1;       // The offset that must come next, or a later one.
    std::int64_t committed = -1;  // What the broker is known to have; -1: unknown.
    std::int64_t requested = -1;  // The highest offset asked to be committed.
    std::int64_t until = -1;      // The end at Subscribe(), if that matters.
    std::int64_t first = -1;      // The first offset taken in under this assignment.
    // Set while a batch of records can't be read: when to try again.
    std::optional<Clock::time_point> retry_at;
  };
  using PartitionKey = std::pair<std::string_view, std::int32_t>;

  explicit KafkaSource(const KafkaSourceOptions& options);
  absl::Status Start();
  absl::Status FindEnds();
  bool AtEnd();
  bool GroupAtEnd();

  KafkaMessage NextMessage();
  void Take(const rd_kafka_message_t& message, Batch& batch);
  bool HasMemberId() const;
  void HandleError(const rd_kafka_message_t& message);
  void Block(const rd_kafka_message_t& message);
  bool IsBlocked(const rd_kafka_message_t& message);
  void RetryBlocked(Clock::time_point now);
  void Unblock(Partition& partition);
  void CountBlocked();
  void LogSometimes(rd_kafka_resp_err_t error, std::string_view text);
  void Fail(absl::Status status);
  Partition* Find(const rd_kafka_message_t& message);
  // The key and the number of `topic` in topics_, entered if new.
  std::pair<const std::string, std::int32_t>& Intern(std::string_view topic);
  std::int64_t Watermark(const Partition& partition) const {
    return tracker_.watermark(partition.topic_number, partition.id);
  }

  void OnAssign(rd_kafka_topic_partition_list_t& partitions);
  void OnRevoke(rd_kafka_topic_partition_list_t& partitions);
  void ForgetUnfinished(const rd_kafka_topic_partition_list_t& partitions);
  void LearnCommitted(const rd_kafka_topic_partition_list_t& partitions);
  void PauseAll(bool pause);

  // What may be committed and is not yet, of all partitions or of `only`.
  KafkaPartitions CommittableOffsets(const rd_kafka_topic_partition_list_t* only, bool wait);
  absl::Status CommitAndWait(const rd_kafka_topic_partition_list_t& offsets,
                             std::chrono::milliseconds timeout);
  absl::Status RecordCommit(rd_kafka_resp_err_t error,
                            const rd_kafka_topic_partition_list_t& offsets);
  void PublishLag();

  bool EndTransaction(std::chrono::milliseconds timeout);
  void AbortTransaction();
  void Rewind();

  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                          rd_kafka_topic_partition_list_t* partitions, void* self);
  static void OnCommit(rd_kafka_t* client, rd_kafka_resp_err_t error,
                       rd_kafka_topic_partition_list_t* offsets, void* self);

  const KafkaSourceOptions options_;
  std::chrono::milliseconds drain_timeout_{};  // Half of the session timeout.
  OffsetTracker tracker_;
  std::map<std::string, std::int32_t, std::less<>> topics_;  // Numbered as they are met.
  std::map<PartitionKey, Partition> partitions_;
  std::map<PartitionKey, std::int64_t> ends_;  // At Subscribe(), with until_end.
  Rebalance* rebalance_ = nullptr;
  Transaction* transaction_ = nullptr;
  int aborts_in_a_row_ = 0;
  bool rewind_due_ = false;  // The transaction was aborted; partitions still stand too far on.
  absl::Status status_;
  AccessWatch access_;

  KafkaHandle client_;
  KafkaQueue events_;               // Only held to ring the doorbell.
  std::deque<KafkaMessage> stash_;  // Read ahead; the next Fill() takes them first.
  Batch* filling_ = nullptr;        // During Fill().
  bool paused_ = false;
  bool closed_ = false;
  bool is_cooperative_ = true;  // The group's protocol, as last told.
  Clock::time_point polled_at_;
  Clock::time_point committed_at_;
  Clock::time_point asked_group_at_;  // Of GroupAtEnd().
  std::map<rd_kafka_resp_err_t, Clock::time_point> logged_at_;

  // The partition of the last message: records come in runs.
  const rd_kafka_topic_t* last_topic_ = nullptr;
  std::int32_t last_id_ = -1;
  Partition* last_ = nullptr;

  mutable std::mutex states_mutex_;
  std::vector<PartitionState> states_;       // For partitions().
  std::atomic<std::int64_t> lag_ = -1;       // Relaxed: a figure for people, nothing hangs on it.
  std::atomic<std::int32_t> assigned_ = -1;  // The same.
  std::atomic<std::int32_t> blocked_ = 0;    // The same.
};

}  // namespace wiredesk
