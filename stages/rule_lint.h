// What in rule packs is allowed, but hardly meant: terms that can never be found, alternatives that
// others make needless, scores that can't reach what they need, names that nothing uses, and what
// costs more than it looks.
//
// Any thread.
#pragma once

#include <span>

#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

// Adds a warning for each, pack by pack, in the order of the places. REQUIRES: the packs compile.
void LintRules(std::span<const RulePack> packs, Diagnostics& diagnostics);

}  // namespace wiredesk
