// wiredesk rules: what is done with rule packs before they go live.
#include <CLI/CLI.hpp>

#include "app/rules_commands.h"

namespace wiredesk {

void AddRulesCommand(CLI::App& app, CommandAction& action) {
  CLI::App* rules = app.add_subcommand("rules", "Check and test rule packs");
  rules->require_subcommand(1);
  rules->footer("The language of rule packs is described in docs/RULES.md.");
  AddRulesCheckCommand(*rules, action);
  AddRulesTestCommand(*rules, action);
  AddRulesConvertCommand(*rules, action);
  AddRulesExpandCommand(*rules, action);
  AddRulesImportCommand(*rules, action);
}

}  // namespace wiredesk
