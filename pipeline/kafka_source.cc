#include "pipeline/kafka_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "pipeline/crash_point.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLogInterval{10000};
constexpr milliseconds kAskGroupEvery{500};
constexpr milliseconds kCommitAgainAfter{50};
constexpr milliseconds kBrokerTimeout{5000};
constexpr milliseconds kCommitTimeout{10000};
// Transactions aborted one after the other, with nothing committed between, before the worker says
// that it does not get on.
constexpr int kAbortsMax = 10;

std::span<rd_kafka_topic_partition_t> Elements(const rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}

std::string Describe(const rd_kafka_topic_partition_list_t& list) {
  std::string text;
  for (const rd_kafka_topic_partition_t& element : Elements(list)) {
    fmt::format_to(std::back_inserter(text), "{}{}[{}]", text.empty() ? "" : " ", element.topic,
                   element.partition);
  }
  return text;
}

// Whether a commit was refused for a rebalance that is under way: it passes.
bool MeetsRebalance(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t* results) {
  const auto passes = [](rd_kafka_resp_err_t cause) {
    return cause == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
           cause == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
  };
  if (passes(error) || results == nullptr) return passes(error);
  const auto all = Elements(*results);
  return std::any_of(all.begin(), all.end(), [&](const rd_kafka_topic_partition_t& element) {
    return passes(element.err);
  });
}

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

// Errors of a partition that mean: records are there, and can't be read.
bool IsUnreadable(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return true;
    default:
      return false;
  }
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
  std::array<char, 32> text;
  std::size_t size = text.size();
  int session_timeout_ms = 45000;
  if (rd_kafka_conf_get(conf->get(), "session.timeout.ms", text.data(), &size) ==
      RD_KAFKA_CONF_OK) {
    std::from_chars(text.data(), text.data() + size - 1, session_timeout_ms);
  }
  drain_timeout_ = milliseconds(session_timeout_ms / 2);

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

void KafkaSource::HandleError(const rd_kafka_message_t& message) {
  if (IsUnreadable(message.err) && message.rkt != nullptr) return Block(message);
  const char* text = rd_kafka_message_errstr(&message);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (Partition* partition = Find(message)) {
        partition->next = std::max(partition->next, message.offset);
      }
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      // Behind a damaged batch librdkafka may take anything for an offset.
      if (message.rkt != nullptr && IsBlocked(message)) return;
      return Fail(absl::OutOfRangeError(fmt::format(
          "{}[{}] has no committed offset for group {} that still exists, and input.start is "
          "\"error\". Nothing was skipped. Set input.start to \"earliest\" or \"latest\" to say "
          "where to begin, or set the group's offsets (kafka-consumer-groups.sh --reset-offsets). "
          "Kafka says: {}",
          message.rkt == nullptr ? "a partition" : rd_kafka_topic_name(message.rkt),
          message.partition, options_.properties.at("group.id"), text)));
    case RD_KAFKA_RESP_ERR__FATAL: {
      std::array<char, 512> reason;
      const rd_kafka_resp_err_t cause =
          rd_kafka_fatal_error(client_.get(), reason.data(), reason.size());
      return Fail(KafkaStatus(cause, "consuming", reason.data()));
    }
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return Fail(KafkaStatus(message.err, "consuming", text));
    default:  // librdkafka tries again by itself.
      if (absl::Status refusal = access_.Note(message.err, text); !refusal.ok()) {
        return Fail(std::move(refusal));
      }
      return LogSometimes(message.err, Text(KafkaStatus(message.err, "consuming", text)));
  }
}

void KafkaSource::Block(const rd_kafka_message_t& message) {
  Partition* const partition = Find(message);
  if (partition == nullptr || partition->retry_at) return;
  partition->retry_at = options_.now() + options_.retry_blocked_after;
  if (partition->next < 0) partition->next = message.offset;
  CountBlocked();
  const KafkaPartitions one = MakeKafkaPartitions(1);
  const char* const topic = rd_kafka_topic_name(message.rkt);
  rd_kafka_topic_partition_list_add(one.get(), topic, partition->id);
  rd_kafka_pause_partitions(client_.get(), one.get());
  spdlog::error(
      "{0}[{1}] can't be read on from offset {2}: {3} ({4}). Nothing is skipped; other partitions "
      "go "
      "on, and this one is tried again every {5} s. If no replica is sound, skip the batch by "
      "hand: "
      "stop the group's workers, find the first offset behind it, and set it with "
      "kafka-consumer-groups.sh --group {6} --topic {0}:{1} --reset-offsets --to-offset N "
      "--execute",
      topic, partition->id, std::max(message.offset, partition->next),
      rd_kafka_message_errstr(&message), rd_kafka_err2name(message.err),
      options_.retry_blocked_after.count() / 1000, options_.properties.at("group.id"));
}

