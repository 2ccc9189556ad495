#include "pipeline/rules_topic.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "pipeline/broker_check.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds Left(Clock::time_point deadline) {
  return std::max(std::chrono::ceil<milliseconds>(deadline - Clock::now()), milliseconds(0));
}

absl::StatusOr<int> CountPartitions(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                    milliseconds timeout) {
  const struct rd_kafka_metadata* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 0, topic, &raw, static_cast<int>(timeout.count()));
  const KafkaMetadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "asking for the rules' topic");
  return metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
}

// Those that waiting does not cure.
bool IsLasting(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RulesTopic>> RulesTopic::Open(const Settings& settings,
                                                             milliseconds timeout) {
  absl::StatusOr<KafkaProperties> properties = ConsumerProperties(settings);
  if (!properties.ok()) return properties.status();
  for (const char* of_groups :
       {"group.id", "group.instance.id", "group.protocol", "partition.assignment.strategy"}) {
    properties->erase(of_groups);
  }
  (*properties)["auto.offset.reset"] = "earliest";
  (*properties)["enable.partition.eof"] = "true";
  const std::string topics[] = {settings.rules.topic};
  const Clock::time_point deadline = Clock::now() + timeout;
  if (absl::Status status = CheckBrokers(RD_KAFKA_CONSUMER, *properties, topics, timeout);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(*properties);
  if (!conf.ok()) return conf.status();
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  std::unique_ptr<RulesTopic> rules(new RulesTopic());
  rules->name_ = settings.rules.topic;
  rules->brokers_ = BrokersOf(*properties);
  rules->client_ = *std::move(client);
  if (absl::Status status = rules->Start(deadline); !status.ok()) return status;
  return rules;
}

absl::Status RulesTopic::Start(Clock::time_point deadline) {
  topic_.reset(rd_kafka_topic_new(client_.get(), name_.c_str(), nullptr));
  queue_.reset(rd_kafka_queue_new(client_.get()));
  const absl::StatusOr<int> partitions =
      CountPartitions(client_.get(), topic_.get(), std::max(Left(deadline), milliseconds(1000)));
  if (!partitions.ok()) return partitions.status();
  at_end_.assign(static_cast<std::size_t>(*partitions), 0);
  for (std::int32_t i = 0; i < *partitions; ++i) {
    if (rd_kafka_consume_start_queue(topic_.get(), i, RD_KAFKA_OFFSET_BEGINNING, queue_.get()) !=
        0) {
      return KafkaStatus(rd_kafka_last_error(), "reading the rules' topic");
    }
  }
  return ReadToEnd(deadline);
}

RulesTopic::~RulesTopic() {
  if (queue_ == nullptr) return;
  for (std::size_t i = 0; i < at_end_.size(); ++i) {
    rd_kafka_consume_stop(topic_.get(), static_cast<std::int32_t>(i));
  }
}

absl::Status RulesTopic::ReadToEnd(Clock::time_point deadline) {
  while (std::find(at_end_.begin(), at_end_.end(), 0) != at_end_.end()) {
    if (!failure_.ok()) return failure_;
    if (Clock::now() >= deadline) {
      return absl::DeadlineExceededError(
          fmt::format("topic {} at {} was not read to its end in time", name_, brokers_));
    }
    const KafkaMessage message(rd_kafka_consume_queue(queue_.get(), 100));
    if (message != nullptr) Take(*message);
  }
  return failure_;
}

bool RulesTopic::Poll() {
  rd_kafka_poll(client_.get(), 0);
  bool changed = false;
  while (true) {
    const KafkaMessage message(rd_kafka_consume_queue(queue_.get(), 0));
    if (message == nullptr) return changed;
    changed |= Take(*message);
  }
}

void RulesTopic::WakeBy(int event_fd) {
  const std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue_.get(), event_fd, &one, sizeof one);
}

absl::Status RulesTopic::status() const {
  if (!overflowed_) return failure_;
  return absl::ResourceExhaustedError(
      fmt::format("topic {} held more than {} packs or {} MiB; take some away and start again",
                  name_, kPacksMax, kBytesMax >> 20));
}

bool RulesTopic::Take(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    failure_ = absl::OkStatus();
    return TakeRecord(message);
  }
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    const auto partition = static_cast<std::size_t>(message.partition);
    if (partition < at_end_.size()) at_end_[partition] = 1;
    return false;
  }
  const absl::Status status = KafkaStatus(message.err, "reading the rules' topic " + name_);
  spdlog::warn("{}", std::string(status.message()));
  if (IsLasting(message.err)) failure_ = status;
  return false;
}

bool RulesTopic::TakeRecord(const rd_kafka_message_t& message) {
  if (message.key == nullptr || message.key_len == 0) {
    spdlog::warn("topic {}: the record at {}/{} has no key and is ignored: it names no pack", name_,
                 message.partition, message.offset);
    return false;
  }
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  const auto known = packs_.find(key);
  if (message.payload == nullptr) {
    if (known == packs_.end()) return false;
    bytes_ -= known->second.size();
    packs_.erase(known);
    return true;
  }
  const std::string_view value(static_cast<const char*>(message.payload), message.len);
  const std::size_t bytes_known = known == packs_.end() ? 0 : known->second.size();
  if (bytes_ - bytes_known + value.size() > kBytesMax ||
      (known == packs_.end() && packs_.size() == kPacksMax)) {
    overflowed_ = true;  // For good: it isn't known any more what the topic holds.
    return true;
  }
  bytes_ = bytes_ - bytes_known + value.size();
  if (known != packs_.end()) {
    if (known->second == value) return false;
    known->second = value;
    return true;
  }
  packs_.emplace(key, value);
  return true;
}

}  // namespace wiredesk
