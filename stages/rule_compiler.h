// Turns rule packs as written into rules ready to match: folds and expands terms, shares the ones
// that several rules use, resolves the tree of topics, builds the pattern databases.
#pragma once

#include <memory>
#include <span>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

// All packs together, or null and at least one error. Deterministic: the same packs in the same
// order give the same hash. Any thread; 100,000 terms take seconds.
std::shared_ptr<const CompiledRules> CompileRules(std::span<const RulePack> packs,
                                                  Diagnostics& diagnostics);

}  // namespace wiredesk
