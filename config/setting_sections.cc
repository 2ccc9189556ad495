#include "config/setting_sections.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/kafka_properties.h"
#include "config/secret_file.h"
#include "config/setting_table.h"

namespace wiredesk {
namespace {

constexpr std::array<std::string_view, 2> kClients = {"consumer", "producer"};

// One property's value: a single value, or a list of them that is joined by commas.
std::optional<SettingText> ReadProperty(SettingReader& reader, const YamlNode& node,
                                        std::string_view path) {
  if (node.kind != YamlNode::Kind::kList) return reader.ReadText(node, path);
  const std::optional<std::vector<SettingText>> values = reader.ReadTexts(node, path);
  if (!values) return std::nullopt;
  SettingText joined{{}, node.position, false};
  for (const SettingText& value : *values) {
    if (!joined.text.empty()) joined.text += ',';
    joined.text += value.text;
    joined.referenced = joined.referenced || value.referenced;
  }
  return joined;
}

// A map that is no reference, under a name that is nearly a client's.
bool IsMisspeltClient(const YamlNode::Key& key, const YamlNode& value) {
  if (value.kind != YamlNode::Kind::kMap || NearestName(key.text, kClients).empty()) return false;
  return std::none_of(value.keys.begin(), value.keys.end(), [](const YamlNode::Key& inner) {
    return inner.text == "env" || inner.text == "file";
  });
}

// librdkafka will read this file.
void CheckKeyFile(SettingReader& reader, const SettingText& path, std::string_view key_path) {
  const std::optional<SecretFileFault> fault = CheckSecretFile(path.text);
  if (!fault) return;
  if (path.referenced) {
    reader.Error(path.position, key_path, "every user of this machine may use the referenced file",
                 "chmod 600, for the file that it names");
  } else {
    reader.Error(path.position, key_path, fault->message, fault->help);
  }
}

void ReadProperties(SettingReader& reader, const YamlNode& node, std::string_view path,
                    KafkaProperties& properties, KafkaSettings& kafka) {
  if (node.kind == YamlNode::Kind::kNull) return;
  if (node.kind != YamlNode::Kind::kMap) {
    reader.Error(
        node.position, path,
        fmt::format("must be a map of librdkafka properties, not {}", KindName(node.kind)));
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode::Key& key = node.keys[i];
    if (&properties == &kafka.common && key.text == kClients[0]) {
      ReadProperties(reader, node.items[i], "kafka.consumer", kafka.consumer, kafka);
      continue;
    }
    if (&properties == &kafka.common && key.text == kClients[1]) {
      ReadProperties(reader, node.items[i], "kafka.producer", kafka.producer, kafka);
      continue;
    }
    const std::string key_path = fmt::format("{}.{}", path, key.text);
    if (const OwnedKafkaProperty* const owned = FindOwnedKafkaProperty(key.text)) {
      reader.Error(key.position, key_path, "wiredesk sets this property itself", owned->instead);
      continue;
    }
    if (&properties == &kafka.common && IsMisspeltClient(key, node.items[i])) {
      reader.Error(key.position, key_path, "unknown map",
                   fmt::format("did you mean \"kafka.{}\"?", NearestName(key.text, kClients)));
      continue;
    }
    std::optional<SettingText> value = ReadProperty(reader, node.items[i], key_path);
    if (value && NamesSecretFile(key.text)) CheckKeyFile(reader, *value, key_path);
    if (value && value->referenced) kafka.secrets.insert(key.text);
    // One with an error is there all the same, so that it is not reported as missing too.
    properties[key.text] = value ? std::move(value->text) : std::string();
  }
}

// Which stage comes next, over all groups. After the first error of order there is no more to say.
struct StageOrder {
  std::size_t next = 0;
  bool is_broken = false;
};

std::string OrderHelp() {
  return fmt::format("each stage once, in this order: {}", fmt::join(kStageNames, ", "));
}

void ReadStage(SettingReader& reader, const YamlNode& node, std::string_view path,
               StageOrder& order, RuntimeSettings::StageGroup& group) {
  const std::optional<std::size_t> stage = reader.ReadChoice(node, path, kStageNames);
  const std::size_t expected = order.next++;
  if (!stage) return;
  group.stages.emplace_back(kStageNames[*stage]);
  if (*stage == expected || order.is_broken) return;
  order.is_broken = true;
  reader.Error(node.position, path,
               expected < kStageNames.size()
                   ? fmt::format("the stage here must be {}", kStageNames[expected])
                   : "no stage may follow here",
               OrderHelp());
}

// The list of a group's stages, from either way to write a group, and its width.
const YamlNode* FindStages(SettingReader& reader, const YamlNode& node, const std::string& path,
                           RuntimeSettings::StageGroup& group) {
  static constexpr std::array<std::string_view, 2> kKnown = {"stages", "width"};
  if (node.kind != YamlNode::Kind::kMap) return &node;
  const YamlNode* stages = nullptr;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode::Key& key = node.keys[i];
    const std::string key_path = fmt::format("{}.{}", path, key.text);
    if (key.text == "stages") {
      stages = &node.items[i];
    } else if (key.text == "width") {
      const auto width = reader.ReadInteger(node.items[i], key_path, kWidthBound);
      if (width) group.width = static_cast<int>(*width);
    } else {
      const std::string nearest = NearestName(key.text, kKnown);
      reader.Error(key.position, key_path, "unknown setting",
                   nearest.empty() ? "known here: stages, width"
                                   : fmt::format("did you mean \"{}\"?", nearest));
    }
  }
  if (stages == nullptr) reader.Error(node.position, path, "stages is missing");
  return stages;
}

void ReadGroup(SettingReader& reader, const YamlNode& node, const std::string& path,
               StageOrder& order, RuntimeSettings::StageGroup& group) {
  const YamlNode* const stages = FindStages(reader, node, path, group);
  if (stages == nullptr) return;
  const std::string stages_path = stages == &node ? path : path + ".stages";
  if (stages->kind != YamlNode::Kind::kList || stages->items.empty()) {
    reader.Error(stages->position, stages_path, "must be a list of stages",
                 "such as [decode, canonicalise], or {stages: [match], width: 2}");
    return;
  }
  for (std::size_t i = 0; i < stages->items.size(); ++i) {
    ReadStage(reader, stages->items[i], fmt::format("{}[{}]", stages_path, i), order, group);
  }
}

}  // namespace

void ReadKafka(SettingReader& reader, const YamlNode& node, KafkaSettings& kafka) {
  ReadProperties(reader, node, "kafka", kafka.common, kafka);
}

void ReadThreads(SettingReader& reader, const YamlNode& node, RuntimeSettings& runtime) {
  constexpr std::string_view kPath = "runtime.threads";
  if (node.kind != YamlNode::Kind::kList) {
    reader.Error(node.position, kPath, "must be a list of groups of stages",
                 "such as [[decode, canonicalise], [match], [tag, encode]], or [] for no further "
                 "threads");
    return;
  }
  runtime.threads.clear();
  if (node.items.empty()) return;
  StageOrder order;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    RuntimeSettings::StageGroup group;
    ReadGroup(reader, node.items[i], fmt::format("{}[{}]", kPath, i), order, group);
    runtime.threads.push_back(std::move(group));
  }
  if (order.next < kStageNames.size() && !order.is_broken) {
    reader.Error(node.position, kPath,
                 fmt::format("{} is missing at the end", kStageNames[order.next]), OrderHelp());
  }
}

}  // namespace wiredesk
