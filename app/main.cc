// The command line: which command, and its exit status. Each command stands in a file of its own.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/rule_child.h"
#include "app/version.h"

namespace wiredesk {
namespace {

int Run(int argc, char** argv) {
  CLI::App app("wiredesk tags news articles from Kafka by the rules of a news desk.", "wiredesk");
  app.set_version_flag(
      "--version", [] { return VersionText(); }, "Print versions and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "Start with:   wiredesk demo\n"
      "Offline:      wiredesk tag --rules config/rules/mediatopics-en.rules article.txt\n"
      "As a worker:  wiredesk run -c config/worker.yaml\n"
      "Each command has --help with examples.");
  std::function<int()> action;
  AddDemoCommand(app, action);
  AddRunCommand(app, action);
  AddTagCommand(app, action);
  AddFeedCommand(app, action);
  AddExplainCommand(app, action);
  AddRulesCommand(app, action);
  AddCompileRulesCommand(app, action);
  if (argc < 2) {
    std::fputs(app.help().c_str(), stderr);
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return action();
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  wiredesk::SetCompileProgram("/proc/self/exe");
  try {
    return wiredesk::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wiredesk: internal error: %s\n", error.what());
    return wiredesk::kExitInternal;
  }
}
