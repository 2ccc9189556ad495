// wiredesk compile-rules: the child process that compiles rules; not for people.
#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/rule_child.h"

namespace wiredesk {

void AddCompileRulesCommand(CLI::App& app, CommandAction& action) {
  CLI::App* compile = app.add_subcommand("compile-rules", "Compile rules for another wiredesk");
  compile->group("");
  compile->callback([&action] { action = RunCompileChild; });
}

}  // namespace wiredesk
