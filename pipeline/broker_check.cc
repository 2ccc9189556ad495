#include "pipeline/broker_check.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/access.h"
#include "pipeline/heartbeat.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The first question may fail because no connection is there yet; whoever waits longer at each next
// one hears soon of a refusal, and gets an answer over a slow line as well.
constexpr milliseconds kFirstTry{250};
constexpr milliseconds kLongestTry{8000};
constexpr milliseconds kBetweenTries{100};
// One broker may refuse what others accept, or does not know its users yet.
constexpr milliseconds kPatience{1500};
// How long, and how often at most, a client that is at work asks again.
constexpr milliseconds kAskFor{5000};
constexpr milliseconds kAskEvery{10000};

// What the client says of its connections.
struct Heard {
  std::string refusal;  // The last.
  std::string error;    // The last that is none.
  Clock::time_point refused_at;
  // Relaxed: written on librdkafka's thread that meets the certificate, before the error that it
  // leads to; read when that error is told.
  std::atomic<int> certificate_error = X509_V_OK;
};

void OnError(rd_kafka_t*, int error, const char* text, void* opaque) {
  Heard& heard = *static_cast<Heard*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;  // Comes behind what counts.
  if (!IsRefusal(static_cast<rd_kafka_resp_err_t>(error), text)) {
    heard.error = BareErrorText(text);
    return;
  }
  if (heard.refusal.empty()) heard.refused_at = Clock::now();
  heard.refusal = text;
}

// Changes nothing of what OpenSSL has found; only remembers it, because librdkafka's text does not
// have it.
int OnCertificate(rd_kafka_t*, const char*, std::int32_t, int* error, int, const char*, std::size_t,
                  char*, std::size_t, void* opaque) {
  if (*error == X509_V_OK) return 1;
  static_cast<Heard*>(opaque)->certificate_error.store(*error, std::memory_order_relaxed);
  return 0;
}

// Whoever called says it once, in the end.
void LogForDebugging(const rd_kafka_t* client, int, const char* facility, const char* text) {
  spdlog::debug("kafka {} {}: {}", rd_kafka_name(client), facility, text);
}

// Topics of `wanted` that the broker says it does not have; or why the broker can't be asked.
absl::StatusOr<std::vector<std::string>> MissingTopics(rd_kafka_t* client,
                                                       std::span<const std::string> wanted,
                                                       milliseconds timeout) {
  const struct rd_kafka_metadata* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 1, nullptr, &raw, static_cast<int>(timeout.count()));
  const KafkaMetadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "asking for topics");
  std::vector<std::string> missing;
  for (const std::string& topic : wanted) {
    // A leading ^ makes a subscription a regular expression, which may match later topics too.
    if (topic.starts_with('^')) continue;
    const std::span topics(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt));
    const bool found = std::any_of(topics.begin(), topics.end(), [&](const auto& known) {
      return topic == known.topic && known.partition_cnt > 0;
    });
    if (!found) missing.push_back(topic);
  }
  return missing;
}

absl::Status MissingStatus(const std::vector<std::string>& missing, const std::string& brokers) {
  if (missing.empty()) return absl::OkStatus();
  const bool one = missing.size() == 1;
  return absl::NotFoundError(
      fmt::format("{} {} not exist at {}; create {} first, for example:\n"
                  "  kafka-topics.sh --bootstrap-server {} --create --topic {} --partitions 4",
                  fmt::join(missing, ", "), one ? "does" : "do", brokers, one ? "it" : "them",
                  brokers, missing.front()));
}

absl::Status UnreachableStatus(const Heard& heard, const KafkaProperties& properties,
                               milliseconds timeout) {
  const auto protocol = properties.find("security.protocol");
  return absl::UnavailableError(fmt::format(
      "no Kafka broker answered within {:.0f} s at {}{}{}; does it listen there, and is "
      "security.protocol right ({})?",
      std::chrono::duration<double>(timeout).count(), BrokersOf(properties),
      heard.error.empty() ? "" : ": ", heard.error,
      protocol == properties.end() ? "plaintext" : protocol->second));
}

absl::StatusOr<KafkaHandle> MakeClient(rd_kafka_type_t type, KafkaProperties properties,
                                       Heard& heard) {
  for (const char* identity : {"group.id", "group.instance.id", "group.protocol",
                               "partition.assignment.strategy", "transactional.id"}) {
    properties.erase(identity);
  }
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(properties);
  if (!conf.ok()) return conf.status();
  rd_kafka_conf_set_opaque(conf->get(), &heard);
  rd_kafka_conf_set_error_cb(conf->get(), OnError);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf->get(), OnCertificate);
  rd_kafka_conf_set_log_cb(conf->get(), LogForDebugging);
  return MakeKafkaClient(type, *std::move(conf));
}

}  // namespace

absl::Status CheckBrokers(rd_kafka_type_t type, const KafkaProperties& properties,
                          std::span<const std::string> topics, milliseconds timeout) {
  Heard heard;  // Outlives the client.
  const absl::StatusOr<KafkaHandle> client = MakeClient(type, properties, heard);
  if (!client.ok()) return client.status();
  const Clock::time_point deadline = Clock::now() + timeout;
  for (milliseconds wait = kFirstTry;; wait = std::min(wait * 2, kLongestTry)) {
    const Clock::time_point end =
        heard.refusal.empty() ? deadline : std::min(deadline, heard.refused_at + kPatience);
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    const absl::StatusOr<std::vector<std::string>> missing =
        MissingTopics(client->get(), topics, std::clamp(left, milliseconds(1), wait));
    if (missing.ok()) return MissingStatus(*missing, BrokersOf(properties));
    rd_kafka_poll(client->get(), 0);
    const Clock::time_point now = Clock::now();
    if (!heard.refusal.empty() && (now - heard.refused_at >= kPatience || now >= deadline)) {
      return RefusalStatus(heard.refusal, properties,
                           heard.certificate_error.load(std::memory_order_relaxed));
    }
    if (now >= deadline) return UnreachableStatus(heard, properties, timeout);
    std::this_thread::sleep_for(kBetweenTries);
  }
}

absl::Status AccessWatch::Note(rd_kafka_resp_err_t error, std::string_view text) {
  if (!IsBrokersRefusal(error, text)) return absl::OkStatus();
  const Clock::time_point now = Clock::now();
  if (asked_at_ != Clock::time_point() && now - asked_at_ < kAskEvery) return absl::OkStatus();
  asked_at_ = now;
  const BrokerWait wait;
  absl::Status status = CheckBrokers(type_, properties_, {}, kAskFor);
  return absl::IsPermissionDenied(status) ? status : absl::OkStatus();
}

}  // namespace wiredesk
