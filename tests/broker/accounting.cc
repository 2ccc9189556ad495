#include "tests/broker/accounting.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace wiredesk {

using Json = nlohmann::json;

std::map<std::string, int> CountIds(const ByPartition& records) {
  std::map<std::string, int> counts;
  for (const auto& [partition, list] : records) {
    for (const Record& record : list) ++counts[Json::parse(*record.value).at("id")];
  }
  return counts;
}

std::size_t LostOf(int first, int count, const std::map<std::string, int>& counts) {
  std::size_t lost = 0;
  for (int i = first; i < first + count; ++i) lost += counts.count(std::to_string(i)) == 0;
  return lost;
}

std::size_t Repeated(const std::map<std::string, int>& counts) {
  return static_cast<std::size_t>(std::count_if(
      counts.begin(), counts.end(), [](const auto& entry) { return entry.second > 1; }));
}

std::size_t Inversions(const ByPartition& records) {
  std::size_t inversions = 0;
  for (const auto& [partition, list] : records) {
    std::map<std::int32_t, std::int64_t> last;
    for (const Record& record : list) {
      const Json origin = Json::parse(*record.value).at("origin");
      const auto offset = origin.at("offset").get<std::int64_t>();
      const auto [place, is_new] = last.try_emplace(origin.at("partition"), offset);
      inversions += !is_new && place->second >= offset ? 1 : 0;
      place->second = offset;
    }
  }
  return inversions;
}

bool TookSomethingIn(const std::string& log) {
  constexpr std::string_view kStart = " info in ";
  for (std::size_t at = log.find(kStart); at != std::string::npos; at = log.find(kStart, at + 1)) {
    const char digit = log[at + kStart.size()];
    if (digit >= '1' && digit <= '9') return true;
  }
  return false;
}

std::string RiskySettings(const std::string& brokers) {
  return fmt::format(
      "kafka:\n"
      "  bootstrap.servers: \"{}\"\n"
      "  consumer: {{session.timeout.ms: 6000, heartbeat.interval.ms: 500}}\n"
      "  producer: {{linger.ms: 100}}\n"
      "runtime: {{lanes: 1, batch_articles: 16, commit_interval: 10ms}}\n",
      brokers);
}

std::string ExactlyOnceSettings(const std::string& brokers, const std::string& worker) {
  return RiskySettings(brokers) +
         fmt::format("delivery: exactly_once\ntransactional_id: {}\n", worker);
}

}  // namespace wiredesk
