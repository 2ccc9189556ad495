// wiredesk rules check: what is wrong with rule packs.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/exit_codes.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"

namespace wiredesk {

namespace {

int CheckPacks(const std::vector<std::string>& paths) {
  const LoadedRules loaded = LoadRules(paths);
  if (!loaded.compiled) return kExitFault;
  const CompiledRules& rules = *loaded.compiled;
  std::printf(
      "%zu pack%s, %zu topics with rules, %zu terms in %zu literals, rules hash %s: no errors\n",
      loaded.packs.size(), loaded.packs.size() == 1 ? "" : "s", rules.topics().size(),
      rules.term_count(), rules.literals().size(), std::string(rules.hash()).c_str());
  return kExitOk;
}

}  // namespace

void AddRulesCheckCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* check =
      rules.add_subcommand("check", "Read and compile packs, and tell all that is wrong");
  const auto paths = std::make_shared<std::vector<std::string>>();
  check->add_option("PACK", *paths, "Rule packs; they are compiled together")->required();
  check->footer(
      "Example:\n  wiredesk rules check config/rules/*.rules\nExit status: 0 no errors, 1 errors");
  check->callback([paths, &action] { action = [paths] { return CheckPacks(*paths); }; });
}

}  // namespace wiredesk
