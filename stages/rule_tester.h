// Runs the `test` lines of rule packs: small articles that a topic must, or must not, be found in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

struct RuleTestReport {
  int passed = 0;
  Diagnostics failures;  // One a failed line, where it stands in its pack.
};

// Topics in draft are tested if `rules` has them, those in shadow like others. A text whose name is
// neither a field nor metadata is a failure.
// REQUIRES: `rules` is compiled from `packs`.
RuleTestReport TestRules(std::span<const RulePack> packs, const CompiledRules& rules);

}  // namespace wiredesk
