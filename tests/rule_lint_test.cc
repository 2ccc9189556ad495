// What `rules check` warns of, and what it does not.
#include "stages/rule_lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/rule_parser.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "line:column message" of each warning.
std::vector<std::string> WarningsOf(const std::string& statements) {
  Diagnostics diagnostics;
  const auto pack =
      ParseRulePack("pack p version 1 language en\n" + statements, "p.rules", diagnostics);
  EXPECT_TRUE(pack.has_value()) << Render(diagnostics);
  if (!pack) return {};
  diagnostics.clear();
  LintRules(std::span(&*pack, 1), diagnostics);
  std::vector<std::string> warnings;
  for (const Diagnostic& diagnostic : diagnostics) {
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::kWarning);
    warnings.push_back(std::to_string(diagnostic.position.line - 1) + ":" +
                       std::to_string(diagnostic.position.column) + " " + diagnostic.message);
  }
  return warnings;
}

std::string Topic(const std::string& score, int need = 1) {
  return "topic t:1 \"T\" { score " + score + " need " + std::to_string(need) + " }";
}

TEST(RuleLintTest, IsSilentAboutGoodRules) {
  EXPECT_THAT(WarningsOf("boost title 3, body 1\n"
                         "let bank = {bank~ \"bank of england\" lender}\n"
                         "topic t:1 \"T\" { score 10 @bank max 2 10 title:lend 10 =Bank need 50 }"),
              IsEmpty());
}

