// Reads rule packs in the text format (docs/RULES.md).
//
// Text -> rule_lexer (tokens) -> rule_cursor (expect, recover) -> rule_terms (what can occur) and
// rule_parser (statements and clauses) -> rule_ast. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

inline constexpr std::size_t kPackBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kPackTopicsMax = 200'000;
inline constexpr std::size_t kTopicIdBytesMax = 200;  // Also of other names.
inline constexpr std::size_t kTopicLabelBytesMax = 1000;

// Parses one pack. `file` names it in diagnostics. All errors are found in one go, as far as the
// parser can find its way again, up to 100; with any error nothing is returned. Warnings (no
// `need`, a regex with a part that can never match) do not stop a pack. Bounds: 64 MiB of text,
// 200,000 topics a pack, 1,000 bytes a term, 32 levels of nesting, macros written out.
std::optional<RulePack> ParseRulePack(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics);

// The same from a file on disk.
std::optional<RulePack> LoadRulePack(const std::string& path, Diagnostics& diagnostics);

}  // namespace wiredesk
