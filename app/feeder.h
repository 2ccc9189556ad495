// Sends records to one topic, never holding more of them than librdkafka's bounded queue does.
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/feed_reader.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

class Feeder {
 public:
  struct Counts {
    std::uint64_t sent = 0;  // Handed over; each is delivered or failed in the end.
    std::uint64_t sent_bytes = 0;
    std::uint64_t delivered = 0;
    std::uint64_t delivered_bytes = 0;
    std::uint64_t failed = 0;
  };

  // `properties` as ProducerProperties() makes them. The topic must exist; waits at most `timeout`
  // for a broker that says so.
  static absl::StatusOr<std::unique_ptr<Feeder>> Open(const KafkaProperties& properties,
                                                      const std::string& topic,
                                                      std::chrono::milliseconds timeout);
  ~Feeder();

  // False: the queue is full; Poll() and try again. A record that Kafka can't take counts as
  // failed. Without a `partition` the key decides.
  bool Send(const FeedRecord& record, std::int32_t partition = RD_KAFKA_PARTITION_UA);

  // Hears what became of records, waiting at most `timeout` for something to hear.
  void Poll(std::chrono::milliseconds timeout);

  // Nothing is under way any more.
  bool idle() const { return counts_.delivered + counts_.failed == counts_.sent; }

  const Counts& counts() const { return counts_; }
  // Why the first failed record failed.
  const std::string& first_failure() const { return first_failure_; }

 private:
  Feeder() = default;
  void NoteFailure(rd_kafka_resp_err_t error);
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);

  KafkaHandle client_;
  KafkaTopic topic_;
  Counts counts_;
  std::string first_failure_;
};

}  // namespace wiredesk
