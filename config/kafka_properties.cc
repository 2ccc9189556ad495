#include "config/kafka_properties.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "config/source_report.h"

namespace wiredesk {
namespace {

constexpr std::string_view kCommits =
    "take it out: an offset is committed only when the output before it is delivered; "
    "runtime.commit_interval says how often";

constexpr std::array<OwnedKafkaProperty, 8> kOwned{{
    {"auto.commit.enable", kCommits},
    {"auto.commit.interval.ms", "set runtime.commit_interval"},
    {"auto.offset.reset", "set input.start"},
    {"enable.auto.commit", kCommits},
    {"enable.auto.offset.store", kCommits},
    {"enable.partition.eof", "take it out: the end of a partition is found without it"},
    {"group.id", "set input.group"},
    {"transactional.id", "set delivery: exactly_once, and transactional_id"},
}};

}  // namespace

std::span<const OwnedKafkaProperty> OwnedKafkaProperties() { return kOwned; }

const OwnedKafkaProperty* FindOwnedKafkaProperty(std::string_view name) {
  const auto* const found =
      std::find_if(kOwned.begin(), kOwned.end(),
                   [name](const OwnedKafkaProperty& owned) { return owned.name == name; });
  return found == kOwned.end() ? nullptr : found;
}

std::vector<std::string> HiddenValues(const KafkaSettings& settings) {
  constexpr std::size_t kShortest = 4;
  std::vector<std::string> values;
  for (const KafkaProperties* const properties :
       {&settings.common, &settings.consumer, &settings.producer}) {
    for (const auto& [name, value] : *properties) {
      const bool hidden = settings.secrets.contains(name) || IsSecretName(name);
      const bool address = name == "bootstrap.servers" || name == "metadata.broker.list";
      const bool number = value.find_first_not_of("0123456789") == std::string::npos;
      if (!hidden || address || value.size() < kShortest) continue;
      if (!number || IsSecretName(name)) values.push_back(value);
    }
  }
  std::sort(values.begin(), values.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return values;
}

bool NamesSecretFile(std::string_view name) {
  return name == "ssl.key.location" || name == "ssl.keystore.location" ||
         name == "sasl.kerberos.keytab";
}

std::string RedactedKafkaProperties(const KafkaProperties& properties,
                                    const KafkaSettings& settings) {
  std::string text;
  for (const auto& [name, value] : properties) {
    const bool secret = settings.secrets.contains(name) || IsSecretName(name);
    text += fmt::format("{}={}\n", name, secret ? "(hidden)" : value);
  }
  return text;
}

}  // namespace wiredesk
