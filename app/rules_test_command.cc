// wiredesk rules test: runs the packs' own tests.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/exit_codes.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"
#include "stages/rule_tester.h"

namespace wiredesk {

namespace {

int TestPacks(const std::vector<std::string>& paths) {
  const LoadedRules loaded = LoadRules(paths);
  if (!loaded.compiled) return kExitFault;
  const RuleTestReport report = TestRules(loaded.packs, *loaded.compiled);
  if (!report.failures.empty()) std::fputs(Render(report.failures).c_str(), stdout);
  std::printf("%d of %zu tests passed\n", report.passed, report.passed + report.failures.size());
  return report.failures.empty() ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesTestCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* test = rules.add_subcommand("test", "Run the packs' own `test` lines");
  const auto paths = std::make_shared<std::vector<std::string>>();
  test->add_option("PACK", *paths, "Rule packs; they are compiled together")->required();
  test->footer(
      "Example:\n  wiredesk rules test config/rules/mediatopics-en.rules\n"
      "Exit status: 0 all passed, 1 a test failed or a pack has errors");
  test->callback([paths, &action] { action = [paths] { return TestPacks(*paths); }; });
}

}  // namespace wiredesk
