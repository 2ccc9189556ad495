// The command line: which command, and its exit status. Each command stands in a file of its own.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>

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
  AddBenchCommand(app, action);
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

// The file of this program; empty where neither /proc nor its name tells it.
std::string OwnProgram(std::string_view name) {
  constexpr const char* kSelf = "/proc/self/exe";
  if (access(kSelf, X_OK) == 0) return kSelf;
  return name.find('/') == std::string_view::npos ? std::string() : std::string(name);
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  wiredesk::SetCompileProgram(wiredesk::OwnProgram(argc > 0 ? argv[0] : ""));
  try {
    return wiredesk::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wiredesk: internal error: %s\n", error.what());
    return wiredesk::kExitInternal;
  }
}