bool KafkaSource::IsBlocked(const rd_kafka_message_t& message) {
  const Partition* const partition = Find(message);
  return partition != nullptr && partition->retry_at;
}

// From where the partition stands, which is not behind the batch in question.
void KafkaSource::RetryBlocked(Clock::time_point now) {
  if (blocked() == 0 || paused_) return;
  for (auto& [key, partition] : partitions_) {
    if (!partition.retry_at || now < *partition.retry_at) continue;
    const KafkaPartitions one = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(one.get(), std::string(key.first).c_str(), key.second)
        ->offset = partition.next;
    const KafkaError refused(rd_kafka_seek_partitions(client_.get(), one.get(),
                                                      static_cast<int>(kBrokerTimeout.count())));
    if (refused != nullptr || one->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      partition.retry_at = now + options_.retry_blocked_after;
      continue;
    }
    Unblock(partition);
  }
  CountBlocked();
}

void KafkaSource::Unblock(Partition& partition) {
  partition.retry_at.reset();
  const KafkaPartitions one = MakeKafkaPartitions(1);
  rd_kafka_topic_partition_list_add(one.get(), std::string(partition.topic).c_str(), partition.id);
  rd_kafka_resume_partitions(client_.get(), one.get());
}

void KafkaSource::CountBlocked() {
  const auto count = std::count_if(partitions_.begin(), partitions_.end(), [](const auto& entry) {
    return entry.second.retry_at.has_value();
  });
  blocked_.store(static_cast<std::int32_t>(count), std::memory_order_relaxed);  // See blocked_.
}

void KafkaSource::LogSometimes(rd_kafka_resp_err_t error, std::string_view text) {
  const Clock::time_point now = options_.now();
  const auto [entry, is_new] = logged_at_.try_emplace(error, now);
  if (!is_new && now - entry->second < kLogInterval) return;
  entry->second = now;
  spdlog::warn("kafka consumer: {}", text);
}

void KafkaSource::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
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

// --- Rebalance -----------------------------------------------------------------------------------

void KafkaSource::OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                              rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  KafkaSource& self = *static_cast<KafkaSource*>(opaque);
  // Not told any more once the group's coordinator is lost while the client closes.
  if (const char* const protocol = rd_kafka_rebalance_protocol(client)) {
    self.is_cooperative_ = std::string_view(protocol) == "COOPERATIVE";
  }
  KafkaError error;
  if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    self.OnAssign(*partitions);
    if (self.is_cooperative_) {
      error.reset(rd_kafka_incremental_assign(client, partitions));
    } else {
      rd_kafka_assign(client, partitions);
    }
    if (self.paused_) self.PauseAll(true);
  } else if (event == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    self.OnRevoke(*partitions);
    if (self.is_cooperative_) {
      error.reset(rd_kafka_incremental_unassign(client, partitions));
    } else {
      rd_kafka_assign(client, nullptr);
    }
  } else {
    rd_kafka_assign(client, nullptr);
    self.LogSometimes(event, Text(KafkaStatus(event, "joining the group")));
  }
  if (error != nullptr) self.Fail(KafkaStatus(error.get(), "taking up or giving up partitions"));
  if (self.rewind_due_) self.Rewind();
  // Relaxed: see assigned_.
  self.CountBlocked();
  self.assigned_.store(static_cast<std::int32_t>(self.partitions_.size()),
                       std::memory_order_relaxed);
}

void KafkaSource::OnAssign(rd_kafka_topic_partition_list_t& partitions) {
  if (partitions.cnt > 0) {
    spdlog::info("kafka: assigned {}", Describe(partitions));
  } else if (partitions_.empty()) {
    spdlog::info("kafka: assigned no partition for now");
  }
  CrashPoint("assign");
  for (const rd_kafka_topic_partition_t& element : Elements(partitions)) {
    const auto& [topic, number] = Intern(element.topic);
    const PartitionKey key(topic, element.partition);
    Partition partition;
    partition.topic = topic;
    partition.topic_number = number;
    partition.id = element.partition;
    tracker_.Assign(number, partition.id);
    if (const auto end = ends_.find(key); end != ends_.end()) partition.until = end->second;
    partitions_[key] = partition;
  }
  if (partitions.cnt > 0) LearnCommitted(partitions);
}

