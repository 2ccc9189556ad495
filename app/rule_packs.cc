#include "app/rule_packs.h"

#include <cstdio>
#include <string>

#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "stages/matcher_self_test.h"

namespace wiredesk {

bool MatcherWorks() {
  const absl::Status matcher = TestMatcher();
  if (matcher.ok()) return true;
  std::fprintf(stderr, "wiredesk: %s\n", std::string(matcher.message()).c_str());
  return false;
}

LoadedRules LoadRules(std::span<const std::string> paths, const RuleLoadOptions& options) {
  LoadedRules loaded;
  loaded.compiled = LoadCompiledRules(paths, options);
  if (loaded.compiled == nullptr) return loaded;
  Diagnostics said_already;
  loaded.packs = ParsePacks(ReadPackFiles(paths, said_already), said_already);
  return loaded;
}

std::shared_ptr<const CompiledRules> LoadCompiledRules(std::span<const std::string> paths,
                                                       const RuleLoadOptions& options) {
  if (!MatcherWorks()) return nullptr;
  RuleLoad load;
  Diagnostics unreadable;
  const std::vector<PackSource> sources = ReadPackFiles(paths, unreadable);
  if (unreadable.empty()) {
    load = LoadPacks(sources, options);
  } else {
    ParsePacks(sources, load.diagnostics);
  }
  load.diagnostics.insert(load.diagnostics.begin(), unreadable.begin(), unreadable.end());
  std::fputs(Render(load.diagnostics).c_str(), stderr);
  return load.compiled;
}

}  // namespace wiredesk
