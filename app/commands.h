// The commands. Each Add…Command() adds a subcommand with its options and help to `app`, and sets
// `action` to what is to be run, and gives the exit status, when that subcommand was chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace wiredesk {

using CommandAction = std::function<int()>;

void AddDemoCommand(CLI::App& app, CommandAction& action);     // demo_command.cc
void AddRunCommand(CLI::App& app, CommandAction& action);      // run_command.cc
void AddTagCommand(CLI::App& app, CommandAction& action);      // tag_command.cc
void AddFeedCommand(CLI::App& app, CommandAction& action);     // feed_command.cc
void AddBenchCommand(CLI::App& app, CommandAction& action);    // bench_command.cc
void AddExplainCommand(CLI::App& app, CommandAction& action);  // explain_command.cc
void AddRulesCommand(CLI::App& app, CommandAction& action);    // rules_command.cc
// What rule_child.h starts; not shown.
void AddCompileRulesCommand(CLI::App& app, CommandAction& action);  // compile_rules_command.cc

}  // namespace wiredesk