// For the lag of partitions that no record has come from yet.
void KafkaSource::LearnCommitted(const rd_kafka_topic_partition_list_t& partitions) {
  const BrokerWait wait;
  const KafkaPartitions offsets(rd_kafka_topic_partition_list_copy(&partitions));
  if (rd_kafka_committed(client_.get(), offsets.get(), static_cast<int>(kBrokerTimeout.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  for (const rd_kafka_topic_partition_t& element : Elements(*offsets)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR || element.offset < 0) continue;
    const auto found = partitions_.find({element.topic, element.partition});
    if (found != partitions_.end()) found->second.committed = element.offset;
  }
}

void KafkaSource::OnRevoke(rd_kafka_topic_partition_list_t& partitions) {
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  if (partitions.cnt > 0) {
    spdlog::info("kafka: {} {}", lost ? "lost" : "giving up", Describe(partitions));
  }
  CrashPoint("revoke_begin");
  ForgetUnfinished(partitions);
  // Drained even if lost: what is in the lane would otherwise come out beside the next owner's. Who
  // closes has drained for as long as they cared to.
  const bool drained = rebalance_->Drain(closed_ ? milliseconds(0) : drain_timeout_);
  if (!drained && !closed_) {
    spdlog::warn(
        "kafka: the lane did not drain in {} ms; the next owner repeats what is unfinished",
        drain_timeout_.count());
  }
  if (transaction_ != nullptr) {
    const bool may_commit = !lost && drained && status_.ok();
    if (!may_commit || !EndTransaction(drain_timeout_)) AbortTransaction();
  } else if (!lost) {
    const KafkaPartitions offsets = CommittableOffsets(&partitions, true);
    if (offsets->cnt > 0) {
      const absl::Status status =
          CommitAndWait(*offsets, closed_ ? kBrokerTimeout : drain_timeout_);
      if (!status.ok()) spdlog::warn("kafka: {}", Text(status));
    }
  }
  CrashPoint("revoke_end");
  for (const rd_kafka_topic_partition_t& element : Elements(partitions)) {
    const auto found = partitions_.find({element.topic, element.partition});
    if (found == partitions_.end()) continue;
    tracker_.Revoke(found->second.topic_number, found->second.id);
    partitions_.erase(found);
  }
  last_topic_ = nullptr;
  last_ = nullptr;
}

// Records that the lane has not got yet: neither produced nor committed, so another member's to
// read.
void KafkaSource::ForgetUnfinished(const rd_kafka_topic_partition_list_t& partitions) {
  const auto revoked = [&](std::string_view topic, std::int32_t id) {
    const auto all = Elements(partitions);
    return std::any_of(all.begin(), all.end(), [&](const rd_kafka_topic_partition_t& element) {
      return element.partition == id && topic == element.topic;
    });
  };
  if (filling_ != nullptr) {
    filling_->RemoveIf([&](const Article& article) {
      return revoked(article.origin.topic, article.origin.partition);
    });
  }
  std::erase_if(stash_, [&](const KafkaMessage& message) {
    return revoked(rd_kafka_topic_name(message->rkt), message->partition);
  });
}

// --- Commits -------------------------------------------------------------------------------------

KafkaPartitions KafkaSource::CommittableOffsets(const rd_kafka_topic_partition_list_t* only,
                                                bool wait) {
  KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (auto& [key, partition] : partitions_) {
    const std::string topic(key.first);
    const bool wanted = only == nullptr || rd_kafka_topic_partition_list_find(
                                               only, topic.c_str(), key.second) != nullptr;
    if (!wanted) continue;
    const std::int64_t watermark = Watermark(partition);
    // What is asked for without waiting may yet be refused, so it does not count for who waits.
    const std::int64_t known =
        wait ? partition.committed : std::max(partition.requested, partition.committed);
    if (watermark < 0 || watermark <= known) continue;
    partition.requested = watermark;
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), key.second)->offset = watermark;
  }
  return offsets;
}

