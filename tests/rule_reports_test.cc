// The reports of the commands around rules: tests, evaluation, differences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/eval_report.h"
#include "app/label_map.h"
#include "app/tag_diff.h"
#include "app/test_report.h"
#include "app/topic_tree.h"
#include "config/rule_parser.h"
#include "stages/rule_tester.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Terminal kPlain = {};

std::vector<RulePack> Packs(const std::string& statements) {
  Diagnostics diagnostics;
  auto pack = ParseRulePack("pack p version 1 language en\n" + statements, "p.rules", diagnostics);
  EXPECT_TRUE(pack.has_value()) << Render(diagnostics);
  return {*std::move(pack)};
}

RuleTestReport Failures(const std::vector<RulePack>& packs) {
  Diagnostics diagnostics;
  const auto rules = CompileRules(packs, diagnostics);
  return TestRules(packs, *rules);
}

TEST(TestReportTest, TellsWhichLinesFailed) {
  const std::vector<RulePack> packs = Packs(
      "topic t:1 \"One\" {\n score 10 bank need 10\n test yes body:\"The bank.\"\n"
      " test yes body:\"The lender.\"\n}\ntopic t:2 \"Two\" { score 10 b need 10\n"
      " test no body:\"x\" }\n");
  const RuleTestReport report = Failures(packs);
  const std::vector<TestCase> cases = TestCases(packs, report.failures);
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].failure, nullptr);
  ASSERT_NE(cases[1].failure, nullptr);
  EXPECT_EQ(cases[1].failure->position.line, 5);
  EXPECT_EQ(cases[2].failure, nullptr);
  EXPECT_EQ(cases[2].topic->id, "t:2");

  const std::string text = RenderTestReport(cases, kPlain, false);
  EXPECT_THAT(text, HasSubstr("✗ t:1 One  1 of 2 failed"));
  EXPECT_THAT(text, HasSubstr("2 of 3 tests passed, 1 FAILED (2 topics)"));
  EXPECT_THAT(text, Not(HasSubstr("t:2")));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(RenderTestReport(cases, kPlain, true), HasSubstr("✓ t:2 Two  1 passed"));
  EXPECT_THAT(RenderTestReport(cases, {.is_terminal = true, .color = true, .width = 80}, false),
              HasSubstr("\033[31m✗"));
}

TEST(TestReportTest, WritesJUnitXmlWithEveryCharacterEscaped) {
  std::vector<RulePack> packs =
      Packs("topic t:1 \"A & <B>\" {\n score 10 bank need 10\n test no body:\"A bank\"\n}\n");
  packs[0].topics[0].label += "\x07\xff\n\"";
  RuleTestReport report = Failures(packs);
  ASSERT_EQ(report.failures.size(), 1u);
  const std::string xml = JUnitXml(TestCases(packs, report.failures));
  EXPECT_THAT(xml,
              HasSubstr("<testsuites name=\"wiredesk rules test\" tests=\"1\" failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr("classname=\"p.t:1\" name=\"A &amp; &lt;B&gt;\xEF\xBF\xBD\xEF\xBF\xBD"
                             "&#10;&quot;: test no, line 4\" file=\"p.rules\" line=\"4\">"));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"found\" message=\"t:1 &quot;A &amp; &lt;B&gt;"));
}

TEST(TopicTreeTest, KnowsAncestorsAndLabels) {
  const TopicTree tree(
      Packs("topic a \"Sport\"\ntopic b \"Ball\" parent a\n"
            "topic c \"football\" parent b { score 1 x need 1 }\n"));
  EXPECT_EQ(tree.Find("b"), 1u);
  EXPECT_EQ(tree.Find("bb"), std::nullopt);
  EXPECT_THAT(tree.AncestorsOf(2), ElementsAre(1, 0));
  EXPECT_THAT(tree.FindLabel("FOOTBALL"), ElementsAre(2));
  EXPECT_THAT(tree.FindLabel("foot"), IsEmpty());
  EXPECT_TRUE(tree.nodes()[2].has_rule);
}

TEST(LabelMapTest, TakesIdsAndLabelsWithoutFile) {
  const TopicTree tree(Packs("topic a \"Sport\"\ntopic b \"Ball\" parent a\n"));
  LabelMap map(tree);
  EXPECT_THAT(map.TopicsOf("b"), ElementsAre(1));
  EXPECT_THAT(map.TopicsOf("sPORT"), ElementsAre(0));
  EXPECT_THAT(map.TopicsOf("golf"), IsEmpty());
}

