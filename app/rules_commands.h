// The commands around rule packs: `wiredesk rules ...`. Each Add...() adds one subcommand to
// `rules`, like those of app/commands.h, and stands in a file of its own.
#pragma once

#include "app/commands.h"

namespace wiredesk {

void AddRulesCheckCommand(CLI::App& rules, CommandAction& action);    // rules_check_command.cc
void AddRulesTestCommand(CLI::App& rules, CommandAction& action);     // rules_test_command.cc
void AddRulesEvalCommand(CLI::App& rules, CommandAction& action);     // rules_eval_command.cc
void AddRulesDiffCommand(CLI::App& rules, CommandAction& action);     // rules_diff_command.cc
void AddRulesStatsCommand(CLI::App& rules, CommandAction& action);    // rules_stats_command.cc
void AddRulesExpandCommand(CLI::App& rules, CommandAction& action);   // rules_expand_command.cc
void AddRulesImportCommand(CLI::App& rules, CommandAction& action);   // rules_import_command.cc
void AddRulesConvertCommand(CLI::App& rules, CommandAction& action);  // rules_convert_command.cc

}  // namespace wiredesk
