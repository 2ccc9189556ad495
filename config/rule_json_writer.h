// Writes a rule pack in the JSON form (docs/RULES.md). Reading it back gives the same pack. The
// lists' files are named, not written. Pure functions, any thread.
#pragma once

#include <string>

#include "config/rule_ast.h"

namespace wiredesk {

// REQUIRES: `pack` keeps the rules of the language, as all that were parsed do.
std::string WriteRuleJson(const RulePack& pack);

}  // namespace wiredesk
