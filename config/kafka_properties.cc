#include "config/kafka_properties.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "config/settings.h"
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
