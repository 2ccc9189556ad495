#include "app/bench/output_reader.h"

#include <span>
#include <utility>

#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

constexpr int kPollMs = 50;
constexpr int kAskMs = 10000;
constexpr std::chrono::seconds kEndPatience{30};

std::string_view Bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

std::int64_t WrittenAt(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&message, &type);
  return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? time : MomentNow();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputReader>> OutputReader::Open(
    const KafkaProperties& properties, const std::string& output_topic,
    const std::string& dead_letter_topic, int partitions, OutputCheck check) {
  KafkaProperties own = properties;
  own["group.id"] = "wiredesk-bench-reader";  // Never joined.
  own["enable.auto.commit"] = "false";
  own["enable.partition.eof"] = "true";
  own["isolation.level"] = "read_committed";
  own["fetch.wait.max.ms"] = "100";
  own["check.crcs"] = "false";
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(own);
  if (!conf.ok()) return conf.status();
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  std::unique_ptr<OutputReader> reader(new OutputReader(std::move(check)));
  reader->client_ = *std::move(client);
  reader->dead_letter_topic_ = dead_letter_topic;
  reader->partitions_ = MakeKafkaPartitions(2 * partitions);
  for (const std::string& topic : {output_topic, dead_letter_topic}) {
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(reader->partitions_.get(), topic.c_str(), i)->offset =
          RD_KAFKA_OFFSET_BEGINNING;
    }
  }
  const rd_kafka_resp_err_t error =
      rd_kafka_assign(reader->client_.get(), reader->partitions_.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "reading the output");
  reader->thread_ = std::thread(&OutputReader::Run, reader.get());
  return reader;
}

OutputReader::~OutputReader() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  if (client_ != nullptr) rd_kafka_consumer_close(client_.get());
}

void OutputReader::Run() {
  while (!stopped_.load(std::memory_order_relaxed)) {
    const KafkaMessage message(rd_kafka_consumer_poll(client_.get(), kPollMs));
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      const std::lock_guard lock(mutex_);
      ends_[{rd_kafka_topic_name(message->rkt), message->partition}] = message->offset;
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Take(*message);
    }
  }
}

void OutputReader::Take(const rd_kafka_message_t& message) {
  const Clock::time_point now = Clock::now();
  const bool is_dead_letter = dead_letter_topic_ == rd_kafka_topic_name(message.rkt);
  const std::optional<std::uint64_t> number = check_.Take(
      Bytes(message.key, message.key_len), Bytes(message.payload, message.len), is_dead_letter);
  if (!number) return;
  {
    const std::lock_guard lock(mutex_);
    if (check_.received() == 1) first_at_ = now;
    last_at_ = now;
    write_times_.Add(WrittenAt(message));
    if (*number - schedule_.first < schedule_.count) {
      latency_.Record(now - schedule_.DueAt(*number));
    }
  }
  received_.store(check_.received(), std::memory_order_relaxed);
}

OutputReader::Clock::time_point OutputReader::first_at() const {
  const std::lock_guard lock(mutex_);
  return first_at_;
}

OutputReader::Clock::time_point OutputReader::last_at() const {
  const std::lock_guard lock(mutex_);
  return last_at_;
}

WriteTimes OutputReader::write_times() const {
  const std::lock_guard lock(mutex_);
  return write_times_;
}

void OutputReader::BeginSchedule(const SendSchedule& schedule) {
  const std::lock_guard lock(mutex_);
  schedule_ = schedule;
  latency_ = LatencyHistogram();
}

LatencyHistogram OutputReader::EndSchedule() {
  const std::lock_guard lock(mutex_);
  schedule_ = SendSchedule();
  return std::move(latency_);
}

// Whether every partition was found to end where the broker says that it ends.
absl::StatusOr<bool> OutputReader::IsAtEnd() {
  for (const auto& partition :
       std::span(partitions_->elems, static_cast<std::size_t>(partitions_->cnt))) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        client_.get(), partition.topic, partition.partition, &low, &high, kAskMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "reading the output");
    const std::lock_guard lock(mutex_);
    const auto end = ends_.find({partition.topic, partition.partition});
    if (end == ends_.end() ? high > 0 : end->second < high) return false;
  }
  return true;
}

absl::Status OutputReader::ReadToEnd(std::uint64_t sent) {
  const Clock::time_point deadline = Clock::now() + kEndPatience;
  while (true) {
    const absl::StatusOr<bool> is_at_end = IsAtEnd();
    if (!is_at_end.ok()) return is_at_end.status();
    if (*is_at_end) break;
    if (Clock::now() > deadline) {
      return absl::DeadlineExceededError("the end of the output topic could not be read");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  stopped_ = true;
  thread_.join();
  return check_.Verdict(sent);
}

}  // namespace wiredesk
