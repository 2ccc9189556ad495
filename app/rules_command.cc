// wiredesk rules: what is done with rule packs before they go live.
#include <CLI/CLI.hpp>

#include "app/rules_commands.h"

namespace wiredesk {

void AddRulesCommand(CLI::App& app, CommandAction& action) {
  CLI::App* rules = app.add_subcommand("rules", "Check, test, measure and compare rule packs");
  rules->require_subcommand(1);
  rules->footer("Read docs/RULES.md for the language, docs/COMMANDS.md for the commands.");
  AddRulesCheckCommand(*rules, action);
  AddRulesTestCommand(*rules, action);
  AddRulesConvertCommand(*rules, action);
  AddRulesExpandCommand(*rules, action);
  AddRulesImportCommand(*rules, action);
  AddRulesEvalCommand(*rules, action);
  AddRulesDiffCommand(*rules, action);
  AddRulesStatsCommand(*rules, action);
}

}  // namespace wiredesk
