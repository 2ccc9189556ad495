// A Kafka broker inside this process: librdkafka's mock cluster, listening on the loopback. For the
// demo and for tests only. Nothing is stored on disk, and of each partition it keeps the newest
// 5 MiB or 100,000 records and forgets the rest without a word, so whoever feeds it must not run
// further ahead of the readers than that.
//
// It answers on a thread of its own; the members here may be called on any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pipeline/rdkafka.h"

// It must come after rdkafka.h.
#include <librdkafka/rdkafka_mock.h>

namespace wiredesk {

class EmbeddedBroker {
 public:
  static absl::StatusOr<std::unique_ptr<EmbeddedBroker>> Start();

  // "127.0.0.1:PORT".
  std::string bootstrap_servers() const;

  absl::Status CreateTopic(const std::string& topic, int partitions);

  // How long the first members of a group wait for more to join; 3 s unless set.
  void SetJoinDelay(int milliseconds);

  // For injecting errors.
  rd_kafka_mock_cluster_t* cluster() { return cluster_.get(); }

 private:
  EmbeddedBroker() = default;

  KafkaHandle host_;  // The cluster lives inside a client.
  std::unique_ptr<rd_kafka_mock_cluster_t, CallOnDelete<rd_kafka_mock_cluster_destroy>> cluster_;
};

}  // namespace wiredesk
