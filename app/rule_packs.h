// Loads and compiles the rule packs that a command was given, telling the user what is wrong.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/rule_ast.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

struct LoadedRules {
  std::vector<RulePack> packs;
  std::shared_ptr<const CompiledRules> compiled;
};

// Errors and warnings go to standard error. Without `compiled` on error. Also runs the matcher's
// self-test: with a library that loses matches nothing starts.
LoadedRules LoadRules(std::span<const std::string> paths);

}  // namespace wiredesk
