#include "pipeline/kafka_client.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostic.h"
#include "config/kafka_properties.h"

namespace wiredesk {
namespace {

constexpr std::string_view kStartNames[] = {"error", "earliest", "latest"};

absl::Status CheckNotOwned(const KafkaProperties& properties) {
  for (const auto& [name, value] : properties) {
    const OwnedKafkaProperty* owned = FindOwnedKafkaProperty(name);
    if (owned == nullptr) continue;
    return absl::InvalidArgumentError(
        fmt::format("kafka: {} can't be set: {}", name, owned->instead));
  }
  return absl::OkStatus();
}

// Later maps win. Aliases of one setting would fight over it, so an operator's alias removes ours.
KafkaProperties Merge(KafkaProperties base, std::span<const KafkaProperties* const> layers) {
  static constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"compression.codec", "compression.type"},     {"message.timeout.ms", "delivery.timeout.ms"},
      {"linger.ms", "queue.buffering.max.ms"},       {"acks", "request.required.acks"},
      {"bootstrap.servers", "metadata.broker.list"},
  };
  for (const KafkaProperties* layer : layers) {
    for (const auto& [name, value] : *layer) {
      for (const auto& [one, other] : kAliases) {
        if (name == one) base.erase(std::string(other));
        if (name == other) base.erase(std::string(one));
      }
      base[name] = value;
    }
  }
  return base;
}

// Every name that librdkafka knows. It offers them only as a printed table.
std::vector<std::string> KnownProperties() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = open_memstream(&text, &size);
  if (file == nullptr) return {};
  rd_kafka_conf_properties_show(file);
  std::fclose(file);
  const std::unique_ptr<char, CallOnDelete<std::free>> owner(text);

  std::set<std::string> names;
  std::string_view rest(text, size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::string_view name = line.substr(0, line.find_first_of(" |"));
    const bool is_name =
        !name.empty() && line.find('|') != std::string_view::npos &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._") == std::string_view::npos;
    if (is_name) names.emplace(name);
  }
  return {names.begin(), names.end()};
}

absl::Status UnknownProperty(const std::string& name) {
  const std::vector<std::string> known = KnownProperties();
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string nearest = NearestName(name, candidates);
  return absl::InvalidArgumentError(
      nearest.empty()
          ? fmt::format("kafka: librdkafka knows no property \"{}\"", name)
          : fmt::format("kafka: librdkafka knows no property \"{}\"; did you mean \"{}\"?", name,
                        nearest));
}

// Without either librdkafka would wait for a token that nobody gives it, in silence.
absl::Status CheckTokenSource(const KafkaProperties& properties) {
  const auto is = [&](const std::string& name, std::string_view value) {
    const auto found = properties.find(name);
    return found != properties.end() && found->second == value;
  };
  if (!is("sasl.mechanism", "OAUTHBEARER") && !is("sasl.mechanisms", "OAUTHBEARER")) {
    return absl::OkStatus();
  }
  if (is("sasl.oauthbearer.method", "oidc") || is("enable.sasl.oauthbearer.unsecure.jwt", "true")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "kafka: sasl.mechanism OAUTHBEARER needs a source of tokens: set sasl.oauthbearer.method to "
      "oidc, with sasl.oauthbearer.token.endpoint.url, .client.id and .client.secret");
}

// Called on any of librdkafka's threads.
void LogToSpdlog(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  static constexpr spdlog::level::level_enum kLevels[] = {
      spdlog::level::critical, spdlog::level::critical, spdlog::level::critical,
      spdlog::level::err,      spdlog::level::warn,     spdlog::level::info,
      spdlog::level::info,     spdlog::level::debug};
  const char* name = client == nullptr ? "librdkafka" : rd_kafka_name(client);
  spdlog::log(kLevels[std::clamp(level, 0, 7)], "kafka {} {}: {}", name, facility, text);
}

}  // namespace