TEST(LabelMapTest, ReadsFiles) {
  const TopicTree tree(Packs("topic a \"Sport\"\ntopic b \"Ball\"\ntopic c \"Chess\"\n"));
  const std::string path = ::testing::TempDir() + "labels.tsv";
  std::ofstream(path) << "# labels\n\nsoccer\tb\ngames\ta,c\ngames\tb\nodd\tzz\n";
  Diagnostics diagnostics;
  std::optional<LabelMap> map = LabelMap::Load(path, tree, diagnostics);
  ASSERT_TRUE(map.has_value());
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].message, "there is no topic zz in the packs");
  EXPECT_EQ(diagnostics[0].position.line, 6);
  EXPECT_THAT(map->TopicsOf("soccer"), ElementsAre(1));
  EXPECT_THAT(map->TopicsOf("games"), ElementsAre(0, 1));
  EXPECT_THAT(map->TopicsOf("a"), IsEmpty());  // Only what the file says.
  EXPECT_THAT(map->StandsFor(2), ElementsAre(0));
  EXPECT_THAT(map->StandsFor(0), IsEmpty());

  std::ofstream(path) << "soccer b\n";
  diagnostics.clear();
  EXPECT_FALSE(LabelMap::Load(path, tree, diagnostics).has_value());
  EXPECT_TRUE(HasErrors(diagnostics));
  EXPECT_FALSE(LabelMap::Load(path + ".none", tree, diagnostics).has_value());
}

TEST(LabelMapTest, ReadsLabelsOfArticles) {
  using Labels = std::vector<std::string>;
  EXPECT_EQ(ArticleLabels(R"({"x": 1, "labels": ["a", 2, "b\n"]})", "labels"),
            (Labels{"a", "b\n"}));
  EXPECT_EQ(ArticleLabels(R"({"labels": "a"})", "labels"), Labels{"a"});
  EXPECT_EQ(ArticleLabels(R"({"labels": []})", "labels"), Labels{});
  EXPECT_EQ(ArticleLabels(R"({"label": "a"})", "labels"), std::nullopt);
  EXPECT_EQ(ArticleLabels(R"({"labels": null})", "labels"), std::nullopt);
  EXPECT_EQ(ArticleLabels("no json", "labels"), std::nullopt);
}

TEST(EvalReportTest, ShowsFiguresStatesAndErrors) {
  std::vector<RulePack> packs = Packs("topic a \"Sport\"\ntopic b \"Ball\"\n");
  packs[0].topics[1].state = TopicState::kDraft;
  const TopicTree tree(packs);
  EvalResult result(2);
  const std::vector<std::uint32_t> one = {1};
  result.evaluation.Add(one, one);
  result.evaluation.Add(one, {});
  result.articles = 2;
  result.unknown_labels["golf"] = 3;
  result.errors.push_back({false, 1, "x-7", "Title"});
  const std::string text = RenderEvaluation(result, tree, kPlain);
  EXPECT_THAT(text,
              HasSubstr("b Ball (draft)              2        1        1   1.000   0.500   0.667"));
  EXPECT_THAT(text, Not(HasSubstr("a Sport")));
  EXPECT_THAT(text, HasSubstr("labels that stand for no topic: 1, as golf (3)"));
  EXPECT_THAT(text, HasSubstr("b Ball, expected but not found\n  x-7  Title\n"));
  const nlohmann::json json = EvaluationJson(result, tree);
  EXPECT_EQ(json["topics"].size(), 1u);
  EXPECT_EQ(json["topics"][0]["state"], "draft");
  EXPECT_EQ(json["topics"][0]["false_negatives"], 1);
  EXPECT_EQ(json["errors"][0]["article"], "x-7");
}

TEST(TagDiffTest, TellsGainsAndLosses) {
  const auto before = RulesOf({{"a", "A", "", {"bank"}}, {"b", "B", "", {"tax"}}});
  const auto after = RulesOf({{"b", "B", "", {"tax", "duty"}}, {"c", "C", "", {"bank"}}});
  TagDiff diff(*before, *after, 1);
  int number = 0;
  for (const char* text : {"a bank", "a tax", "a duty", "the duty", "nothing"}) {
    const Tagged old_tags(text, *before);
    const Tagged new_tags(text, *after);
    diff.SetBefore(old_tags->tags);
    diff.Compare(new_tags->tags, "x-" + std::to_string(++number), text);
  }
  EXPECT_EQ(diff.articles(), 5u);
  EXPECT_EQ(diff.articles_changed(), 3u);
  EXPECT_EQ(diff.Render(kPlain),
            "a A: 1 articles before, 0 after, 0 gained, 1 lost\n"
            "  - x-1  a bank\n"
            "b B: 1 articles before, 3 after, 2 gained, 0 lost\n"
            "  + x-3  a duty\n"
            "  + and 1 more\n"
            "c C: 0 articles before, 1 after, 1 gained, 0 lost\n"
            "  + x-1  a bank\n"
            "3 of 5 articles differ; tags gained: 3, lost: 1\n");
  const nlohmann::json json = diff.ToJson();
  EXPECT_EQ(json["topics"][1]["gained"], 2);
  EXPECT_EQ(json["topics"][1]["gained_articles"].size(), 1u);
}

TEST(TagDiffTest, IsEmptyForTheSameRules) {
  const auto rules = RulesOf({{"a", "A", "", {"bank"}}});
  TagDiff diff(*rules, *rules, 3);
  const Tagged tagged("a bank", *rules);
  diff.SetBefore(tagged->tags);
  diff.Compare(tagged->tags, "x", "");
  EXPECT_EQ(diff.articles_changed(), 0u);
  EXPECT_EQ(diff.Render(kPlain), "0 of 1 articles differ; tags gained: 0, lost: 0\n");
}

}  // namespace
}  // namespace wiredesk