absl::Status KafkaSource::Commit(bool wait) {
  const Clock::time_point now = options_.now();
  if (!wait && (now - committed_at_ < options_.commit_interval)) return status_;
  committed_at_ = now;
  RetryBlocked(now);
  PublishLag();
  if (transaction_ != nullptr) {
    // What failed may have left articles in the lane that are not ours any more.
    if (!status_.ok()) return status_;
    if (!EndTransaction(kCommitTimeout)) {
      AbortTransaction();
      if (rewind_due_) Rewind();
      if (wait) Fail(absl::AbortedError("the last transaction was aborted"));
    }
    return status_;
  }
  const KafkaPartitions offsets = CommittableOffsets(nullptr, wait);
  if (offsets->cnt == 0) return status_;
  CrashPoint("before_commit");
  if (wait) {
    const absl::Status status = CommitAndWait(*offsets, kCommitTimeout);
    PublishLag();
    return status.ok() ? status_ : status;
  }
  // The answer comes to OnCommit().
  const rd_kafka_resp_err_t error = rd_kafka_commit(client_.get(), offsets.get(), 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const absl::Status status = RecordCommit(error, *offsets);
    LogSometimes(error, Text(status));
  }
  return status_;
}

absl::Status KafkaSource::CommitAndWait(const rd_kafka_topic_partition_list_t& offsets,
                                        milliseconds timeout) {
  const BrokerWait wait;
  // Its own queue, so that the wait has an end even when the coordinator does not answer.
  const KafkaQueue answers(rd_kafka_queue_new(client_.get()));
  const Clock::time_point end = options_.now() + timeout;
  for (;;) {
    const rd_kafka_resp_err_t refused =
        rd_kafka_commit_queue(client_.get(), &offsets, answers.get(), nullptr, nullptr);
    if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) return RecordCommit(refused, offsets);
    const auto left = std::chrono::ceil<milliseconds>(end - options_.now());
    const KafkaEvent answer(rd_kafka_queue_poll(answers.get(), static_cast<int>(left.count())));
    if (answer == nullptr) return RecordCommit(RD_KAFKA_RESP_ERR__TIMED_OUT, offsets);
    const rd_kafka_resp_err_t error = rd_kafka_event_error(answer.get());
    const rd_kafka_topic_partition_list_t* results =
        rd_kafka_event_topic_partition_list(answer.get());
    if (!MeetsRebalance(error, results) || options_.now() + kCommitAgainAfter >= end) {
      return RecordCommit(error, results == nullptr ? offsets : *results);
    }
    // The client takes part in the rebalance by itself; nothing else comes to this queue.
    rd_kafka_queue_poll(answers.get(), static_cast<int>(kCommitAgainAfter.count()));
  }
}

// Notes what became of a commit. What failed is asked for again the next time.
absl::Status KafkaSource::RecordCommit(rd_kafka_resp_err_t error,
                                       const rd_kafka_topic_partition_list_t& offsets) {
  absl::Status status;
  for (const rd_kafka_topic_partition_t& element : Elements(offsets)) {
    const auto found = partitions_.find({element.topic, element.partition});
    const rd_kafka_resp_err_t cause = error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : element.err;
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR && status.ok()) {
      status =
          KafkaStatus(cause, fmt::format("committing {}[{}]", element.topic, element.partition));
    }
    if (found == partitions_.end()) continue;
    Partition& partition = found->second;
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {
      partition.committed = std::max(partition.committed, element.offset);
    } else {
      partition.requested = -1;
    }
  }
  return status;
}

