#include "pipeline/kafka_sink.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pipeline/article_record.h"
#include "pipeline/crash_point.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kStageName = "produce";
// While a topic is gone.
constexpr milliseconds kLookEvery{1000};
constexpr milliseconds kLookTimeout{1000};
constexpr milliseconds kComplainEvery{10000};
constexpr milliseconds kHurry{1};
constexpr int kHurries = 10;
constexpr milliseconds kSuspectAfter{2000};

// The topic was there, and is not any more.
bool IsGone(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID ||
         error == RD_KAFKA_RESP_ERR__DESTROY;  // The client has forgotten a partition.
}

// A topic refuses a whole batch that is larger than its records may be. One record is sent in any
// case.
void LimitBatches(const RecordLimits& limits, rd_kafka_conf_t& conf) {
  constexpr std::size_t kBatchOverhead = 512;
  constexpr std::size_t kLeast = 1;
  const std::size_t record = std::min(limits.output_bytes_max, limits.dead_letter_bytes_max);
  const std::size_t most = std::max(record, kBatchOverhead + kLeast) - kBatchOverhead;
  if (NumberOf(conf, "batch.size") <= most) return;
  rd_kafka_conf_set(&conf, "batch.size", std::to_string(most).c_str(), nullptr, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaSink>> KafkaSink::Open(const KafkaSinkOptions& options,
                                                           Source& source) {
  std::unique_ptr<KafkaSink> sink(new KafkaSink(options, source));
  if (absl::Status status = sink->Start(); !status.ok()) return status;
  return sink;
}

KafkaSink::KafkaSink(const KafkaSinkOptions& options, Source& source)
    : options_(options),
      source_(source),
      access_(RD_KAFKA_PRODUCER, options.properties),
      transactional_(options.properties.contains("transactional.id")) {}

KafkaSink::~KafkaSink() {
  if (client_ == nullptr) return;
  // So that readers need not wait until the broker gives the transaction up.
  if (open_) {
    constexpr int kAbortTimeoutMs = 2000;
    const KafkaError ignored(rd_kafka_abort_transaction(client_.get(), kAbortTimeoutMs));
  }
  // What is still queued was never acknowledged, so it will be read and sent again.
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

absl::Status KafkaSink::Start() {
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(options_.properties);
  if (!conf.ok()) return conf.status();
  LimitBatches(options_.limits, **conf);
  rd_kafka_conf_set_opaque(conf->get(), this);
  rd_kafka_conf_set_error_cb(conf->get(), OnError);
  rd_kafka_conf_set_dr_msg_cb(conf->get(), OnDelivery);
  const std::size_t client_bytes_max = NumberOf(**conf, "message.max.bytes");
  output_bytes_max_ = std::min(client_bytes_max, options_.limits.output_bytes_max);
  dead_letter_bytes_max_ = std::min(client_bytes_max, options_.limits.dead_letter_bytes_max);

  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  output_.reset(rd_kafka_topic_new(client_.get(), options_.output_topic.c_str(), nullptr));
  dead_letters_.reset(
      rd_kafka_topic_new(client_.get(), options_.dead_letter_topic.c_str(), nullptr));
  if (output_ == nullptr || dead_letters_ == nullptr) {
    return absl::InvalidArgumentError("kafka: the output or dead-letter topic's name is not valid");
  }
  return absl::OkStatus();
}

// librdkafka asks for its producer id when it begins, which is before any broker is connected, then
// each half second, and whenever a broker has told about topics. The first that does so knows the
// others' addresses only; when the second does, it is connected.
bool KafkaSink::Connect() {
  return IsThere(output_.get()).has_value() && IsThere(output_.get()).has_value();
}

bool KafkaSink::Send(Batch& batch) {
  if (look_at_) return false;
  const std::span<Article> articles = batch.articles();
  if (transactional_ && !open_ && !articles.empty() && !Begin()) return false;
  while (batch.send_cursor < articles.size()) {
    if (!SendArticle(articles[batch.send_cursor])) return false;
    ++batch.send_cursor;
    CrashPoint("between_sends");
  }
  return true;
}

bool KafkaSink::SendArticle(Article& article) {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (article.ok()) error = SendOutput(article);
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    article.Fail(kStageName, Failure::kOutputTooLarge);
  }
  if (!article.ok()) error = SendDeadLetter(article);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++in_flight_;
    hurries_ = kHurries;
    return true;
  }
  if (IsGone(error)) {
    WaitForTopic((article.ok() ? options_.output_topic : options_.dead_letter_topic).c_str());
    return false;
  }
  if (open_ && error == RD_KAFKA_RESP_ERR__STATE) {
    spoilt_ = true;  // The broker has ended the transaction; the next Commit() finds out.
    return false;
  }
  Fail(KafkaStatus(error, "sending to Kafka"));
  return false;
}

rd_kafka_resp_err_t KafkaSink::SendOutput(const Article& article) {
  if (article.output.size() + BytesBesideValue(article) > output_bytes_max_) {
    return RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
  }
  OutgoingRecord record = OutputRecord(article);
  record.topic = output_.get();
  return Produce(client_.get(), record);
}

rd_kafka_resp_err_t KafkaSink::SendDeadLetter(const Article& article) {
  OutgoingRecord record = DeadLetterRecord(article, dead_letter_bytes_max_);
  record.topic = dead_letters_.get();
  return Produce(client_.get(), record);
}

int KafkaSink::Poll() {
  reported_ = 0;
  rd_kafka_poll(client_.get(), 0);
  if (look_at_) {
    if (options_.now() >= *look_at_) LookForTopics();
  } else if (in_flight_ == 0 || reported_ > 0) {
    suspect_at_.reset();
  } else if (!suspect_at_) {
    suspect_at_ = options_.now() + kSuspectAfter;
  } else if (options_.now() >= *suspect_at_) {
    suspect_at_ = options_.now() + kSuspectAfter;
    SuspectTopics();
  }
  return reported_;
}

// A flush overrides linger.ms for as long as it lasts, and so must last until the client's threads
// have woken up and seen it. On a busy machine one may not: then the next does.
int KafkaSink::Hurry() {
  if (in_flight_ == 0) hurries_ = 0;
  if (hurries_ == 0 || look_at_) return 0;
  --hurries_;
  reported_ = 0;
  rd_kafka_flush(client_.get(), static_cast<int>(kHurry.count()));
  return reported_;
}

void KafkaSink::WaitForTopic(const char* topic) {
  const Clock::time_point now = options_.now();
  if (!look_at_ || now - complained_at_ >= kComplainEvery) {
    complained_at_ = now;
    spdlog::error(
        "topic {} is not there any more: nothing is sent, and nothing lost, until it is back",
        topic);
  }
  look_at_ = now + kLookEvery;
}

// The client itself asks only every few minutes. Nothing: the broker does not say.
std::optional<bool> KafkaSink::IsThere(rd_kafka_topic_t* topic) {
  const struct rd_kafka_metadata* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), 0, topic, &raw, static_cast<int>(kLookTimeout.count()));
  const KafkaMetadata metadata(raw);
  if (IsGone(error)) return false;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) return std::nullopt;
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (IsGone(found.err)) return false;
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return found.partition_cnt > 0;
}

