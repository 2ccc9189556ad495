// From rules and text to tags: the compiler, the matcher and the tagger together, by tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "stages/matcher_self_test.h"
#include "tests/rule_desk.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Terms, AreFoundWhereTheyStandAsWords) {
  const struct {
    RuleNode term;
    const char* text;
    std::vector<std::string> evidence;
  } table[] = {
      {Word("bank"), "The Bank’s banker left the bank.", {"Bank", "bank"}},
      {Word("bank"), "embankment databank", {}},
      {Phrase("New York"),
       "In “New\nYork”, new-york, NEW  YORK",
       {"New\nYork", "new-york", "NEW  YORK"}},
      {Phrase("New York"), "Something New. York is old.", {}},
      {Phrase("New York"), "new new york york", {"new york"}},
      {Word("don’t"), "I don't, I don’t", {"don't", "don’t"}},
      {Word("café"), "CAFÉ cafe cafe\u0301", {"CAFÉ", "cafe\u0301"}},
      {Word("state-of-the-art"), "a state of the art plant", {"state of the art"}},
      {Word("U.S."), "the US and the U.S.", {"US", "U.S."}},
      {Exact("US"), "tell us of the US, the U.S.", {"US"}},
      {Exact("New York"), "new york New York NEW YORK New\nYork", {"New York", "New\nYork"}},
      {Word("中国"), "在中国的人 中 国", {"中国", "中 国"}},
      {Word("$5"), "$5, $ 5, 5$", {"$5", "$ 5"}},
      {Inflected("sanction"), "Sanctions! sanctioned sanctuary", {"Sanctions", "sanctioned"}},
      {Inflected("cyber-attack"), "cyber attacks, cyber-attack", {"cyber attacks", "cyber-attack"}},
      {AnyOf({Word("iraq"), Phrase("iraq war")}), "The Iraq war. Iraq.", {"Iraq war", "Iraq"}},
      {Regex("chapter (7|11)"), "Under Chapter\n11 they", {"Chapter\n11"}},
      {Regex("bank[a-z]*"), "embankment. Banks", {"embankment", "Banks"}},
  };
  for (const auto& row : table) {
    EXPECT_EQ(Find(row.term, row.text), row.evidence) << row.term.text << " in " << row.text;
  }
}

TEST(Terms, FollowTheArticlesLanguageInApostrophes) {
  EXPECT_THAT(Find(Word("Europe"), "l’Europe", "fr"), ElementsAre("Europe"));
  EXPECT_THAT(Find(Word("Europe"), "l’Europe", "en"), IsEmpty());
  EXPECT_THAT(Find(Word("l'Europe"), "l’Europe", "fr"), ElementsAre("l’Europe"));
  EXPECT_THAT(Find(Word("l'Europe"), "l’Europe", "en"), ElementsAre("l’Europe"));
}

TEST(Regexes, CannotRunFromOneFieldIntoAnother) {
  Desk desk(Pack({MakeTopic("t", {Item(1, Regex("alpha.{1,4}beta"))})}));
  EXPECT_THAT(desk.Tag({{kTitleField, "alpha"}, {kBodyField, "beta"}}), IsEmpty());
  EXPECT_EQ(desk.Tag({{kTitleField, "alpha"}, {kBodyField, "alpha beta"}}).size(), 1u);
}

TEST(Regexes, AreFoundAtTheEdgeOfAFieldThoughTheyCouldRunOn) {
  Desk desk(Pack({MakeTopic("t", {Item(1, Regex("alpha.{0,9}")), Item(1, Regex(".{0,9}beta"))})}));
  const std::vector<FoundTag> tags =
      desk.Tag({{kTitleField, "alpha"}, {kHeadingField, ""}, {kBodyField, "beta"}});
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_THAT(tags[0].evidence, ElementsAre("alpha", "beta"));
}

TEST(Phrases, WithWildcardsMayBeginTheText) {
  RuleNode phrase = Phrase("bank* bankr*");
  phrase.children = {Node(RuleNode::Kind::kPrefix, "bank"), Node(RuleNode::Kind::kPrefix, "bankr")};
  EXPECT_THAT(Find(phrase, "bankrupt"), IsEmpty());
  EXPECT_THAT(Find(phrase, "bankrupt bankrupt"), ElementsAre("bankrupt bankrupt"));
}

