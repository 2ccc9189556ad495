// Loads rules: from the cache, or compiled by a child process within limits.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/rule_child_form.h"
#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "config/settings.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

struct RuleLoadOptions {
  CompileLimits limits;
  CompileOptions compile;
  std::string cache;   // Folder of compiled rules (rule_cache.h); empty: none.
  int cancel_fd = -1;  // What is there to read ends the loading with an error.
};

RuleLoadOptions LoadOptionsOf(const Settings& settings);

struct RuleLoad {
  std::shared_ptr<const CompiledRules> compiled;  // Null if there is an error.
  Diagnostics diagnostics;
  std::vector<std::string> list_files;  // That the packs read from.
  bool is_from_cache = false;
};

// Any thread; waits. Without a program to compile with (rule_child.h) in this process.
RuleLoad LoadPacks(std::span<const PackSource> sources, const RuleLoadOptions& options);

}  // namespace wiredesk
