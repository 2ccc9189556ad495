#include "app/bench/bench_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "app/bench/bench_limits.h"
#include "config/quantity.h"

namespace wiredesk {
namespace {

constexpr int kKeywordsMax = 2'000'000;
constexpr std::size_t kArticleBytesMin = 100;
// As of the setting.
constexpr std::chrono::milliseconds kTransactionIntervalMin{10};
constexpr std::chrono::milliseconds kTransactionIntervalMax{10000};

std::optional<int> Number(std::string_view text, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < 1 || number > most) return std::nullopt;
  return number;
}

absl::Status Wrong(std::string_view name, std::string_view value, std::string_view allowed) {
  return absl::InvalidArgumentError(fmt::format("{}={}: allowed is {}", name, value, allowed));
}

template <typename T>
absl::Status SetNumber(std::string_view name, std::string_view value, int most, T& to) {
  const std::optional<int> number = Number(value, most);
  if (!number) return Wrong(name, value, fmt::format("a number from 1 to {}", most));
  to = static_cast<T>(*number);
  return absl::OkStatus();
}

absl::Status Set(std::string_view name, std::string_view value, BenchCase& scenario) {
  if (name == "rules") return SetNumber(name, value, kKeywordsMax, scenario.keywords);
  if (name == "lanes") return SetNumber(name, value, 256, scenario.lanes);
  if (name == "workers") return SetNumber(name, value, 64, scenario.workers);
  if (name == "partitions") return SetNumber(name, value, 1024, scenario.partitions);
  if (name == "bytes") {
    const std::optional<std::size_t> bytes = ParseSize(value);
    if (!bytes || *bytes < kArticleBytesMin || *bytes > kBenchArticleBytesMax) {
      return Wrong(name, value,
                   fmt::format("a size from {}B to {}", kArticleBytesMin,
                               FormatSize(kBenchArticleBytesMax)));
    }
    scenario.bytes = *bytes;
    return absl::OkStatus();
  }
  if (name == "delivery") {
    for (DeliveryMode mode : {DeliveryMode::kAtLeastOnce, DeliveryMode::kExactlyOnce}) {
      if (value != DeliveryName(mode)) continue;
      scenario.delivery = mode;
      return absl::OkStatus();
    }
    return Wrong(name, value, "at_least_once or exactly_once");
  }
  if (name == "transaction-interval") {
    const std::optional<std::chrono::milliseconds> interval = ParseDuration(value);
    if (!interval || *interval < kTransactionIntervalMin || *interval > kTransactionIntervalMax) {
      return Wrong(name, value,
                   fmt::format("a duration from {} to {}", FormatDuration(kTransactionIntervalMin),
                               FormatDuration(kTransactionIntervalMax)));
    }
    scenario.transaction_interval = *interval;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{} can't be swept; rules, lanes, workers, partitions, bytes, delivery and "
                  "transaction-interval can",
                  name));
}

// Makes of each case one for each value of `sweep`.
absl::Status Multiply(std::string_view sweep, std::vector<BenchCase>& cases) {
  const std::size_t equals = sweep.find('=');
  if (equals == std::string_view::npos) {
    return absl::InvalidArgumentError(
        fmt::format("--sweep {}: it must be NAME=VALUE,VALUE", sweep));
  }
  const std::string_view name = sweep.substr(0, equals);
  std::vector<BenchCase> multiplied;
  for (const BenchCase& scenario : cases) {
    for (std::size_t at = equals + 1; at <= sweep.size();) {
      const std::size_t end = std::min(sweep.find(',', at), sweep.size());
      multiplied.push_back(scenario);
      const absl::Status status = Set(name, sweep.substr(at, end - at), multiplied.back());
      if (!status.ok()) {
        return absl::InvalidArgumentError("--sweep " + std::string(status.message()));
      }
      at = end + 1;
    }
  }
  cases = std::move(multiplied);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<BenchCase>> ExpandCases(const BenchOptions& options) {
  std::vector<BenchCase> cases = {options.base};
  absl::Status status = Set("delivery", options.delivery, cases[0]);
  if (status.ok() && !options.bytes.empty()) status = Set("bytes", options.bytes, cases[0]);
  if (status.ok() && !options.transaction_interval.empty()) {
    status = Set("transaction-interval", options.transaction_interval, cases[0]);
  }
  if (!status.ok()) return absl::InvalidArgumentError("--" + std::string(status.message()));
  for (const std::string& sweep : options.sweeps) {
    status = Multiply(sweep, cases);
    if (!status.ok()) return status;
  }
  const auto is_exactly_once = [](const BenchCase& scenario) {
    return scenario.delivery == DeliveryMode::kExactlyOnce;
  };
  if (!options.transaction_interval.empty() &&
      std::none_of(cases.begin(), cases.end(), is_exactly_once)) {
    return absl::InvalidArgumentError(
        "--transaction-interval needs transactions: add --delivery exactly_once");
  }
  if (options.count_only && options.worker_command.empty()) {
    return absl::InvalidArgumentError("--count-only is for another program: add --worker-command");
  }
  for (const BenchCase& scenario : cases) {
    const bool has_keywords = scenario.keywords > 0 || !options.keywords_file.empty();
    if (has_keywords && !options.packs.empty()) {
      return absl::InvalidArgumentError("--rules can't stand beside keywords: choose one of them");
    }
    if (!has_keywords && !options.worker_command.empty()) {
      return absl::InvalidArgumentError(
          "--worker-command needs rules that any program can follow: add --keywords N or "
          "--keywords-file FILE");
    }
  }
  return cases;
}

absl::StatusOr<KafkaSettings> BenchKafkaSettings(const BenchOptions& options) {
  KafkaSettings settings;
  for (const std::string& property : options.properties) {
    const std::size_t equals = property.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("-X {}: it must be NAME=VALUE", property));
    }
    const std::string name = property.substr(0, equals);
    KafkaProperties* to = &settings.common;
    if (name.starts_with("consumer.")) to = &settings.consumer;
    if (name.starts_with("producer.")) to = &settings.producer;
    const std::size_t prefix = to == &settings.common ? 0 : name.find('.') + 1;
    (*to)[name.substr(prefix)] = property.substr(equals + 1);
  }
  if (!options.brokers.empty()) settings.common["bootstrap.servers"] = options.brokers;
  return settings;
}

}  // namespace wiredesk