TEST(Scores, AddUpWeightsByFieldAndHits) {
  Desk desk(Pack({MakeTopic("t", {Item(10, Word("tax"), 2), Item(-15, Word("joke"))}, 10)},
                 {{"title", 3, {}}, {"heading", 2, {}}, {"body", 1, {}}}));
  const struct {
    std::vector<Desk::Part> parts;
    int score;  // 0: no tag.
  } table[] = {
      {{{kBodyField, "tax"}}, 10},
      {{{kBodyField, "tax tax tax"}}, 20},                    // Two hits at most.
      {{{kBodyField, "tax tax"}, {kTitleField, "tax"}}, 40},  // The title's counts before.
      {{{kHeadingField, "tax"}, {kBodyField, "nothing"}}, 20},
      {{{kBodyField, "tax joke"}}, 0},
      {{{kBodyField, "tax tax joke"}}, 0},
      {{{kTitleField, "tax"}, {kBodyField, "joke"}}, 15},
  };
  for (const auto& row : table) {
    const std::vector<FoundTag> tags = desk.Tag(row.parts);
    ASSERT_EQ(tags.size(), row.score == 0 ? 0u : 1u) << row.parts[0].text;
    if (row.score != 0) {
      EXPECT_EQ(tags[0].score, row.score) << row.parts[0].text;
    }
  }
}

TEST(Scores, CountOverlappingHitsOnceTheLongestFirst) {
  Desk desk(
      Pack({MakeTopic("t", {Item(1, AnyOf({Phrase("a b"), Phrase("b c d"), Phrase("d e")}), 9)})}));
  const std::vector<FoundTag> tags = desk.TagBody("a b c d e");
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].score, 1);
  EXPECT_THAT(tags[0].evidence, ElementsAre("b c d"));
}

TEST(Scores, RestrictATermToItsField) {
  Desk desk(Pack({MakeTopic("t", {Item(5, In("title", AnyOf({Word("tax"), Word("levy")})), 5)})}));
  EXPECT_THAT(desk.TagBody("tax levy"), IsEmpty());
  const std::vector<FoundTag> tags = desk.Tag({{kTitleField, "tax levy"}, {kBodyField, "tax"}});
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].score, 10);
}

TEST(Scores, SaturateInsteadOfOverflowing) {
  Desk desk(Pack({MakeTopic("t", {Item(1'000'000, Word("a"), 1000)})}, {{"body", 100, {}}}));
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a ";
  const std::vector<FoundTag> tags = desk.TagBody(text);
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].score, 2147483647);
}

TEST(Tags, ComeByFallingScoreThenById) {
  Desk desk(Pack({MakeTopic("c", {Item(5, Word("x"))}), MakeTopic("a", {Item(5, Word("x"))}),
                  MakeTopic("b", {Item(9, Word("x"))}), MakeTopic("z", {Item(9, Word("y"))})}));
  std::vector<std::string> ids;
  for (const FoundTag& tag : desk.TagBody("x")) ids.push_back(tag.id);
  EXPECT_THAT(ids, ElementsAre("b", "a", "c"));
}

TEST(Tags, ShowTheStrongestEvidenceUpToTheBound) {
  Desk desk(Pack({MakeTopic("t", {Item(1, Word("weak"), 9), Item(7, Word("strong")),
                                  Item(-1, Word("against"))})}),
            2);
  const std::vector<FoundTag> tags = desk.TagBody("weak against strong weak");
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].score, 8);
  EXPECT_THAT(tags[0].evidence, ElementsAre("strong", "weak"));
}

TEST(Tags, ShowAPlaceOnceWhereItemsShareATerm) {
  Desk desk(
      Pack({MakeTopic("t", {Item(3, Word("x")), Item(5, AnyOf({Word("x"), Word("y")}), 9)})}));
  const std::vector<FoundTag> tags = desk.TagBody("x y");
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].score, 13);
  EXPECT_THAT(tags[0].evidence, ElementsAre("x", "y"));
}

