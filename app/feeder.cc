#include "app/feeder.h"

#include <utility>

#include "pipeline/broker_check.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {

absl::StatusOr<std::unique_ptr<Feeder>> Feeder::Open(const KafkaProperties& properties,
                                                     const std::string& topic,
                                                     std::chrono::milliseconds timeout) {
  const std::string topics[] = {topic};
  if (absl::Status status = CheckBrokers(RD_KAFKA_PRODUCER, properties, topics, timeout);
      !status.ok()) {
    return status;
  }
  std::unique_ptr<Feeder> feeder(new Feeder());
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(properties);
  if (!conf.ok()) return conf.status();
  rd_kafka_conf_set_opaque(conf->get(), feeder.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnDelivery);
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  feeder->client_ = *std::move(client);
  feeder->topic_.reset(rd_kafka_topic_new(feeder->client_.get(), topic.c_str(), nullptr));
  return feeder;
}

Feeder::~Feeder() {
  if (client_ != nullptr && !idle()) rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE);
}

bool Feeder::Send(const FeedRecord& record, std::int32_t partition) {
  OutgoingRecord outgoing;
  outgoing.topic = topic_.get();
  outgoing.partition = partition;
  outgoing.key = record.key;
  outgoing.value = record.value;
  const rd_kafka_resp_err_t error = Produce(client_.get(), outgoing);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  ++counts_.sent;
  counts_.sent_bytes += record.value.size();
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) NoteFailure(error);
  return true;
}

void Feeder::Poll(std::chrono::milliseconds timeout) {
  rd_kafka_poll(client_.get(), static_cast<int>(timeout.count()));
}

void Feeder::NoteFailure(rd_kafka_resp_err_t error) {
  ++counts_.failed;
  if (first_failure_.empty()) first_failure_ = rd_kafka_err2str(error);
}

void Feeder::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  Feeder& self = *static_cast<Feeder*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return self.NoteFailure(message->err);
  ++self.counts_.delivered;
  self.counts_.delivered_bytes += message->len;
}

}  // namespace wiredesk
