// Reads rule packs in the text format (docs/RULES.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

// Parses one pack. `file` names it in diagnostics. All errors are found in one go, as far as the
// parser can find its way again; with any error nothing is returned. Bounds: 64 MiB of text, 200,000
// topics a pack, 1,000 bytes a term, 32 levels of nesting.
std::optional<RulePack> ParseRulePack(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics);

// The same from a file on disk.
std::optional<RulePack> LoadRulePack(const std::string& path, Diagnostics& diagnostics);

}  // namespace wiredesk
