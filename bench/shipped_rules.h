// The rules to measure with: the packs that WIREDESK_RULES names, else the shipped pack.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "config/check.h"
#include "config/rule_parser.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

inline const std::shared_ptr<const CompiledRules>& ShippedRules() {
  static const std::shared_ptr<const CompiledRules> rules = [] {
    const char* path = std::getenv("WIREDESK_RULES");
    Diagnostics diagnostics;
    std::optional<RulePack> pack = LoadRulePack(
        path != nullptr ? path : WIREDESK_SOURCE_DIR "/config/rules/mediatopics-en.rules",
        diagnostics);
    std::shared_ptr<const CompiledRules> compiled;
    if (pack) compiled = CompileRules(std::span(&*pack, 1), diagnostics);
    std::fputs(Render(diagnostics).c_str(), stderr);
    WIREDESK_CHECK(compiled != nullptr);
    return compiled;
  }();
  return rules;
}

}  // namespace wiredesk
