// The Kafka end of a lane: outputs to one topic, articles that failed to another, as dead letters.
//
// An output has the input record's key (a null key stays null) and its headers. A dead letter has
// the input's bytes, key and headers as they came, and says in further headers what happened:
//   wiredesk.error.stage  .code  .reason  .detail  .topic  .partition  .offset
// What is too large for Kafka loses parts until it fits, each named by a header: the value
// (wiredesk.error.value_dropped = its bytes), then the headers (.headers_dropped = how many), then
// the key (.key_dropped = its bytes). So every record can be accounted for.
//
// If one of the two topics is gone, nothing is given up: the sink takes nothing more, looks for the
// topic again and again, says so, and goes on when it is back, with what could not be delivered
// first.
//
// With a transactional id every record is part of a transaction (transaction.h), which begins with
// the first one sent; the source ends it.
//
// Used by the lane's port thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/broker_check.h"
#include "pipeline/clock.h"
#include "pipeline/io.h"
#include "pipeline/rdkafka.h"
#include "pipeline/record_limits.h"
#include "pipeline/returned_records.h"
#include "pipeline/transaction.h"

namespace wiredesk {

struct KafkaSinkOptions {
  std::string output_topic;
  std::string dead_letter_topic;
  KafkaProperties properties;  // As ProducerProperties() makes them.
  RecordLimits limits = {};
  MonotonicClock now = &std::chrono::steady_clock::now;
};

class KafkaSink final : public Sink, public Transaction {
 public:
  // Makes the producer and connects in the background. `source` hears of each delivery, and must
  // outlive the sink.
  static absl::StatusOr<std::unique_ptr<KafkaSink>> Open(const KafkaSinkOptions& options,
                                                         Source& source);
  ~KafkaSink() override;
  KafkaSink(const KafkaSink&) = delete;
  KafkaSink& operator=(const KafkaSink&) = delete;

  bool Send(Batch& batch) override;
  int Poll() override;
  int Hurry() override;
  std::size_t in_flight() const override { return in_flight_; }
  absl::Status status() const override { return status_; }

  // Waits until a broker is connected, before InitTransactions() and the first Send(), once.
  // Without it the first output waits half a second longer. False: none was in some seconds.
  bool Connect();

  // Takes the transactional id over from whoever had it, ending what they left open. Before the
  // first Send(), once, where the properties have such an id; waits for the broker.
  absl::Status InitTransactions(std::chrono::milliseconds timeout);
  bool transactional() const { return transactional_; }

  bool open() const override { return open_; }
  bool Flush(std::chrono::milliseconds timeout) override;
  Result Commit(const rd_kafka_topic_partition_list_t& offsets, rd_kafka_t& consumer,
                std::chrono::milliseconds timeout) override;
  absl::Status Abort(std::chrono::milliseconds timeout) override;

  // Writes 1 to the eventfd `doorbell` whenever there may be something to Poll().
  void WakeBy(int doorbell);

  // For metadata requests.
  rd_kafka_t* client() { return client_.get(); }

 private:
  KafkaSink(const KafkaSinkOptions& options, Source& source);
  absl::Status Start();
  absl::Status Restart(std::chrono::milliseconds timeout);
  int TimeoutUntil(std::chrono::steady_clock::time_point end) const;
  template <typename Call>
  KafkaError Retry(const Call& call, std::chrono::steady_clock::time_point end) const;
  bool Begin();
  Result ResultOf(const rd_kafka_error_t& error, std::string_view what);
  void Fail(absl::Status status);

  void WaitForTopic(const char* topic);
  void LookForTopics();
  void SuspectTopics();
  std::optional<bool> IsThere(rd_kafka_topic_t* topic);

  // Each returns librdkafka's answer to one record.
  rd_kafka_resp_err_t SendOutput(const Article& article);
  rd_kafka_resp_err_t SendDeadLetter(const Article& article);
  bool SendArticle(Article& article);

  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static void OnError(rd_kafka_t* client, int error, const char* text, void* self);

  const KafkaSinkOptions options_;
  Source& source_;
  KafkaHandle client_;
  KafkaTopic output_;
  KafkaTopic dead_letters_;
  KafkaQueue reports_;  // Only held to ring the doorbell.
  int doorbell_ = -1;
  std::size_t output_bytes_max_ = 0;  // With key and headers.
  std::size_t dead_letter_bytes_max_ = 0;
  std::size_t in_flight_ = 0;
  int reported_ = 0;          // In this Poll() or Hurry().
  int hurries_ = 0;           // What was sent last may be hurried so many times yet.
  ReturnedRecords returned_;  // In flight still, as far as others can see.
  std::optional<std::chrono::steady_clock::time_point> look_at_;  // While a topic is gone.
  std::chrono::steady_clock::time_point complained_at_;
  // When records on their way without any report are to make us look for the topics.
  std::optional<std::chrono::steady_clock::time_point> suspect_at_;
  absl::Status status_;
  AccessWatch access_;

  bool transactional_ = false;
  bool open_ = false;
  // A record of the open transaction was not delivered: it can only be aborted.
  bool spoilt_ = false;
  // Its end is not known: only a new producer, with a new epoch, can be sure of what follows.
  bool unclear_ = false;
};

}  // namespace wiredesk
