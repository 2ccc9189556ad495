// The tree of a rule with what is true, the score added up, and the smallest part that failed.
#include "stages/rule_explainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "config/rule_parser.h"
#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/matcher.h"
#include "stages/rule_compiler.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One rule and one article.
class Explained {
 public:
  // `clauses` of the pack's only topic; `article` is JSON or text.
  Explained(const std::string& clauses, std::string_view article,
            const std::string& statements = "") {
    Diagnostics diagnostics;
    packs_.push_back(*ParseRulePack(
        "pack p version 1 language en\n" + statements + "\ntopic t:1 \"T\" { " + clauses + " }",
        "p.rules", diagnostics));
    CompileOptions options;
    options.include_drafts = true;
    options.keep_positions = true;
    rules_ = CompileRules(packs_, diagnostics, options);
    EXPECT_NE(rules_, nullptr) << Render(diagnostics);
    batch_.rules = rules_.get();
    batch_.Append({}, article);
    Decoder(DecodeSettings{}).Process(batch_);
    Canonicaliser().Process(batch_);
    Matcher().Process(batch_);
    RuleExplainer explainer(*rules_);
    explainer.Begin(batch_.articles().front());
    rule_ = explainer.Explain(0);
  }

  const ExplainedRule* operator->() const { return &rule_; }

  // The tree of `when`: "+" or "-" for each node, its text, and its children in parentheses.
  std::string Tree() const { return rule_.when ? Tree(*rule_.when) : ""; }
  // What stands in the way of `when`; with "!" where it would have to be false.
  std::vector<std::string> Obstacles() const {
    std::vector<std::string> texts;
    for (const Obstacle& obstacle : SmallestObstacles(*rule_.when, true)) {
      texts.push_back((obstacle.wanted ? "" : "!") + obstacle.node->written);
    }
    return texts;
  }
  std::string TextOf(const FoundPlace& place) const {
    return std::string(batch_.articles().front().parts[place.part].text.substr(
        place.start, place.end - place.start));
  }

 private:
  static std::string Tree(const ExplainedNode& node) {
    std::string text = (node.holds ? "+" : "-") + node.text;
    if (node.children.empty()) return text;
    text += " (";
    for (const ExplainedNode& child : node.children) {
      text += (&child == &node.children.front() ? "" : ", ") + Tree(child);
    }
    return text + ")";
  }

  std::vector<RulePack> packs_;
  std::shared_ptr<const CompiledRules> rules_;
  Batch batch_{1};
  ExplainedRule rule_;
};

constexpr std::string_view kArticle =
    R"({"title": "Bank fails", "body": "The lender owes creditors much. A river runs. Rain."})";

TEST(RuleExplainerTest, ShowsWhatIsTrueAtEachNode) {
  const Explained explained("when (bank & not {snow hail}) | (river NEAR/2 lender)", kArticle);
  EXPECT_TRUE(explained->holds);
  EXPECT_EQ(explained.Tree(),
            "+any of (+all of (+bank, +not (-{snow hail})), -NEAR/2 (+river, +lender))");
  EXPECT_THAT(explained.Obstacles(), IsEmpty());
}

TEST(RuleExplainerTest, FindsTheSmallestPartThatFailed) {
  struct Row {
    const char* when;
    std::vector<std::string> obstacles;
  };
  const Row rows[] = {
      {"bank & snow & hail", {"snow", "hail"}},
      {"(snow & hail) | (bank & ice)", {"ice"}},
      {"bank & not lender", {"!lender"}},
      {"bank & not (lender & river)", {"!lender"}},
      {"bank & not (lender | (river & rain))", {"!lender", "!river"}},
      {"bank & not (lender | (river & snow))", {"!lender"}},
      // Terms that any of will do are one node.
      {"bank & not (lender | snow)", {"!lender | snow"}},
      {"bank & atleast 2 of {river snow hail}", {"snow"}},
      {"bank & atleast 3 of {river snow hail}", {"snow", "hail"}},
      {"bank & not atleast 2 of {river lender rain}", {"!river", "!lender"}},
      {"river NEAR/2 lender", {"river NEAR/2 lender"}},
      {"river NEAR/2 snow", {"snow"}},
      {"river SENTENCE lender", {"river SENTENCE lender"}},
      {"river OUTSIDE \"a river\"", {"river OUTSIDE \"a river\""}},
      {"snow OUTSIDE \"a river\"", {"snow"}},
      {"count(river) >= 2", {"count(river) >= 2"}},
      {"bank & source = x", {"source = x"}},
      {"title:river & bank", {"title:river"}},
  };
  for (const Row& row : rows) {
    const Explained explained(std::string("when ") + row.when, kArticle);
    EXPECT_FALSE(explained->holds) << row.when;
    EXPECT_EQ(explained.Obstacles(), row.obstacles) << row.when << "\n" << explained.Tree();
  }
}

TEST(RuleExplainerTest, AddsUpTheScore) {
  const Explained explained(
      "score 10 {bank~ lender} max 1  7 creditor~ max 3  5 snow  -4 rain need 40", kArticle,
      "boost title 3, body 1");
  EXPECT_FALSE(explained->holds);
  EXPECT_EQ(explained->score, 33);
  EXPECT_EQ(explained->need, 40);
  ASSERT_EQ(explained->entries.size(), 4u);
  const ExplainedEntry& bank = explained->entries[0];
  EXPECT_EQ(bank.points, 30);
  ASSERT_EQ(bank.counted.size(), 1u);
  EXPECT_EQ(explained.TextOf(bank.counted[0].place), "Bank");
  EXPECT_EQ(bank.counted[0].field, "title");
  EXPECT_EQ(bank.counted[0].boost, 3);
  EXPECT_EQ(bank.node.places.size(), 2u);
  EXPECT_EQ(explained->entries[1].points, 7);
  EXPECT_EQ(explained->entries[2].points, 0);
  EXPECT_EQ(explained->entries[3].points, -4);
}

TEST(RuleExplainerTest, TellsExcludesAndDrafts) {
  const Explained explained("state draft score 10 bank need 10", kArticle,
                            "exclude everywhere title:fails\nexclude everywhere snow");
  EXPECT_FALSE(explained->holds);
  EXPECT_TRUE(explained->score_suffices());
  ASSERT_EQ(explained->excludes.size(), 1u);
  EXPECT_EQ(explained->excludes[0].text, "title:fails");
}

TEST(RuleExplainerTest, NamesMacrosAndShortensSets) {
  const Explained explained("when @bad & bank", kArticle, "let bad = snow & {hail ice}");
  EXPECT_EQ(explained.Tree(), "-all of (-@bad: all of (-snow, -{hail ice}), +bank)");
}

TEST(RuleExplainerTest, FindsPlacesInTheirParts) {
  const Explained explained("when lender~ BEFORE/5 creditor~", kArticle);
  ASSERT_EQ(explained->when->places.size(), 1u);
  EXPECT_EQ(explained.TextOf(explained->when->places[0]), "lender owes creditors");
}

}  // namespace
}  // namespace wiredesk
