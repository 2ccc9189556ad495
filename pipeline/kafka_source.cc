#include "pipeline/kafka_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "pipeline/crash_point.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_client.h"
#include "pipeline/kafka_partitions.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAskGroupEvery{500};

// Copies the headers into the batch's arena.
std::span<const RecordHeader> CopyHeaders(const rd_kafka_message_t& message, Arena& arena) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  const std::size_t count = rd_kafka_header_cnt(headers);
  const std::span<RecordHeader> copies = arena.AllocateArray<RecordHeader>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    rd_kafka_header_get_all(headers, i, &name, &value, &size);
    RecordHeader& copy = *new (&copies[i]) RecordHeader();
    copy.name = arena.Copy(name);
    copy.is_null = value == nullptr;
    if (value != nullptr) copy.value = arena.Copy({static_cast<const char*>(value), size});
  }
  return copies;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaSource>> KafkaSource::Open(const KafkaSourceOptions& options) {
  std::unique_ptr<KafkaSource> source(new KafkaSource(options));
  if (absl::Status status = source->Start(); !status.ok()) return status;
  return source;
}

KafkaSource::KafkaSource(const KafkaSourceOptions& options)
    : options_(options), access_(RD_KAFKA_CONSUMER, options.properties) {}

KafkaSource::~KafkaSource() { Close(); }

absl::Status KafkaSource::Start() {
  KafkaProperties properties = options_.properties;
  if (options_.until_end) properties["enable.partition.eof"] = "true";
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(properties);
  if (!conf.ok()) return conf.status();
  rd_kafka_conf_set_opaque(conf->get(), this);
  rd_kafka_conf_set_rebalance_cb(conf->get(), OnRebalance);
  rd_kafka_conf_set_offset_commit_cb(conf->get(), OnCommit);
  drain_timeout_ = milliseconds(NumberOf(**conf, "session.timeout.ms") / 2);

  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  rd_kafka_poll_set_consumer(client_.get());  // One queue for messages and for all other events.
  return absl::OkStatus();
}

