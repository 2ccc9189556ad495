// Reads rule packs in the text and the JSON form (docs/RULES.md).
//
// Text -> rule_lexer (tokens) -> rule_cursor (expect, recover) -> rule_pack_parser (statements),
// rule_topic_parser (clauses), rule_expression and rule_terms -> rule_ast, which rule_checks and
// rule_pack_checks look over. JSON -> json_tree -> rule_json_reader -> the same. Pure functions,
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "config/rule_bounds.h"
#include "config/rule_pack_lists.h"

namespace wiredesk {

// Whether a pack is in the JSON form: its file ends in .json, or it begins with "{".
bool IsJsonPack(std::string_view text, std::string_view file);

// Parses one pack. `file` names it in diagnostics; the files of its lists are looked for from
// there, and read. All errors are found in one go, as far as the parser can find its way again, up
// to 100 of the pack and of each list; with any error nothing is returned. Warnings (no `need`, a
// regex with a part that can never match) do not stop a pack. Bounds: rule_bounds.h.
std::optional<RulePack> ParseRulePack(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics,
                                      ListFiles list_files = ListFiles::kRead);

// The same from a file on disk.
std::optional<RulePack> LoadRulePack(const std::string& path, Diagnostics& diagnostics);

}  // namespace wiredesk
