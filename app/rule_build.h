// From the texts of rule packs to compiled rules, in this process.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "stages/compiled_rules.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

struct RuleBuild {
  std::shared_ptr<const CompiledRules> compiled;  // Null if there is an error.
  std::vector<RulePack> packs;
  Diagnostics diagnostics;
};

// Any thread.
RuleBuild BuildRules(std::span<const PackSource> sources, const CompileOptions& options = {});

// The files that the packs' lists of terms came from.
std::vector<std::string> ListFilesOf(std::span<const RulePack> packs);

}  // namespace wiredesk
