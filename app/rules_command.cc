// wiredesk rules check|test: rule packs, before they go live.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/rule_packs.h"
#include "stages/rule_tester.h"

namespace wiredesk {

namespace {

using Paths = std::vector<std::string>;

int CheckPacks(const Paths& paths) {
  const LoadedRules loaded = LoadRules(paths);
  if (!loaded.compiled) return kExitFault;
  const CompiledRules& rules = *loaded.compiled;
  std::printf(
      "%zu pack%s, %zu topics with rules, %zu terms in %zu literals, rules hash %s: no errors\n",
      loaded.packs.size(), loaded.packs.size() == 1 ? "" : "s", rules.topics().size(),
      rules.term_count(), rules.literals().size(), std::string(rules.hash()).c_str());
  return kExitOk;
}

int TestPacks(const Paths& paths) {
  const LoadedRules loaded = LoadRules(paths);
  if (!loaded.compiled) return kExitFault;
  const RuleTestReport report = TestRules(loaded.packs, *loaded.compiled);
  if (!report.failures.empty()) std::fputs(Render(report.failures).c_str(), stdout);
  std::printf("%d of %zu tests passed\n", report.passed, report.passed + report.failures.size());
  return report.failures.empty() ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesCommand(CLI::App& app, CommandAction& action) {
  CLI::App* rules = app.add_subcommand("rules", "Check and test rule packs");
  rules->require_subcommand(1);
  rules->footer("The language of rule packs is described in docs/RULES.md.");
  const auto paths = std::make_shared<Paths>();

  CLI::App* check =
      rules->add_subcommand("check", "Read and compile packs, and tell all that is wrong");
  check->add_option("PACK", *paths, "Rule packs; they are compiled together")->required();
  check->footer(
      "Example:\n  wiredesk rules check config/rules/*.rules\nExit status: 0 no errors, 1 errors");
  check->callback([paths, &action] { action = [paths] { return CheckPacks(*paths); }; });

  CLI::App* test = rules->add_subcommand("test", "Run the packs' own `test` lines");
  test->add_option("PACK", *paths, "Rule packs; they are compiled together")->required();
  test->footer(
      "Example:\n  wiredesk rules test config/rules/mediatopics-en.rules\n"
      "Exit status: 0 all passed, 1 a test failed or a pack has errors");
  test->callback([paths, &action] { action = [paths] { return TestPacks(*paths); }; });
}

}  // namespace wiredesk
