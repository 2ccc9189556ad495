// Rule packs before they are read: their texts, and where these come from. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

struct PackSource {
  std::string file;  // For messages: a path, or topic and key.
  std::string text;
  // Of a pack from the rules' topic, the key of its record: the name that the pack must have.
  std::string key = {};
};

// The texts of the files at `paths`. One that can't be read is an error, and left out.
std::vector<PackSource> ReadPackFiles(std::span<const std::string> paths, Diagnostics& diagnostics);

// Reads all of them. A pack from the topic replaces a file's pack of the same name, and may name no
// lists in files. With any error the result is to be thrown away.
std::vector<RulePack> ParsePacks(std::span<const PackSource> sources, Diagnostics& diagnostics);

}  // namespace wiredesk
