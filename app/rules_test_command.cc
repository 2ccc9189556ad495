// wiredesk rules test: runs the packs' own tests.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/exit_codes.h"
#include "app/fold_case.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"
#include "app/test_report.h"
#include "app/text_output.h"
#include "app/trial.h"
#include "stages/rule_tester.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(Drafts and shadows are tested like live rules.

Examples:
  wiredesk rules test config/rules/mediatopics-en.rules
  wiredesk rules test -v -k football sports.rules
  wiredesk rules test --junit results.xml desk.rules lists.rules

Exit status: 0 all passed, 1 a test failed or a pack has errors, 64 no test is named as asked,
74 FILE can't be written)";

struct TestOptions {
  std::vector<std::string> paths;
  std::string name;
  std::string junit;
  bool verbose = false;
  std::string color = "auto";
};

// Leaves only the tests of the topics whose id or label holds `name`.
void KeepTestsOf(const std::string& name, std::vector<RulePack>& packs) {
  const std::string wanted = FoldCase(name);
  for (RulePack& pack : packs) {
    for (Topic& topic : pack.topics) {
      if (FoldCase(topic.id).find(wanted) == std::string::npos &&
          FoldCase(topic.label).find(wanted) == std::string::npos) {
        topic.tests.clear();
      }
    }
  }
}

int TestPacks(const TestOptions& options) {
  LoadedRules loaded = LoadRules(options.paths, TrialCompileOptions({}, ""));
  if (!loaded.compiled) return kExitFault;
  KeepTestsOf(options.name, loaded.packs);
  RuleTestReport report = TestRules(loaded.packs, *loaded.compiled);
  AddSourceLines(report.failures);
  const std::vector<TestCase> cases = TestCases(loaded.packs, report.failures);
  if (cases.empty() && !options.name.empty()) {
    std::fprintf(stderr, "wiredesk: no topic with tests has \"%s\" in its id or label\n",
                 options.name.c_str());
    return kExitUsage;
  }
  const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
  std::fputs(RenderTestReport(cases, terminal, options.verbose).c_str(), stdout);
  if (!options.junit.empty() && !WriteTextFile(options.junit, JUnitXml(cases))) return kExitIo;
  return report.failures.empty() ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesTestCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* test = rules.add_subcommand("test", "Run the packs' own `test` lines");
  const auto options = std::make_shared<TestOptions>();
  test->add_option("PACK", options->paths, "Rule packs; they are compiled together")->required();
  test->add_option("-k", options->name, "Only topics with NAME in their id or label")
      ->type_name("NAME");
  test->add_flag("-v,--verbose", options->verbose, "Also name the topics that passed");
  test->add_option("--junit", options->junit, "Also write the results to FILE, as JUnit XML")
      ->type_name("FILE");
  AddColorOption(*test, options->color);
  test->footer(kFooter);
  test->callback([options, &action] { action = [options] { return TestPacks(*options); }; });
}

}  // namespace wiredesk