absl::StatusOr<KafkaProperties> ConsumerProperties(const Settings& settings) {
  for (const KafkaProperties* layer : {&settings.kafka.common, &settings.kafka.consumer}) {
    if (absl::Status status = CheckNotOwned(*layer); !status.ok()) return status;
  }
  KafkaProperties defaults = {
      {"client.id", "wiredesk"},
      {"partition.assignment.strategy", "cooperative-sticky"},
      {"isolation.level", "read_committed"},
      // Corrupt batches stop their partition instead of reaching the decoder; costs nothing.
      {"check.crcs", "true"},
      {"allow.auto.create.topics", "false"},
      {"enable.metrics.push", "false"},
      {"fetch.wait.max.ms", "100"},
      // Members hear of a rebalance by it.
      {"heartbeat.interval.ms", "1000"},
      // Bounds memory. What is read ahead beyond this need not be long in coming, so librdkafka
      // must not wait a second before it fetches again.
      {"queued.max.messages.kbytes", "16384"},
      {"fetch.queue.backoff.ms", "10"},
  };
  const KafkaProperties* layers[] = {&settings.kafka.common, &settings.kafka.consumer};
  KafkaProperties properties = Merge(std::move(defaults), layers);
  // There the broker assigns, and librdkafka refuses a strategy of ours.
  const auto protocol = properties.find("group.protocol");
  if (protocol != properties.end() && protocol->second == "consumer") {
    for (const KafkaProperties* layer : layers) {
      if (!layer->contains("partition.assignment.strategy")) continue;
      return absl::InvalidArgumentError(
          "kafka: partition.assignment.strategy has no meaning with group.protocol consumer, where "
          "the broker assigns: take it out, or set group.remote.assignor");
    }
    properties.erase("partition.assignment.strategy");
    properties.erase("heartbeat.interval.ms");
  }
  if (settings.delivery == DeliveryMode::kExactlyOnce &&
      properties.at("isolation.level") != "read_committed") {
    return absl::InvalidArgumentError(
        "kafka: isolation.level must be read_committed with delivery: exactly_once, else an offset "
        "that is still part of an open transaction is not waited for: take it out");
  }
  properties["group.id"] = settings.input.group;
  properties["enable.auto.commit"] = "false";
  properties["enable.auto.offset.store"] = "false";
  properties["enable.partition.eof"] = "false";
  properties["auto.offset.reset"] =
      std::string(kStartNames[static_cast<std::size_t>(settings.input.start)]);
  return properties;
}

absl::StatusOr<KafkaProperties> ProducerProperties(const KafkaSettings& settings) {
  for (const KafkaProperties* layer : {&settings.common, &settings.producer}) {
    if (absl::Status status = CheckNotOwned(*layer); !status.ok()) return status;
  }
  KafkaProperties defaults = {
      {"client.id", "wiredesk"},
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // Only under load: a lane without more to send does not wait (Sink::Hurry).
      {"linger.ms", "5"},
      {"compression.codec", "lz4"},
      {"batch.size", "1000000"},
      // Small queues: what waits here is work that a crash repeats.
      {"queue.buffering.max.messages", "20000"},
      {"queue.buffering.max.kbytes", "65536"},
      // As Java's client places keys, so that tagged articles stay beside their raw ones.
      {"partitioner", "murmur2_random"},
      {"enable.metrics.push", "false"},
      {"allow.auto.create.topics", "false"},
      // Never give up on an output. One that failed could never be committed past, so an outage of
      // the broker must stall the worker and not make it drop.
      {"message.timeout.ms", "0"},
  };
  const KafkaProperties* layers[] = {&settings.common, &settings.producer};
  return Merge(std::move(defaults), layers);
}

void AddTransactions(const Settings& settings, std::size_t lane, KafkaProperties& properties) {
  if (settings.delivery != DeliveryMode::kExactlyOnce) return;
  std::string id = settings.transactional_id;
  if (id.empty()) {
    std::array<char, 256> host = {};
    gethostname(host.data(), host.size() - 1);
    id = settings.input.group + "-" + host.data();
  }
  properties["transactional.id"] = fmt::format("{}-{}", id, lane);
  // Short: what a dead worker left open holds up readers this long, unless its successor is there.
  properties.try_emplace("transaction.timeout.ms", "15000");
  // A transaction's records may not wait longer than it; librdkafka then takes its timeout.
  if (properties["message.timeout.ms"] == "0") properties.erase("message.timeout.ms");
}

absl::StatusOr<KafkaConf> MakeKafkaConf(const KafkaProperties& properties) {
  if (absl::Status status = CheckTokenSource(properties); !status.ok()) return status;
  KafkaConf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), LogToSpdlog);
  std::array<char, 512> text;
  for (const auto& [name, value] : properties) {
    switch (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), text.data(), text.size())) {
      case RD_KAFKA_CONF_OK:
        break;
      case RD_KAFKA_CONF_UNKNOWN:
        return UnknownProperty(name);
      case RD_KAFKA_CONF_INVALID:
        return absl::InvalidArgumentError(fmt::format("kafka: {}: {}", name, text.data()));
    }
  }
  return conf;
}

std::size_t NumberOf(const rd_kafka_conf_t& conf, const char* name) {
  std::array<char, 32> text;
  std::size_t size = text.size();
  std::size_t number = 0;
  if (rd_kafka_conf_get(&conf, name, text.data(), &size) == RD_KAFKA_CONF_OK) {
    std::from_chars(text.data(), text.data() + size - 1, number);
  }
  return number;
}

absl::StatusOr<KafkaHandle> MakeKafkaClient(rd_kafka_type_t type, KafkaConf conf) {
  std::array<char, 512> text;
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), text.data(), text.size());
  if (client == nullptr) return absl::InvalidArgumentError(fmt::format("kafka: {}", text.data()));
  static_cast<void>(conf.release());  // It is the client's now.
  return KafkaHandle(client);
}

std::string BrokersOf(const KafkaProperties& properties) {
  for (const char* name : {"bootstrap.servers", "metadata.broker.list"}) {
    const auto found = properties.find(name);
    if (found != properties.end()) return found->second;
  }
  return "(no bootstrap.servers)";
}

}  // namespace wiredesk
