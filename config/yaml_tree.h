// YAML as plain values with places: the part of YAML that settings need. One thread.
//
// Not accepted: anchors and aliases (a few lines of them can unfold to gigabytes), tags, more than
// one document, keys that are not plain texts, a key twice in a map.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/source_report.h"

namespace wiredesk {

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Key {
    std::string text;
    SourcePosition position;
  };

  Kind kind = Kind::kNull;
  std::string text;             // kScalar: as it stands, quotes and escapes resolved.
  std::vector<Key> keys;        // kMap: keys[i] belongs to items[i].
  std::vector<YamlNode> items;  // kMap, kList.
  SourcePosition position;
};

// "a list", for messages.
std::string_view KindName(YamlNode::Kind kind);

// Reads the text of `report`. Nothing, and at least one error in `report`, if it is not YAML as
// above, not UTF-8, or beyond the bounds: 1 MiB, 16 levels, 50,000 values, 4,096 brackets. Where
// only a key is there twice, that is reported and the tree holds the first, so that all other
// errors can be found too.
std::optional<YamlNode> ParseYaml(SourceReport& report);

}  // namespace wiredesk