// Nothing is delivered, and nothing fails: librdkafka tries again what a broker refuses because it
// does not know the topic.
void KafkaSink::SuspectTopics() {
  const BrokerWait wait;
  for (rd_kafka_topic_t* const topic : {output_.get(), dead_letters_.get()}) {
    if (!IsThere(topic).value_or(true)) return WaitForTopic(rd_kafka_topic_name(topic));
  }
}

void KafkaSink::LookForTopics() {
  const BrokerWait wait;
  for (rd_kafka_topic_t* const topic : {output_.get(), dead_letters_.get()}) {
    if (!IsThere(topic).value_or(false)) return WaitForTopic(rd_kafka_topic_name(topic));
  }
  look_at_ = options_.now() + kLookEvery;
  // Whatever is still on its way was sent before what came back, or belongs to the other topic.
  if (!transactional_ && in_flight_ != returned_.size()) return;
  const rd_kafka_resp_err_t error = returned_.SendAgain(client_.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    look_at_.reset();
    spdlog::info("the output and dead-letter topics are there again");
  } else if (!IsGone(error) && error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    Fail(KafkaStatus(error, "sending to Kafka again"));
  }
}

void KafkaSink::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  KafkaSink& self = *static_cast<KafkaSink*>(opaque);
  const bool delivered = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (IsGone(message->err)) {
    self.WaitForTopic(rd_kafka_topic_name(message->rkt));
    if (!self.transactional_) return self.returned_.Keep(*message, message->rkt);
  }
  if (!delivered) {
    const absl::Status status = KafkaStatus(
        message->err, fmt::format("delivering to {}", rd_kafka_topic_name(message->rkt)));
    const bool purged = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
    if (self.transactional_) {
      self.spoilt_ = true;  // The transaction is aborted, and its articles are read again.
      if (!purged) spdlog::warn("{}", Text(status));
    } else if (self.status_.ok()) {
      spdlog::error("{}", Text(status));
      self.Fail(status);
    }
  }
  --self.in_flight_;
  ++self.reported_;
  self.source_.Acknowledge(reinterpret_cast<std::uint64_t>(message->_private), delivered);
}

void KafkaSink::OnError(rd_kafka_t*, int error, const char* text, void* opaque) {
  KafkaSink& self = *static_cast<KafkaSink*>(opaque);
  if (error != RD_KAFKA_RESP_ERR__FATAL) {
    // The client reconnects and retries by itself; the log says why nothing moves meanwhile.
    spdlog::warn("kafka producer: {}", text);
    absl::Status refusal = self.access_.Note(static_cast<rd_kafka_resp_err_t>(error), text);
    if (!refusal.ok()) self.Fail(std::move(refusal));
    return;
  }
  if (self.unclear_) return;  // Of a producer that is given up.
  self.Fail(absl::AbortedError(text));
}

// A fatal error is told again by every call after it; the first cause is what counts.
void KafkaSink::Fail(absl::Status status) {
  if (!status_.ok()) return;
  std::array<char, 512> reason;
  const rd_kafka_resp_err_t cause =
      client_ == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR
                         : rd_kafka_fatal_error(client_.get(), reason.data(), reason.size());
  status_ = cause == RD_KAFKA_RESP_ERR_NO_ERROR ? std::move(status)
                                                : KafkaStatus(cause, "producing", reason.data());
}

void KafkaSink::WakeBy(int doorbell) {
  static constexpr std::uint64_t kOne = 1;  // What an eventfd is written.
  doorbell_ = doorbell;
  reports_.reset(rd_kafka_queue_get_main(client_.get()));
  rd_kafka_queue_io_event_enable(reports_.get(), doorbell, &kOne, sizeof(kOne));
}

}  // namespace wiredesk
