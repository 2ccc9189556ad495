#include "app/rule_build.h"

namespace wiredesk {

RuleBuild BuildRules(std::span<const PackSource> sources, const CompileOptions& options) {
  RuleBuild build;
  build.packs = ParsePacks(sources, build.diagnostics);
  if (!HasErrors(build.diagnostics)) {
    build.compiled = CompileRules(build.packs, build.diagnostics, options);
  }
  return build;
}

std::vector<std::string> ListFilesOf(std::span<const RulePack> packs) {
  std::vector<std::string> files;
  for (const RulePack& pack : packs) {
    for (const TermList& list : pack.lists) files.push_back(list.file);
  }
  return files;
}

}  // namespace wiredesk
