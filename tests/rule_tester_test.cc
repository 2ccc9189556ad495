#include "stages/rule_tester.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/rule_desk.h"

namespace wiredesk {
namespace {

using ::testing::HasSubstr;
using Comparison = RuleNode::Comparison;

RuleTest TestLine(bool expected, std::vector<TestField> fields) {
  return {expected, std::move(fields), {7, 3, 4}};
}

RuleTestReport RunTests(const RulePack& pack, bool include_drafts = true) {
  CompileOptions options;
  options.include_drafts = include_drafts;
  options.accept_declared_fields = true;
  Diagnostics diagnostics;
  const auto rules = CompileRules(std::span(&pack, 1), diagnostics, options);
  EXPECT_NE(rules, nullptr) << Render(diagnostics);
  return TestRules(std::span(&pack, 1), *rules);
}

TEST(RuleTester, TakesTextsOfAnyFieldAndMetadata) {
  RulePack pack = Pack({WhenTopic(
      "t", And({In("lead", Word("lead")), In("byline", Word("smith")), In("heading", Word("head")),
                Metadata("lang", Comparison::kEqual, {"de"}),
                Metadata("source", Comparison::kEqual, {"a \"wire\""}),
                Metadata("category", Comparison::kEqual, {"two"}),
                Metadata("id", Comparison::kEqual, {"x"})}))});
  pack.fields = {"title", "body", "byline"};
  const std::vector<TestField> all = {
      {"lead", "lead"},    {"byline", "Smith"},      {"heading", "head"}, {"language", "de"},
      {"category", "one"}, {"source", "A \"Wire\""}, {"category", "two"}, {"id", "X"}};
  pack.topics[0].tests.push_back(TestLine(true, all));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].text == "one") continue;
    std::vector<TestField> some = all;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(i));
    pack.topics[0].tests.push_back(TestLine(false, some));
  }
  const RuleTestReport report = RunTests(pack);
  EXPECT_EQ(report.passed, 8) << Render(report.failures);
}

TEST(RuleTester, SaysWhatWasWrong) {
  RulePack pack = Pack({MakeTopic("s", {Item(5, Word("x"))}, 10), WhenTopic("w", Word("x"))});
  pack.topics[0].tests = {TestLine(true, {{"body", "x"}})};
  pack.topics[1].tests = {TestLine(false, {{"title", "x"}}), TestLine(true, {{"body", "y"}}),
                          TestLine(true, {{"bodi", "x"}})};
  const RuleTestReport report = RunTests(pack);
  EXPECT_EQ(report.passed, 0);
  ASSERT_EQ(report.failures.size(), 4u);
  EXPECT_THAT(Render(report.failures[0]), HasSubstr("its score stays below 10"));
  EXPECT_THAT(Render(report.failures[1]), HasSubstr("test.rules:7:3"));
  EXPECT_THAT(Render(report.failures[1]), HasSubstr("its score is 1 of 1, from “x” (title)"));
  EXPECT_THAT(Render(report.failures[2]), HasSubstr("its `when` does not hold"));
  EXPECT_THAT(Render(report.failures[3]), HasSubstr("there is no field bodi"));
}

TEST(RuleTester, TestsShadowsAndDraftsThatAreCompiled) {
  RulePack pack = Pack({WhenTopic("a", Word("x")), WhenTopic("b", Word("x"))});
  pack.topics[0].state = TopicState::kShadow;
  pack.topics[1].state = TopicState::kDraft;
  for (Topic& topic : pack.topics) topic.tests = {TestLine(true, {{"body", "x"}})};
  EXPECT_EQ(RunTests(pack).passed, 2);
  const RuleTestReport without_drafts = RunTests(pack, false);
  EXPECT_EQ(without_drafts.passed, 1);
  EXPECT_TRUE(without_drafts.failures.empty());
}

}  // namespace
}  // namespace wiredesk