TEST(Tags, NeverComeTwiceFromTheSameMatcherAfterAnotherArticle) {
  Desk desk(Pack({MakeTopic("t", {Item(1, Word("x"), 5)})}));
  EXPECT_EQ(desk.TagBody("x x")[0].score, 2);
  EXPECT_THAT(desk.TagBody("y"), IsEmpty());
}

TEST(RuleCompiler, NamesParentsTheNearestFirst) {
  Desk desk(Pack({MakeTopic("root", {}), MakeTopic("mid", {}, 1, "root"),
                  MakeTopic("leaf", {Item(1, Word("x"))}, 1, "mid"),
                  MakeTopic("orphan", {Item(1, Word("y"))}, 1, "elsewhere")}));
  ASSERT_EQ(desk.rules().topics().size(), 2u);
  EXPECT_THAT(desk.rules().topics()[0].parents, ElementsAre("mid", "root"));
  EXPECT_THAT(desk.rules().topics()[1].parents, ElementsAre("elsewhere"));
}

TEST(RuleCompiler, SharesATermAmongRules) {
  Desk desk(Pack({MakeTopic("a", {Item(1, Word("Tax")), Item(2, Phrase("tax"))}),
                  MakeTopic("b", {Item(1, Word("TAX"))})}));
  EXPECT_EQ(desk.rules().term_count(), 1u);
  EXPECT_EQ(desk.rules().literals().size(), 1u);
  EXPECT_EQ(desk.TagBody("tax").size(), 2u);
}

TEST(RuleCompiler, HashesWhatDecidesTags) {
  const auto hash = [](const RulePack& pack) { return std::string(Desk(pack).rules().hash()); };
  const RulePack base = Pack({MakeTopic("a", {Item(1, Word("x"))})});
  EXPECT_EQ(hash(base), hash(base));
  EXPECT_EQ(hash(base).size(), 16u);
  RulePack other = base;
  other.topics[0].scores[0].weight = 2;
  EXPECT_NE(hash(other), hash(base));
  other = base;
  other.topics[0].need = 2;
  EXPECT_NE(hash(other), hash(base));
  other = base;
  other.topics[0].scores[0].term = Word("y");
  EXPECT_NE(hash(other), hash(base));
  other = base;
  other.boosts = {{"title", 2, {}}};
  EXPECT_NE(hash(other), hash(base));
}

TEST(RuleCompiler, RefusesWhatCannotMatch) {
  EXPECT_THAT(ErrorOf(Pack({MakeTopic("a", {Item(1, Phrase("--"))})})), HasSubstr("holds no word"));
  EXPECT_THAT(ErrorOf(Pack({MakeTopic("a", {Item(1, Regex("(?=x)abc"))})})),
              HasSubstr("the matcher refuses /(?=x)abc/"));
  EXPECT_THAT(ErrorOf(Pack({MakeTopic("a", {Item(1, In("byline", Word("x")))})})),
              HasSubstr("there is no field byline"));
  EXPECT_THAT(
      ErrorOf(Pack({MakeTopic("a", {Item(1, Word("x"))}, 1, "b"), MakeTopic("b", {}, 1, "a")})),
      HasSubstr("among its own parents"));
  RulePack unknown = Pack({MakeTopic("a", {Item(1, Inflected("x"))})});
  unknown.language = "eo";
  EXPECT_THAT(ErrorOf(unknown), HasSubstr("word~ is not supported for packs of language eo"));
}

TEST(RuleCompiler, RefusesTwoRulesForOneTopic) {
  const std::vector<RulePack> packs = {Pack({MakeTopic("a", {Item(1, Word("x"))})}),
                                       Pack({MakeTopic("a", {Item(1, Word("y"))})})};
  Diagnostics diagnostics;
  EXPECT_EQ(CompileRules(packs, diagnostics), nullptr);
  EXPECT_THAT(Render(diagnostics), HasSubstr("has a rule already"));
}

TEST(MatcherSelfTest, PassesWithTheLinkedLibrary) { EXPECT_TRUE(TestMatcher().ok()); }

}  // namespace
}  // namespace wiredesk
