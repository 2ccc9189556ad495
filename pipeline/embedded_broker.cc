#include "pipeline/embedded_broker.h"

#include <utility>

#include "pipeline/kafka_client.h"

namespace wiredesk {

absl::StatusOr<std::unique_ptr<EmbeddedBroker>> EmbeddedBroker::Start() {
  // What the mock has to say about its connections is of use to its authors only.
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf({{"client.id", "broker"}, {"log_level", "3"}});
  if (!conf.ok()) return conf.status();
  absl::StatusOr<KafkaHandle> host = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!host.ok()) return host.status();
  std::unique_ptr<EmbeddedBroker> broker(new EmbeddedBroker());
  broker->host_ = *std::move(host);
  broker->cluster_.reset(rd_kafka_mock_cluster_new(broker->host_.get(), 1));
  if (broker->cluster_ == nullptr) {
    return absl::InternalError("the embedded broker could not open a port on the loopback");
  }
  return broker;
}

std::string EmbeddedBroker::bootstrap_servers() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_.get());
}

absl::Status EmbeddedBroker::CreateTopic(const std::string& topic, int partitions) {
  return KafkaStatus(rd_kafka_mock_topic_create(cluster_.get(), topic.c_str(), partitions, 1),
                     "creating topic " + topic);
}

void EmbeddedBroker::SetJoinDelay(int milliseconds) {
  rd_kafka_mock_group_initial_rebalance_delay_ms(cluster_.get(), milliseconds);
}

}  // namespace wiredesk
