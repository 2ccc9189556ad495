// What the `test` lines of packs gave, for people and for machines (JUnit XML). Any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/pretty.h"
#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

// A `test` line and what it gave.
struct TestCase {
  const RulePack* pack;
  const Topic* topic;
  const RuleTest* test;
  const Diagnostic* failure;  // Null: it passed.
};

// The tests of `packs` in their order. `failures` are those that TestRules() gave of them; both
// must outlive the result.
std::vector<TestCase> TestCases(std::span<const RulePack> packs,
                                std::span<const Diagnostic> failures);

// For people: what failed by pack and topic, the topics that passed where `verbose`, and the sum.
std::string RenderTestReport(std::span<const TestCase> cases, const Terminal& terminal,
                             bool verbose);

// As continuous integration reads it: a <testsuite> for each pack, a <testcase> for each line.
std::string JUnitXml(std::span<const TestCase> cases);

}  // namespace wiredesk