absl::Status KafkaSource::Subscribe(Rebalance& rebalance) {
  rebalance_ = &rebalance;
  if (options_.until_end) {
    if (absl::Status status = FindEnds(); !status.ok()) return status;
  }
  const KafkaPartitions topics = MakeKafkaPartitions(static_cast<int>(options_.topics.size()));
  for (const std::string& topic : options_.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  polled_at_ = committed_at_ = options_.now();
  return KafkaStatus(rd_kafka_subscribe(client_.get(), topics.get()), "subscribing");
}

absl::Status KafkaSource::FindEnds() {
  for (const std::string& topic : options_.topics) {
    if (topic.starts_with('^')) {
      return absl::InvalidArgumentError(
          fmt::format("input topic {} is a pattern: its end can't be known", topic));
    }
    const KafkaTopic handle(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
    const struct rd_kafka_metadata* raw = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client_.get(), 0, handle.get(), &raw,
                                                        static_cast<int>(kBrokerTimeout.count()));
    const KafkaMetadata metadata(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "asking for partitions");
    for (int id = 0; id < metadata->topics[0].partition_cnt; ++id) {
      std::int64_t low = 0;
      std::int64_t high = 0;
      const rd_kafka_resp_err_t failure = rd_kafka_query_watermark_offsets(
          client_.get(), topic.c_str(), id, &low, &high, static_cast<int>(kBrokerTimeout.count()));
      if (failure != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return KafkaStatus(failure, fmt::format("asking for the end of {}[{}]", topic, id));
      }
      ends_[{Intern(topic).first, id}] = high;
    }
  }
  return absl::OkStatus();
}

bool KafkaSource::AtEnd() {
  if (!options_.until_end || assigned() < 0) return false;
  if (partitions_.empty()) return GroupAtEnd();
  return std::all_of(partitions_.begin(), partitions_.end(), [](const auto& entry) {
    return entry.second.next >= entry.second.until || entry.second.retry_at;
  });
}

// Whoever has no partition may yet get one from somebody who has too many, or who leaves.
bool KafkaSource::GroupAtEnd() {
  const Clock::time_point now = options_.now();
  if (now - asked_group_at_ < kAskGroupEvery) return false;
  const BrokerWait wait;
  asked_group_at_ = now;
  const KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(ends_.size()));
  for (const auto& [key, end] : ends_) {
    rd_kafka_topic_partition_list_add(offsets.get(), std::string(key.first).c_str(), key.second);
  }
  if (rd_kafka_committed(client_.get(), offsets.get(), static_cast<int>(kBrokerTimeout.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  const auto all = Elements(*offsets);
  return std::all_of(all.begin(), all.end(), [this](const rd_kafka_topic_partition_t& element) {
    return element.err == RD_KAFKA_RESP_ERR_NO_ERROR &&
           std::max<std::int64_t>(element.offset, 0) >=
               ends_.at({element.topic, element.partition});
  });
}

Source::State KafkaSource::Fill(Batch& batch, std::size_t bytes_max) {
  if (paused_) PauseAll(false);
  filling_ = &batch;
  bool dry = false;
  while (!batch.full() && batch.input_bytes() < bytes_max && status_.ok()) {
    KafkaMessage message = NextMessage();
    if (message == nullptr) {
      dry = true;
      break;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      HandleError(*message);
      continue;
    }
    if (!batch.empty() && batch.input_bytes() + message->len > bytes_max) {
      stash_.push_front(std::move(message));
      break;
    }
    Take(*message, batch);
  }
  filling_ = nullptr;
  if (!batch.empty()) CrashPoint("after_poll");
  if (status_.ok() && dry && AtEnd()) {
    if (blocked() == 0) return State::kEnd;
    Fail(absl::DataLossError("a partition could not be read to its end: the log says why"));
  }
  if (!status_.ok()) return State::kEnd;
  return dry ? State::kIdle : State::kMore;
}

KafkaMessage KafkaSource::NextMessage() {
  if (!stash_.empty()) {
    KafkaMessage message = std::move(stash_.front());
    stash_.pop_front();
    return message;
  }
  polled_at_ = options_.now();
  return KafkaMessage(rd_kafka_consumer_poll(client_.get(), 0));
}

void KafkaSource::Take(const rd_kafka_message_t& message, Batch& batch) {
  Partition* partition = Find(message);
  // Not ours any more, or taken before: fetched around a rebalance or a pause.
  if (partition == nullptr || message.offset < partition->next) return;
  if (partition->retry_at) return;  // Behind what can't be read.
  partition->next = message.offset + 1;
  if (partition->first < 0) partition->first = message.offset;

  Article& article = batch.Append({partition->topic, partition->id, message.offset},
                                  {static_cast<const char*>(message.payload), message.len});
  article.value_is_null = message.payload == nullptr;
  article.has_key = message.key != nullptr;
  if (article.has_key) {
    article.key = batch.arena().Copy({static_cast<const char*>(message.key), message.key_len});
  }
  article.headers = CopyHeaders(message, batch.arena());
  article.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  article.ack = tracker_.Append(partition->topic_number, partition->id, message.offset);
}

KafkaSource::Partition* KafkaSource::Find(const rd_kafka_message_t& message) {
  if (message.rkt == last_topic_ && message.partition == last_id_) return last_;
  const auto found = partitions_.find({rd_kafka_topic_name(message.rkt), message.partition});
  if (found == partitions_.end()) return nullptr;
  last_topic_ = message.rkt;
  last_id_ = message.partition;
  last_ = &found->second;
  return last_;
}

std::pair<const std::string, std::int32_t>& KafkaSource::Intern(std::string_view topic) {
  const auto found = topics_.find(topic);
  if (found != topics_.end()) return *found;
  return *topics_.emplace(topic, static_cast<std::int32_t>(topics_.size())).first;
}

void KafkaSource::KeepAlive() {
  if (!paused_ && options_.now() - polled_at_ < options_.pause_after) return;
  if (!paused_) PauseAll(true);
  polled_at_ = options_.now();
  KafkaMessage message(rd_kafka_consumer_poll(client_.get(), 0));
  if (message == nullptr) return;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return HandleError(*message);
  stash_.push_back(std::move(message));  // Was under way before the pause.
}

void KafkaSource::PauseAll(bool pause) {
  paused_ = pause;
  if (partitions_.empty()) return;
  const KafkaPartitions all = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (const auto& [key, partition] : partitions_) {
    if (partition.retry_at) continue;  // Stays paused.
    rd_kafka_topic_partition_list_add(all.get(), std::string(key.first).c_str(), key.second);
  }
  const rd_kafka_resp_err_t error = pause ? rd_kafka_pause_partitions(client_.get(), all.get())
                                          : rd_kafka_resume_partitions(client_.get(), all.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    LogSometimes(error, Text(KafkaStatus(error, pause ? "pausing" : "resuming")));
  }
}

void KafkaSource::Acknowledge(std::uint64_t ack, bool delivered) {
  tracker_.Acknowledge(ack, delivered);
}

void KafkaSource::Close() {
  if (closed_ || client_ == nullptr) return;
  closed_ = true;
  stash_.clear();
  // Without a subscription there is nobody to call back, and nothing to leave.
  if (rebalance_ == nullptr) return;
  const BrokerWait wait;
  // A member without partitions that only closes does not leave (librdkafka 2.15), and holds up the
  // rest of the group until its session times out.
  if (assigned() == 0) rd_kafka_unsubscribe(client_.get());
  const rd_kafka_resp_err_t error = rd_kafka_consumer_close(client_.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    spdlog::warn("kafka: leaving the group: {}", rd_kafka_err2str(error));
  }
}

void KafkaSource::WakeBy(int doorbell) {
  static constexpr std::uint64_t kOne = 1;  // What an eventfd is written.
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  rd_kafka_queue_io_event_enable(events_.get(), doorbell, &kOne, sizeof(kOne));
}

}  // namespace wiredesk
