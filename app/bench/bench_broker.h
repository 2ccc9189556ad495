// The broker of a benchmark: one that is there, or an embedded one in this process.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/embedded_broker.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

// One thread at a time.
class BenchBroker {
 public:
  // `properties`: librdkafka's, for all clients; without bootstrap.servers a broker is started.
  // `pid`: the broker's process, if it is on this machine; else 0.
  static absl::StatusOr<std::unique_ptr<BenchBroker>> Open(const KafkaProperties& properties,
                                                           pid_t pid);

  // An embedded broker forgets what is far behind (embedded_broker.h): it is fed while it is read.
  bool is_embedded() const { return embedded_ != nullptr; }

  // For clients, with bootstrap.servers.
  const KafkaProperties& properties() const { return properties_; }

  // New topics with one replica each, whose records have the time at which the broker wrote them
  // (the embedded one can't do that). Waits until they are there.
  absl::Status MakeTopics(const std::vector<std::string>& topics, int partitions);
  // As far as it goes: what is left costs only room.
  void RemoveTopics(const std::vector<std::string>& topics, const std::string& group);

  // What the broker has used so far; none if it can't be told.
  std::optional<double> cpu_seconds() const;

 private:
  BenchBroker() = default;

  std::unique_ptr<EmbeddedBroker> embedded_;
  KafkaHandle client_;
  KafkaProperties properties_;
  pid_t pid_ = 0;
};

}  // namespace wiredesk
