#include "app/bench/bench_broker.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "app/bench/child_process.h"
#include "pipeline/broker_check.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

constexpr int kTimeoutMs = 30000;

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, CallOnDelete<rd_kafka_NewTopic_destroy>>;
using OldTopic =
    std::unique_ptr<rd_kafka_DeleteTopic_t, CallOnDelete<rd_kafka_DeleteTopic_destroy>>;
using OldGroup =
    std::unique_ptr<rd_kafka_DeleteGroup_t, CallOnDelete<rd_kafka_DeleteGroup_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, CallOnDelete<rd_kafka_AdminOptions_destroy>>;

// Waits on the broker until the topics are known everywhere.
AdminOptions MakeOptions(rd_kafka_t* client, rd_kafka_admin_op_t operation) {
  AdminOptions options(rd_kafka_AdminOptions_new(client, operation));
  std::array<char, 256> text;
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kTimeoutMs, text.data(), text.size());
  if (operation != RD_KAFKA_ADMIN_OP_DELETEGROUPS) {
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), kTimeoutMs / 2, text.data(),
                                                text.size());
  }
  return options;
}

absl::Status StatusOfCreation(rd_kafka_event_t* event) {
  if (event == nullptr) return absl::DeadlineExceededError("creating topics: no answer");
  if (const rd_kafka_resp_err_t error = rd_kafka_event_error(event); error != 0) {
    return KafkaStatus(error, "creating topics", rd_kafka_event_error_string(event));
  }
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* const text = rd_kafka_topic_result_error_string(results[i]);
    return KafkaStatus(error,
                       fmt::format("creating topic {}", rd_kafka_topic_result_name(results[i])),
                       text == nullptr ? rd_kafka_err2str(error) : text);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchBroker>> BenchBroker::Open(const KafkaProperties& properties,
                                                               pid_t pid) {
  std::unique_ptr<BenchBroker> broker(new BenchBroker());
  broker->properties_ = properties;
  broker->pid_ = pid;
  if (!properties.contains("bootstrap.servers")) {
    auto embedded = EmbeddedBroker::Start();
    if (!embedded.ok()) return embedded.status();
    broker->embedded_ = *std::move(embedded);
    broker->embedded_->SetJoinDelay(0);
    broker->properties_["bootstrap.servers"] = broker->embedded_->bootstrap_servers();
    return broker;
  }
  const absl::Status answers = CheckBrokers(RD_KAFKA_PRODUCER, broker->properties_, {},
                                            std::chrono::milliseconds(kTimeoutMs));
  if (!answers.ok()) return answers;
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(broker->properties_);
  if (!conf.ok()) return conf.status();
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  broker->client_ = *std::move(client);
  return broker;
}

absl::Status BenchBroker::MakeTopics(const std::vector<std::string>& topics, int partitions) {
  if (is_embedded()) {
    for (const std::string& topic : topics) {
      if (absl::Status status = embedded_->CreateTopic(topic, partitions); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }
  std::vector<NewTopic> owned;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  std::array<char, 256> text;
  for (const std::string& topic : topics) {
    owned.emplace_back(
        rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text.data(), text.size()));
    if (owned.back() == nullptr) return absl::InvalidArgumentError(text.data());
    rd_kafka_NewTopic_set_config(owned.back().get(), "message.timestamp.type", "LogAppendTime");
    wanted.push_back(owned.back().get());
  }
  const KafkaQueue queue(rd_kafka_queue_new(client_.get()));
  const AdminOptions options = MakeOptions(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_CreateTopics(client_.get(), wanted.data(), wanted.size(), options.get(), queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), 2 * kTimeoutMs));
  absl::Status status = StatusOfCreation(event.get());
  if (!status.ok()) return status;
  // A broker may take a while to know what it has made.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMs);
  do {
    status =
        CheckBrokers(RD_KAFKA_PRODUCER, properties_, topics, std::chrono::milliseconds(kTimeoutMs));
  } while (absl::IsNotFound(status) && std::chrono::steady_clock::now() < deadline);
  return status;
}

void BenchBroker::RemoveTopics(const std::vector<std::string>& topics, const std::string& group) {
  if (is_embedded()) return;  // They go with it.
  std::vector<OldTopic> owned;
  std::vector<rd_kafka_DeleteTopic_t*> unwanted;
  for (const std::string& topic : topics) {
    owned.emplace_back(rd_kafka_DeleteTopic_new(topic.c_str()));
    unwanted.push_back(owned.back().get());
  }
  const KafkaQueue queue(rd_kafka_queue_new(client_.get()));
  AdminOptions options = MakeOptions(client_.get(), RD_KAFKA_ADMIN_OP_DELETETOPICS);
  rd_kafka_DeleteTopics(client_.get(), unwanted.data(), unwanted.size(), options.get(),
                        queue.get());
  KafkaEvent event(rd_kafka_queue_poll(queue.get(), kTimeoutMs));
  const OldGroup old_group(rd_kafka_DeleteGroup_new(group.c_str()));
  rd_kafka_DeleteGroup_t* groups[] = {old_group.get()};
  options = MakeOptions(client_.get(), RD_KAFKA_ADMIN_OP_DELETEGROUPS);
  rd_kafka_DeleteGroups(client_.get(), groups, 1, options.get(), queue.get());
  event.reset(rd_kafka_queue_poll(queue.get(), kTimeoutMs));
}

std::optional<double> BenchBroker::cpu_seconds() const {
  if (is_embedded()) return CpuSecondsOfThreads("rdk:mock");
  if (pid_ == 0) return std::nullopt;
  const std::optional<ProcessUsage> usage = UsageOf(pid_);
  if (!usage) return std::nullopt;
  return usage->cpu_seconds;
}

}  // namespace wiredesk