void KafkaSource::OnCommit(rd_kafka_t*, rd_kafka_resp_err_t error,
                           rd_kafka_topic_partition_list_t* offsets, void* opaque) {
  KafkaSource& self = *static_cast<KafkaSource*>(opaque);
  if (offsets == nullptr || error == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
  const absl::Status status = self.RecordCommit(error, *offsets);
  if (!status.ok()) self.LogSometimes(error, Text(status));
}

// --- Transactions --------------------------------------------------------------------------------

// True: everything sent is committed with its offsets.
bool KafkaSource::EndTransaction(milliseconds timeout) {
  if (!transaction_->open()) return true;
  const BrokerWait wait;
  // Delivery reports move the watermarks, so the offsets are those of the records sent.
  CrashPoint("before_flush");
  if (!transaction_->Flush(timeout)) return false;
  CrashPoint("after_flush");
  const KafkaPartitions offsets = CommittableOffsets(nullptr, true);
  if (transaction_->Commit(*offsets, *client_, timeout) != Transaction::Result::kCommitted) {
    return false;
  }
  CrashPoint("after_commit");
  aborts_in_a_row_ = 0;
  static_cast<void>(RecordCommit(RD_KAFKA_RESP_ERR_NO_ERROR, *offsets));
  return true;
}

// Forgets the open transaction and everything taken in since it began, wherever that is. The
// partitions are to be set back by Rewind(): of those that are being given up, nothing matters.
void KafkaSource::AbortTransaction() {
  if (!closed_ && !rebalance_->Discard(drain_timeout_)) {
    return Fail(
        absl::DeadlineExceededError("the lane holds on to articles that are to be dropped"));
  }
  stash_.clear();
  if (filling_ != nullptr) filling_->RemoveIf([](const Article&) { return true; });
  // Before the reports of what is thrown away: they belong to the old epoch.
  for (auto& [key, partition] : partitions_) {
    tracker_.Revoke(partition.topic_number, partition.id);
    tracker_.Assign(partition.topic_number, partition.id);
    partition.requested = -1;
  }
  const BrokerWait wait;
  if (absl::Status status = transaction_->Abort(kCommitTimeout); !status.ok()) return Fail(status);
  rewind_due_ = !closed_;
  spdlog::warn("kafka: transaction aborted; its articles are read again");
  if (++aborts_in_a_row_ > kAbortsMax) {
    Fail(absl::AbortedError(
        fmt::format("{} transactions in a row were aborted: the log says why", aborts_in_a_row_)));
  }
}

// Sets every partition back to what the group has, or to where this member began.
void KafkaSource::Rewind() {
  const BrokerWait wait;
  CrashPoint("rewind");
  rewind_due_ = false;
  if (partitions_.empty()) return;
  const KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(partitions_.size()));
  for (const auto& [key, partition] : partitions_) {
    rd_kafka_topic_partition_list_add(offsets.get(), std::string(key.first).c_str(), key.second);
  }
  const int timeout_ms = static_cast<int>(kCommitTimeout.count());
  const rd_kafka_resp_err_t error = rd_kafka_committed(client_.get(), offsets.get(), timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(KafkaStatus(error, "asking where to read on"));
  }
  const KafkaPartitions seeks = MakeKafkaPartitions(offsets->cnt);
  for (const rd_kafka_topic_partition_t& element : Elements(*offsets)) {
    Partition& partition = partitions_.at({element.topic, element.partition});
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fail(KafkaStatus(element.err, "asking where to read on"));
    }
    const std::int64_t target = element.offset >= 0 ? element.offset : partition.first;
    if (target < 0) continue;  // Nothing was taken from it.
    partition.next = target;
    partition.committed = element.offset >= 0 ? element.offset : -1;
    rd_kafka_topic_partition_list_add(seeks.get(), element.topic, element.partition)->offset =
        target;
  }
  if (seeks->cnt == 0) return;
  const KafkaError refused(rd_kafka_seek_partitions(client_.get(), seeks.get(), timeout_ms));
  if (refused != nullptr) return Fail(KafkaStatus(refused.get(), "reading again"));
  for (const rd_kafka_topic_partition_t& element : Elements(*seeks)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Fail(KafkaStatus(element.err, "reading again"));
    }
    Partition& partition = partitions_.at({element.topic, element.partition});
    if (partition.retry_at && !paused_) Unblock(partition);  // It is met again on the way.
  }
  CountBlocked();
}

void KafkaSource::PublishLag() {
  std::vector<PartitionState> states;
  std::int64_t lag = 0;
  for (const auto& [key, partition] : partitions_) {
    PartitionState& state = states.emplace_back();
    state.topic = std::string(key.first);
    state.id = key.second;
    state.blocked = partition.retry_at.has_value();
    std::int64_t low = 0;
    std::int64_t high = 0;
    if (rd_kafka_get_watermark_offsets(client_.get(), state.topic.c_str(), state.id, &low, &high) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        high < 0) {
      continue;
    }
    const std::int64_t done = std::max({Watermark(partition), partition.committed, low});
    state.lag = std::max<std::int64_t>(high - done, 0);
    lag += state.lag;
  }
  lag_.store(assigned() < 0 ? -1 : lag, std::memory_order_relaxed);  // Relaxed: see lag_.
  const std::lock_guard lock(states_mutex_);
  states_ = std::move(states);
}

std::vector<PartitionState> KafkaSource::partitions() const {
  const std::lock_guard lock(states_mutex_);
  return states_;
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
