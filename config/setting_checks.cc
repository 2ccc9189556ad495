#include "config/setting_checks.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "config/text_form.h"

namespace wiredesk {
namespace {

// The place of a value, or the file's beginning for one that is not in the file.
SourcePosition PlaceOf(const SettingPlaces& places, std::string_view path) {
  const auto place = places.find(path);
  return place == places.end() ? SourcePosition{1, 1, 1} : place->second;
}

void FillDeadLetterTopic(SettingReader& reader, const SettingPlaces& places, Settings& settings) {
  constexpr std::string_view kPath = "dead_letter.topic";
  if (settings.output.topic.empty() || places.contains(kPath)) return;
  settings.dead_letter_topic = settings.output.topic + ".dead-letter";
  if (!kTopicForm.find_fault(settings.dead_letter_topic)) return;
  reader.Error(PlaceOf(places, "output.topic"), kPath,
               "output.topic with .dead-letter is too long for a topic's name", "set it");
}

// Values are not named: they may come from references.
void CheckNotInput(SettingReader& reader, const SettingPlaces& places, const Settings& settings,
                   std::string_view path, const std::string& topic) {
  if (topic.empty()) return;
  for (const std::string& subscription : settings.input.topics) {
    if (!SubscriptionTakesIn(subscription, topic)) continue;
    const std::string_view place = places.contains(path) ? path : "output.topic";
    reader.Error(PlaceOf(places, place), path,
                 subscription.starts_with('^') ? "an expression of input.topics takes this topic in"
                                               : "is one of input.topics too",
                 "the worker would read what it has written, in a loop without end: choose another "
                 "topic");
    return;
  }
}

void CheckTopics(SettingReader& reader, const SettingPlaces& places, const Settings& settings) {
  CheckNotInput(reader, places, settings, "output.topic", settings.output.topic);
  CheckNotInput(reader, places, settings, "dead_letter.topic", settings.dead_letter_topic);
  if (!settings.dead_letter_topic.empty() && settings.dead_letter_topic == settings.output.topic) {
    reader.Error(
        PlaceOf(places, "dead_letter.topic"), "dead_letter.topic", "is output.topic too",
        "articles that could not be processed would pass for results: choose another topic");
  }
}

void CheckRulesAreThere(SettingReader& reader, const SettingPlaces& places) {
  if (!places.contains("rules.packs") && !places.contains("rules.topic")) {
    reader.Error(PlaceOf(places, "rules"), "rules", "is missing, and has no default",
                 "files of rule packs, such as [rules/desk.rules], or rules.topic");
  }
}

void CheckRulesTopic(SettingReader& reader, const SettingPlaces& places, const Settings& settings) {
  const std::string& topic = settings.rules.topic;
  if (topic.empty()) return;
  const bool is_input =
      std::any_of(settings.input.topics.begin(), settings.input.topics.end(),
                  [&topic](const std::string& input) { return SubscriptionTakesIn(input, topic); });
  if (!is_input && topic != settings.output.topic && topic != settings.dead_letter_topic) return;
  reader.Error(PlaceOf(places, "rules.topic"), "rules.topic",
               is_input ? "is one of input.topics too" : "is written to by the worker",
               "rules and articles can't share a topic: choose another one");
}

void CheckBatches(SettingReader& reader, const SettingPlaces& places,
                  const RuntimeSettings& runtime) {
  int needed = 1;
  for (const RuntimeSettings::StageGroup& group : runtime.threads) needed += group.width;
  if (runtime.batches >= needed) return;
  const std::string_view place =
      places.contains("runtime.batches") ? "runtime.batches" : "runtime.threads";
  reader.Error(PlaceOf(places, place), "runtime.batches",
               fmt::format("too few for runtime.threads; needed: {} or more", needed),
               "one for each of its threads, and one that is being filled or sent");
}

void CheckBrokers(SettingReader& reader, const SettingPlaces& places, const KafkaSettings& kafka) {
  static constexpr std::array<std::string_view, 3> kNames = {
      "bootstrap.servers", "metadata.broker.list", "test.mock.num.brokers"};
  const auto names_brokers = [](const KafkaProperties& properties) {
    return std::any_of(kNames.begin(), kNames.end(), [&properties](std::string_view name) {
      return properties.contains(std::string(name));
    });
  };
  if (names_brokers(kafka.common)) return;
  if (names_brokers(kafka.consumer) && names_brokers(kafka.producer)) return;
  reader.Error(PlaceOf(places, "kafka"), "kafka.bootstrap.servers", "is missing",
               "the brokers to begin with, such as localhost:9092");
}

}  // namespace

void CheckTogether(SettingReader& reader, const SettingPlaces& places, Settings& settings) {
  CheckRulesAreThere(reader, places);
  CheckBrokers(reader, places, settings.kafka);
  FillDeadLetterTopic(reader, places, settings);
  CheckTopics(reader, places, settings);
  CheckRulesTopic(reader, places, settings);
  CheckBatches(reader, places, settings.runtime);
}

}  // namespace wiredesk
