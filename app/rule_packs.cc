#include "app/rule_packs.h"

#include <cstdio>
#include <optional>

#include "config/diagnostic.h"
#include "config/rule_parser.h"
#include "stages/matcher_self_test.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

LoadedRules LoadRules(std::span<const std::string> paths) {
  LoadedRules loaded;
  const absl::Status matcher = TestMatcher();
  if (!matcher.ok()) {
    std::fprintf(stderr, "wiredesk: %s\n", std::string(matcher.message()).c_str());
    return loaded;
  }
  Diagnostics diagnostics;
  for (const std::string& path : paths) {
    if (std::optional<RulePack> pack = LoadRulePack(path, diagnostics)) {
      loaded.packs.push_back(*std::move(pack));
    }
  }
  if (!HasErrors(diagnostics)) loaded.compiled = CompileRules(loaded.packs, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  return loaded;
}

}  // namespace wiredesk
