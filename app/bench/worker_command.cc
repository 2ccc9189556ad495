#include "app/bench/worker_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "app/bench/bench_limits.h"
#include "config/quantity.h"

namespace wiredesk {
namespace {

// JSON's strings are YAML's.
std::string Quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string Lines(const KafkaProperties& properties, const char* indent) {
  std::string text;
  for (const auto& [name, value] : properties) {
    text += fmt::format("{}{}: {}\n", indent, Quoted(name), Quoted(value));
  }
  return text;
}

std::string ShellQuoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

const char* DeliveryName(DeliveryMode delivery) {
  return delivery == DeliveryMode::kExactlyOnce ? "exactly_once" : "at_least_once";
}

std::string WorkerSettingsText(const BenchCase& scenario, const BenchPlaces& places,
                               const KafkaSettings& kafka, const std::vector<std::string>& packs,
                               int number) {
  std::string text = "version: 1\nkafka:\n" + Lines(kafka.common, "  ");
  if (!kafka.consumer.empty()) text += "  consumer:\n" + Lines(kafka.consumer, "    ");
  if (!kafka.producer.empty()) text += "  producer:\n" + Lines(kafka.producer, "    ");
  text += fmt::format(
      "input:\n  topics: [{}]\n  group: {}\n  start: earliest\n  article_bytes_max: {}B\n",
      Quoted(places.input), Quoted(places.group), kBenchArticleBytesMax);
  text += "rules:\n  packs: " + nlohmann::json(packs).dump() +
          "\n  cache: " + Quoted(places.folder + "/cache") + "\n";
  text += fmt::format("output:\n  topic: {}\ndead_letter:\n  topic: {}\n", Quoted(places.output),
                      Quoted(places.dead_letters));
  text += fmt::format(
      "delivery: {}\ntransactional_id: {}\nruntime:\n  lanes: {}\n  transaction_interval: {}\n",
      DeliveryName(scenario.delivery), Quoted(fmt::format("{}-{}", places.group, number)),
      scenario.lanes, FormatDuration(scenario.transaction_interval));
  return text;
}

std::string WorkerShellCommand(const std::string& command, const BenchCase& scenario,
                               const BenchPlaces& places, const std::string& brokers,
                               const std::string& rules) {
  const std::pair<const char*, std::string> values[] = {
      {"{brokers}", brokers},      {"{input}", places.input},
      {"{output}", places.output}, {"{group}", places.group},
      {"{rules}", rules},          {"{delivery}", DeliveryName(scenario.delivery)}};
  std::string text;
  for (std::size_t at = 0; at < command.size();) {
    bool is_replaced = false;
    for (const auto& [name, value] : values) {
      const std::string_view wanted = name;
      if (std::string_view(command).substr(at, wanted.size()) != wanted) continue;
      text += ShellQuoted(value);
      at += wanted.size();
      is_replaced = true;
      break;
    }
    if (!is_replaced) text += command[at++];
  }
  return text;
}

}  // namespace wiredesk