TEST(RuleLintTest, FindsNeedlessAlternatives) {
  struct Row {
    const char* set;
    std::vector<std::string> warnings;
  };
  const Row rows[] = {
      {"{bank \"bank\"}", {"1:32 \"bank\" finds the same as bank"}},
      {"{bank lender bank}", {"1:39 bank is among these alternatives already"}},
      {"{anti-drug \"anti drug\"}", {"1:37 \"anti drug\" finds the same as anti-drug"}},
      {"{word~ words}", {"1:33 words adds nothing: word~ finds all of it"}},
      {"{words word~}", {"1:27 words adds nothing: word~ finds all of it"}},
      {"{\"central bank~\" \"central banks\"}",
       {"1:43 \"central banks\" adds nothing: \"central bank~\" finds all of it"}},
      {"{\"central banks\" \"central bank*\"}",
       {"1:27 \"central banks\" adds nothing: \"central bank*\" finds all of it"}},
      {"{\"bank~ of\" \"bank~ of\"}", {"1:38 \"bank~ of\" is among these alternatives already"}},
      {"{\"cent* bank\" \"central bank\"}", {}},
      {"{=Bank bank}", {"1:27 =Bank adds nothing: bank finds all of it"}},
      {"{title:bank bank}", {"1:27 title:bank adds nothing: bank finds all of it"}},
      {"{bank {lender bank}}", {"1:40 bank is among these alternatives already"}},
      {"{bank* banker}", {"1:33 banker adds nothing: bank* finds all of it"}},
      {"{banker~ bank*}", {"1:27 banker~ adds nothing: bank* finds all of it"}},
      {"{e-mail* \"e mailing list\" \"e mailing\"}",
       {"1:52 \"e mailing\" adds nothing: e-mail* finds all of it"}},
      {"(bank | bank)", {"1:34 bank is among these alternatives already"}},
      // Longer places win, and a spelling of its own is another term.
      {"{bank \"bank of england\"}", {}},
      {"{=Bank =BANK}", {}},
      {"{title:bank body:bank}", {}},
      {"{word words}", {}},
      {"{/bank(s)/ bank}", {}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(WarningsOf(Topic(std::string("10 ") + row.set)), row.warnings) << row.set;
  }
}

TEST(RuleLintTest, FindsNeedlessAlternativesAmongManyWildcards) {
  std::string set = "{";
  for (int i = 0; i < 200; ++i) set += "q" + std::to_string(1000 + i) + "x* ";
  EXPECT_THAT(WarningsOf(Topic("10 " + set + "q1199xyz}")),
              ElementsAre("1:1627 q1199xyz adds nothing: q1199x* finds all of it"));
}

TEST(RuleLintTest, SaysOnceWhatIsNeedlessInNames) {
  EXPECT_THAT(WarningsOf("let banks = {bank~ banks}\n" + Topic("10 {@banks lender}")),
              ElementsAre("1:20 banks adds nothing: bank~ finds all of it"));
  EXPECT_THAT(WarningsOf("let banks = {bank~ lender}\n" + Topic("10 {@banks banking lender}")),
              ElementsAre("2:34 banking adds nothing: bank~ finds all of it",
                          "2:42 lender is among these alternatives already"));
}

TEST(RuleLintTest, FindsScoresOutOfReach) {
  EXPECT_THAT(WarningsOf(Topic("10 a 10 b max 2", 31)),
              ElementsAre("1:7 topic t:1 can never be a tag: its entries add up to 30 at most, "
                          "and it needs 31"));
  EXPECT_THAT(WarningsOf(Topic("10 a 10 b max 2", 30)), IsEmpty());
  EXPECT_THAT(WarningsOf("boost title 3\n" + Topic("10 a 10 body:b -50 c", 41)),
              ElementsAre("2:7 topic t:1 can never be a tag: its entries add up to 40 at most, "
                          "and it needs 41"));
  EXPECT_THAT(WarningsOf("boost title 3\n" + Topic("10 a 10 body:b", 40)), IsEmpty());
}

TEST(RuleLintTest, FindsEntriesThatAddNothing) {
  EXPECT_THAT(WarningsOf("boost heading 0\n" + Topic("10 a 10 heading:b")),
              ElementsAre("2:28 this adds nothing: all fields that it looks at have the boost 0"));
}

TEST(RuleLintTest, FindsTermsThatAreHardlyFound) {
  EXPECT_THAT(WarningsOf(Topic("10 \"We won. They lost\"")),
              ElementsAre("1:26 \"We won. They lost\" holds the end of a sentence"));
  EXPECT_THAT(WarningsOf(Topic("10 \"mr. lee\" 10 \"U.S. army\"")), IsEmpty());
  EXPECT_THAT(WarningsOf(Topic("10 =\"O'Neill\"")),
              ElementsAre("1:26 =O'Neill is found with the straight apostrophe only"));
}

TEST(RuleLintTest, FindsWhatIsNeverTrue) {
  const auto warnings_of = [](const std::string& when) {
    return WarningsOf("topic t:1 \"T\" { when " + when + " }");
  };
  EXPECT_THAT(warnings_of("title:a NEAR/5 body:b"),
              ElementsAre("1:30 this is never true: its sides look at different fields"));
  EXPECT_THAT(warnings_of("body:a SENTENCE lead:b"), IsEmpty());
  EXPECT_THAT(warnings_of("a & not a"),
              ElementsAre("1:26 this can never be true: the same is asked for without \"not\""));
  EXPECT_THAT(warnings_of("a & not b"), IsEmpty());
  EXPECT_THAT(warnings_of("count(a) >= 3 & count(a) <= 2"),
              ElementsAre("1:38 this can never be true: 3 or more are asked for, and 2 or fewer"));
  EXPECT_THAT(warnings_of("count(a) >= 2 & count(a) <= 2 & count(b) <= 1"), IsEmpty());
  EXPECT_THAT(warnings_of("{a b} OUTSIDE {a b}"),
              ElementsAre("1:28 this is never true: both sides are the same"));
}

TEST(RuleLintTest, FindsWideNearsWithWildcards) {
  EXPECT_THAT(WarningsOf("topic t:1 \"T\" { when {bank* a} NEAR/25 b }"),
              ElementsAre("1:32 a wildcard within 25 words is found often, and by chance"));
  EXPECT_THAT(WarningsOf("topic t:1 \"T\" { when bank* NEAR/10 b & c NEAR/25 d }"), IsEmpty());
}

TEST(RuleLintTest, FindsNeedlessMembersOfAtLeast) {
  EXPECT_THAT(WarningsOf("topic t:1 \"T\" { when atleast 2 of {bank~ banks lender} }"),
              ElementsAre("1:42 banks adds nothing: bank~ finds all of it"));
}

TEST(RuleLintTest, FindsNamesThatNothingUses) {
  EXPECT_THAT(WarningsOf("let a = {x y}\nlet b = {@a z}\n" + Topic("10 w")),
              ElementsAre("2:5 nothing uses @b"));
}

}  // namespace
}  // namespace wiredesk
