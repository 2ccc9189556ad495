// Loads and compiles the rule packs that a command was given, telling the user what is wrong.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/rule_loader.h"
#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "stages/compiled_rules.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

struct LoadedRules {
  std::vector<RulePack> packs;
  std::shared_ptr<const CompiledRules> compiled;
};

// What is wrong goes to `diagnostics`. Without `compiled` on error. Also runs the matcher's
// self-test: with a library that loses matches nothing starts.
LoadedRules LoadRules(std::span<const std::string> paths, const CompileOptions& options,
                      Diagnostics& diagnostics);

// The same, with errors and warnings to standard error.
LoadedRules LoadRules(std::span<const std::string> paths, const CompileOptions& options = {});

// The same without the packs, and perhaps from a cache.
std::shared_ptr<const CompiledRules> LoadCompiledRules(std::span<const std::string> paths,
                                                       const RuleLoadOptions& options);

// The matcher's self-test; says on standard error what is wrong.
bool MatcherWorks();

// Gives the diagnostics that have none the line of the file that they are about.
void AddSourceLines(Diagnostics& diagnostics);

}  // namespace wiredesk
