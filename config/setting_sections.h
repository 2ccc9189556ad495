// Reads the two settings that have a shape of their own. One thread.
#pragma once

#include "config/setting_reader.h"
#include "config/settings.h"
#include "config/yaml_tree.h"

namespace wiredesk {

// The map kafka: properties, and the maps consumer and producer.
void ReadKafka(SettingReader& reader, const YamlNode& node, KafkaSettings& kafka);

// The list runtime.threads: groups that together are all stages in order.
void ReadThreads(SettingReader& reader, const YamlNode& node, RuntimeSettings& runtime);

}  // namespace wiredesk
