// The sink as a transaction: its beginning, its ends, and what to do where one is not known.
#include <spdlog/spdlog.h>

#include <algorithm>

#include "config/check.h"
#include "pipeline/crash_point.h"
#include "pipeline/kafka_sink.h"

namespace wiredesk {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Milliseconds for a call that is to end by `end`; one at least.
int KafkaSink::TimeoutUntil(Clock::time_point end) const {
  const auto left = std::chrono::duration_cast<milliseconds>(end - options_.now());
  return static_cast<int>(std::max(left, milliseconds(1)).count());
}

// Repeats a call that librdkafka says may be repeated, which resumes it where it was, until `end`
// but once at least. Its error, or null.
template <typename Call>
KafkaError KafkaSink::Retry(const Call& call, Clock::time_point end) const {
  KafkaError error = call();
  bool again = true;
  while (again && error != nullptr && rd_kafka_error_is_retriable(error.get()) != 0) {
    again = options_.now() < end;
    error = call();
  }
  return error;
}

absl::Status KafkaSink::InitTransactions(milliseconds timeout) {
  const Clock::time_point end = options_.now() + timeout;
  while (true) {
    const KafkaError error(rd_kafka_init_transactions(client_.get(), TimeoutUntil(end)));
    if (error == nullptr) return absl::OkStatus();
    const absl::Status status = KafkaStatus(error.get(), "taking over the transactional id");
    if (rd_kafka_error_is_retriable(error.get()) == 0 || options_.now() >= end) {
      Fail(status);
      return status;
    }
  }
}

bool KafkaSink::Begin() {
  const KafkaError error(rd_kafka_begin_transaction(client_.get()));
  if (error != nullptr) {
    Fail(KafkaStatus(error.get(), "beginning a transaction"));
    return false;
  }
  open_ = true;
  return true;
}

bool KafkaSink::Flush(milliseconds timeout) {
  rd_kafka_flush(client_.get(), static_cast<int>(timeout.count()));
  if (in_flight_ > 0 && !look_at_) SuspectTopics();
  return in_flight_ == 0 && !spoilt_ && status_.ok();
}

KafkaSink::Result KafkaSink::ResultOf(const rd_kafka_error_t& error, std::string_view what) {
  const absl::Status status = KafkaStatus(&error, what);
  if (rd_kafka_error_is_fatal(&error) != 0) {
    Fail(status);
    return Result::kFailed;
  }
  spdlog::warn("kafka: {}", Text(status));
  if (rd_kafka_error_txn_requires_abort(&error) != 0) return Result::kMustAbort;
  unclear_ = true;
  return Result::kUnclear;
}

KafkaSink::Result KafkaSink::Commit(const rd_kafka_topic_partition_list_t& offsets,
                                    rd_kafka_t& consumer, milliseconds timeout) {
  WIREDESK_CHECK(open_);
  if (!status_.ok()) return Result::kFailed;
  if (spoilt_) return Result::kMustAbort;
  const Clock::time_point end = options_.now() + timeout;
  using GroupMetadata = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                        CallOnDelete<rd_kafka_consumer_group_metadata_destroy>>;
  // Asked for at each try: the generation may have changed since the last. Whoever was put out of
  // the group may have neither a name nor a generation, and offsets that come without both are
  // taken unchecked.
  bool is_member = false;
  const auto send_offsets = [&]() -> KafkaError {
    const GroupMetadata member(rd_kafka_consumer_group_metadata(&consumer));
    is_member = *rd_kafka_consumer_group_metadata_member_id(member.get()) != '\0';
    if (!is_member) return nullptr;
    return KafkaError(rd_kafka_send_offsets_to_transaction(client_.get(), &offsets, member.get(),
                                                           TimeoutUntil(end)));
  };
  const auto commit = [&] {
    return KafkaError(rd_kafka_commit_transaction(client_.get(), TimeoutUntil(end)));
  };
  CrashPoint("before_send_offsets");
  KafkaError error = Retry(send_offsets, end);
  if (error != nullptr) {
    const Result result = ResultOf(*error, "adding offsets to a transaction");
    // Without its offsets in doubt nothing is: the transaction was not asked to end.
    return result == Result::kUnclear ? Result::kMustAbort : result;
  }
  if (!is_member) {
    spdlog::warn("kafka: out of the group: the transaction can't be committed");
    return Result::kMustAbort;
  }
  CrashPoint("after_send_offsets");
  error = Retry(commit, end);
  if (error != nullptr) return ResultOf(*error, "committing a transaction");
  open_ = false;
  return Result::kCommitted;
}

absl::Status KafkaSink::Abort(milliseconds timeout) {
  if (!status_.ok()) return status_;
  if (!open_) return absl::OkStatus();
  if (!unclear_) {
    const Clock::time_point end = options_.now() + timeout;
    const auto abort = [&] {
      return KafkaError(rd_kafka_abort_transaction(client_.get(), TimeoutUntil(end)));
    };
    const KafkaError error = Retry(abort, end);
    if (error != nullptr) {
      const absl::Status status = KafkaStatus(error.get(), "aborting a transaction");
      // The broker knows of no transaction where every partition of it is gone.
      const bool is_over = rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
      if (rd_kafka_error_is_fatal(error.get()) != 0 && !is_over) {
        Fail(status);
        return status;
      }
      spdlog::warn("kafka: {}; making a new producer", Text(status));
      unclear_ = true;
    }
  }
  if (unclear_) {
    if (absl::Status status = Restart(timeout); !status.ok()) return status;
  }
  rd_kafka_poll(client_.get(), 0);  // The reports of what was thrown away.
  open_ = spoilt_ = false;
  return absl::OkStatus();
}

// A delayed end of the old transaction could otherwise end the next one (KIP-890).
absl::Status KafkaSink::Restart(milliseconds timeout) {
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_poll(client_.get(), 0);
  output_.reset();
  dead_letters_.reset();
  reports_.reset();
  client_.reset();
  in_flight_ = 0;
  if (absl::Status status = Start(); !status.ok()) {
    Fail(status);
    return status;
  }
  if (doorbell_ >= 0) WakeBy(doorbell_);
  if (absl::Status status = InitTransactions(timeout); !status.ok()) return status;
  unclear_ = false;
  return absl::OkStatus();
}

}  // namespace wiredesk
