// Every operator of the rule language and its surprises, by tables: compiled, matched, tagged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/rule_desk.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Strings = std::vector<std::string>;
using Comparison = RuleNode::Comparison;

bool WhenHolds(const RuleNode& when, const DeskArticle& article) {
  Desk desk(Pack({WhenTopic("t", when)}));
  return desk.Holds(article);
}
bool WhenHolds(const RuleNode& when, const std::string& body) {
  return WhenHolds(when, DeskArticle{{{kBodyField, body}}});
}

TEST(Terms, OfWildcardsAndMixedPhrases) {
  const struct {
    RuleNode term;
    const char* text;
    Strings evidence;
  } table[] = {
      {Prefix("insolv"),
       "Insolvent, “insolvency” insol uninsolv insolv",
       {"Insolvent", "insolvency", "insolv"}},
      {Prefix("café"), "cafés CAFE\u0301TERIA cafes", {"cafés", "CAFE\u0301TERIA"}},
      {Prefix("e-mail"),
       "e-mailed, e mails; email; e\u2010mailer",
       {"e-mailed", "e mails", "e\u2010mailer"}},
      {Prefix("bank"), "Bank’s banking\u00adhouse embank", {"Bank", "banking\u00adhouse"}},
      {Mixed("central bank*", {Word("central"), Prefix("bank")}),
       "Central banks, central-banking; central. Banks of central\nbankers",
       {"Central banks", "central-banking", "central\nbankers"}},
      {Mixed("bank* of england", {Prefix("bank"), Word("of"), Word("england")}),
       "The Bank of England, banks of\nEngland, banks of. England, bank of new england",
       {"Bank of England", "banks of\nEngland"}},
      {Mixed("file~ charge~", {Inflected("file"), Inflected("charge")}),
       "He filed charges. Filing a charge. Files charged.",
       {"filed charges", "Files charged"}},
      {Mixed("bank* bank*", {Prefix("bank"), Prefix("bank")}),
       "banks banker bankers bank",
       {"banks banker", "bankers bank"}},
      {Mixed("don't bank*", {Word("don't"), Prefix("bank")}),
       "I don’t bank. dont banking",
       {"don’t bank", "dont banking"}},
      {Mixed("中国 bank*", {Word("中国"), Prefix("bank")}), "中国 banks 中 banks", {"中国 banks"}},
  };
  for (const auto& row : table) {
    EXPECT_EQ(Find(row.term, row.text), row.evidence) << row.term.text << " in " << row.text;
  }
}

TEST(Terms, OfPhrasesWithManyReadings) {
  // Too many to write out: at each word a choice.
  const RuleNode phrase = Mixed("report~ claim~ charge~",
                                {Inflected("report"), Inflected("claim"), Inflected("charge")});
  EXPECT_THAT(
      Find(phrase, "reported claims charging, report claim. Charge; reports claimed charge"),
      ElementsAre("reported claims charging", "reports claimed charge"));
}

TEST(Near, CountsWordsBetweenInEitherOrder) {
  const struct {
    std::int32_t n;
    const char* text;
    bool near;
    bool before;
  } table[] = {
      {0, "alpha beta", true, true},
      {0, "beta alpha", true, false},
      {0, "alpha x beta", false, false},
      {1, "alpha x beta", true, true},
      {2, "alpha x. Y beta", true, true},             // Sentences don't matter,
      {2, "alpha x.\n\nY beta", true, true},          // nor do paragraphs of one field.
      {1, "alpha “state-owned” beta", false, false},  // A hyphen parts words.
      {2, "alpha “state-owned” beta", true, true},
      {1, "alpha firm’s beta", true, true},  // 's is no word.
      {1, "alpha 1,000 beta", true, true},
      {2, "beta x x alpha x x beta", true, true},
      {50, "alpha", false, false},
  };
  for (const auto& row : table) {
    EXPECT_EQ(WhenHolds(Near(row.n, Word("alpha"), Word("beta")), row.text), row.near) << row.text;
    EXPECT_EQ(WhenHolds(Before(row.n, Word("alpha"), Word("beta")), row.text), row.before)
        << row.text;
  }
}

TEST(Near, StaysInOneZone) {
  const RuleNode near = Near(5, Word("alpha"), Word("beta"));
  EXPECT_FALSE(WhenHolds(near, DeskArticle{{{kTitleField, "alpha"}, {kBodyField, "beta"}}}));
  EXPECT_TRUE(WhenHolds(near, DeskArticle{{{kBodyField, "alpha"}, {kBodyField, "beta"}}}));
  EXPECT_FALSE(WhenHolds(
      near, DeskArticle{{{kBodyField, "alpha"}, {kHeadingField, "x"}, {kBodyField, "beta"}}}));
}

TEST(Near, NeverPairsAPlaceWithItself) {
  EXPECT_FALSE(WhenHolds(Near(5, Word("alpha"), Word("alpha")), "alpha"));
  EXPECT_TRUE(WhenHolds(Near(5, Word("alpha"), Word("alpha")), "alpha alpha"));
  EXPECT_FALSE(WhenHolds(Near(5, Phrase("new york"), Phrase("york times")), "new york times"));
}

TEST(Near, BindsToTheLeftInChains) {
  // (a NEAR/1 b) NEAR/1 c: counted from the joint place.
  const RuleNode chain = Near(1, Near(1, Word("a"), Word("b")), Word("c"));
  EXPECT_TRUE(WhenHolds(chain, "a x b x c"));
  EXPECT_TRUE(WhenHolds(chain, "c x a b"));
  EXPECT_FALSE(WhenHolds(chain, "a c b"));  // The c is inside the joint place.
  EXPECT_FALSE(WhenHolds(chain, "a x b x x c"));
}

TEST(Units, ParagraphsAndSentences) {
  const struct {
    const char* text;
    bool sentence;
    bool paragraph;
  } table[] = {
      {"Alpha met beta.", true, true},         {"Beta met alpha.", true, true},
      {"Alpha came. Beta left.", false, true}, {"Alpha came.\nBeta left.", false, true},
      {"Alpha\nand beta.", true, true},        {"Alpha came.\n\nBeta left.", false, false},
      {"Alpha\n\nbeta", false, false},         {"Alpha of U.S. and beta.", true, true},
      {"“Alpha!” Beta said.", false, true},
  };
  for (const auto& row : table) {
    EXPECT_EQ(WhenHolds(SameSentence(Word("alpha"), Word("beta")), row.text), row.sentence)
        << row.text;
    EXPECT_EQ(WhenHolds(SameParagraph(Word("alpha"), Word("beta")), row.text), row.paragraph)
        << row.text;
  }
  EXPECT_FALSE(WhenHolds(SameParagraph(Word("alpha"), Word("beta")),
                         DeskArticle{{{kBodyField, "alpha"}, {kBodyField, "beta"}}}));
}

TEST(Outside, DropsPlacesInsideOthersOnly) {
  const RuleNode outside = Outside(Word("bank"), Phrase("bank holiday"));
  EXPECT_THAT(Find(outside, "Bank holiday. The bank."), ElementsAre("bank"));
  EXPECT_THAT(Find(outside, "bank holiday"), IsEmpty());
  EXPECT_THAT(Find(Outside(Phrase("the bank"), Phrase("bank holiday")), "the bank holiday"),
              ElementsAre("the bank"));
  EXPECT_THAT(Find(Outside(Inflected("bankrupt"), Phrase("morally bankrupt")),
                   "morally bankrupt, bankrupted"),
              ElementsAre("bankrupted"));
  // An article where the other side never occurs.
  EXPECT_THAT(Find(outside, "bank bank"), ElementsAre("bank", "bank"));
}

TEST(Logic, IsOverTheWholeArticle) {
  const RuleNode a = Word("alpha");
  const RuleNode b = Word("beta");
  const RuleNode c = Word("gamma");
  const struct {
    RuleNode when;
    const char* text;
    bool holds;
  } table[] = {
      {And({a, b}), "alpha. Beta", true},
      {And({a, b}), "alpha", false},
      {Or({a, b}), "beta", true},
      {Or({a, And({b, c})}), "beta", false},
      {Or({a, And({b, c})}), "beta gamma", true},
      {And({a, Not(b)}), "alpha", true},
      {And({a, Not(b)}), "alpha beta", false},
      {And({a, Not(Near(1, a, b))}), "alpha x x beta", true},
      {And({a, Not(Near(1, a, b))}), "alpha x beta", false},
      {And({a, Not(Not(b))}), "alpha", false},
      {AtLeast(2, {a, b, c}), "alpha alpha", false},
      {AtLeast(2, {a, b, c}), "alpha gamma", true},
      {AtLeast(2, {a, Near(0, b, c), c}), "beta gamma", true},
      {AtLeast(2, {a, Near(0, b, c), c}), "beta x gamma", false},
      {CountAtLeast(2, a), "alpha", false},
      {CountAtLeast(2, a), "alpha alpha", true},
      {CountAtLeast(2, AnyOf({a, Phrase("alpha beta")})), "alpha beta", false},  // They overlap.
      {CountAtLeast(2, AnyOf({a, Phrase("alpha beta")})), "alpha beta alpha", true},
      {CountAtLeast(2, Near(0, a, b)), "alpha beta alpha", false},
      {CountAtLeast(2, Near(0, a, b)), "alpha beta x alpha beta", true},
      {And({a, CountAtMost(1, b)}), "alpha beta", true},
      {And({a, CountAtMost(1, b)}), "alpha beta beta", false},
      {And({a, CountAtMost(0, b)}), "alpha", true},
      {And({a, CountAtLeast(0, b)}), "alpha", true},
      {CountAtLeast(2, Or({a, Near(0, b, c)})), "alpha beta gamma", true},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    EXPECT_EQ(WhenHolds(table[i].when, table[i].text), table[i].holds)
        << "row " << i << ": " << table[i].text;
  }
}

TEST(Fields, GoDownToTheTerms) {
  const DeskArticle article = {
      {{kTitleField, "alpha one"}, {kHeadingField, "gamma"}, {kBodyField, "beta two"}}};
  const struct {
    RuleNode when;
    bool holds;
  } table[] = {
      {In("title", And({Word("alpha"), Word("one")})), true},
      {In("title", And({Word("alpha"), Word("beta")})), false},
      {In("title", And({Word("alpha"), Not(Word("beta"))})), true},
      {In("heading", Word("gamma")), true},
      {In("body", Word("gamma")), false},
      {In("title", Near(0, Word("alpha"), Word("one"))), true},
      {In("body", Near(0, Word("alpha"), Word("one"))), false},
      {In("body", CountAtLeast(1, Word("beta"))), true},
      {And({Word("two"), In("title", Word("alpha"))}), true},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    EXPECT_EQ(WhenHolds(table[i].when, article), table[i].holds) << "row " << i;
  }
}

TEST(Fields, LeadIsTheBodysFirstTwoParagraphs) {
  const RuleNode lead = In("lead", Word("alpha"));
  const struct {
    DeskArticle article;
    bool holds;
  } table[] = {
      {{{{kBodyField, "alpha"}}}, true},
      {{{{kBodyField, "x.\n\nalpha"}}}, true},
      {{{{kBodyField, "x.\n\ny\n\nalpha"}}}, false},
      {{{{kBodyField, "x"}, {kBodyField, "***"}, {kBodyField, "alpha"}}}, true},
      {{{{kBodyField, "x"}, {kHeadingField, "h"}, {kBodyField, "alpha"}}}, true},
      {{{{kBodyField, "x"}, {kBodyField, "y"}, {kBodyField, "alpha"}}}, false},
      {{{{kTitleField, "alpha"}, {kBodyField, "x"}}}, false},
      {{{{kBodyField, "x"}, {kHeadingField, "alpha"}, {kBodyField, "y"}}}, false},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    EXPECT_EQ(WhenHolds(lead, table[i].article), table[i].holds) << "row " << i;
  }
  // It is in the body as well.
  EXPECT_TRUE(WhenHolds(In("body", Word("alpha")), "alpha"));
}

TEST(Fields, LeadHasABoostOfItsOwnWhereThePackNamesIt) {
  const std::vector<Desk::Part> parts = {
      {kBodyField, "tax"}, {kBodyField, "x"}, {kBodyField, "tax"}};
  const auto score = [&parts](std::vector<FieldBoost> boosts) {
    Desk desk(Pack({MakeTopic("t", {Item(1, Word("tax"), 9)})}, std::move(boosts)));
    return desk.Tag(parts)[0].score;
  };
  EXPECT_EQ(score({{"body", 3, {}}}), 6);
  EXPECT_EQ(score({{"body", 3, {}}, {"lead", 10, {}}}), 13);
}

TEST(Fields, APacksFieldsAreThoseOfTermsThatNameNone) {
  RulePack pack = Pack({WhenTopic("t", Or({Word("alpha"), In("heading", Word("beta"))}))});
  pack.fields = {"title", "lead"};
  Desk desk(pack);
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kTitleField, "alpha"}}}));
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kBodyField, "alpha"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x\n\ny\n\nalpha"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kHeadingField, "alpha"}}}));
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kHeadingField, "beta"}}}));
}

TEST(Fields, FurtherOnesAreNamedByTheOptions) {
  constexpr FieldId kByline = kFieldCount;
  CompileOptions options;
  options.further_fields = {"byline"};
  Desk desk(Pack({WhenTopic("t", In("byline", Word("smith")))}), 20, options);
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kByline, "By Smith"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "By Smith"}}}));
  EXPECT_EQ(desk.rules().FieldName(kByline), "byline");
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", In("byline", Word("smith")))})),
              HasSubstr("input.fields.byline"));
  // A field that the rules don't know is none of theirs.
  Desk unaware(Pack({WhenTopic("t", Word("smith"))}));
  EXPECT_FALSE(unaware.Holds(DeskArticle{{{kByline, "By Smith"}}}));
}

TEST(Metadata, IsComparedFolded) {
  const RuleNode x = Word("x");
  const auto test = [&x](const char* name, Comparison comparison, Strings values) {
    return And({x, Metadata(name, comparison, std::move(values))});
  };
  const DeskArticle article = {
      {{kBodyField, "x"}}, "de-CH", R"("The \u00c4ther\/Wire ")", "12", {"Politics", "World News"}};
  const DeskArticle bare = {{{kBodyField, "x"}}, ""};
  const struct {
    RuleNode when;
    bool holds;
    bool holds_bare;
  } table[] = {
      {test("source", Comparison::kEqual, {"the äther/wire"}), true, false},
      {test("source", Comparison::kEqual, {"reuters", "THE A\u0308THER/WIRE"}), true, false},
      {test("source", Comparison::kNotEqual, {"The Äther/Wire"}), false, true},
      {test("source", Comparison::kNotEqual, {"reuters"}), true, true},
      {test("lang", Comparison::kEqual, {"de"}), true, false},
      {test("language", Comparison::kEqual, {"DE-ch"}), true, false},
      {test("lang", Comparison::kEqual, {"d"}), false, false},
      {test("lang", Comparison::kNotEqual, {"de"}), false, true},
      {test("category", Comparison::kEqual, {"sport", "world news"}), true, false},
      {test("category", Comparison::kNotEqual, {"politics"}), false, true},
      {test("id", Comparison::kEqual, {"12"}), true, false},
      {test("id", Comparison::kGreater, {"11.5"}), true, false},
      {test("id", Comparison::kLess, {"12"}), false, false},
      {test("id", Comparison::kAtMost, {"12"}), true, false},
      {test("source", Comparison::kAtLeast, {"1"}), false, false},
  };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    Desk desk(Pack({WhenTopic("t", table[i].when)}));
    EXPECT_EQ(desk.Holds(article), table[i].holds) << "row " << i;
    EXPECT_EQ(desk.Holds(bare), table[i].holds_bare) << "row " << i;
  }
}

TEST(Metadata, OfAFurtherField) {
  constexpr FieldId kPriority = kFieldCount;
  CompileOptions options;
  options.further_fields = {"priority"};
  Desk desk(
      Pack({WhenTopic("t", And({Word("x"), Metadata("priority", Comparison::kAtMost, {"3"})}))}),
      20, options);
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kPriority, " 2.5 "}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kPriority, "4"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kPriority, "2nd"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kPriority, "nan"}}}));
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x"}}}));
}

TEST(Metadata, TakesNamesThatOnlyTestsTellWhereThatIsAskedFor) {
  const RulePack pack =
      Pack({WhenTopic("t", And({Word("x"), Not(Metadata("rank", Comparison::kLess, {"3"}))}))});
  EXPECT_THAT(ErrorOf(pack), HasSubstr("input.fields.rank"));
  CompileOptions options;
  options.accept_declared_fields = true;
  Desk desk(pack, 20, options);
  ASSERT_EQ(desk.rules().field_names().size(), kFieldCount + 1);
  EXPECT_FALSE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kFieldCount, "2"}}}));
  EXPECT_TRUE(desk.Holds(DeskArticle{{{kBodyField, "x"}, {kFieldCount, "4"}}}));
}

TEST(Names, StandForAnyExpression) {
  RulePack pack =
      Pack({WhenTopic("a", Named("both")), WhenTopic("b", And({Word("x"), Not(Named("both"))})),
            WhenTopic("c", In("title", Named("both"))),
            WhenTopic("d", Near(0, Named("firms"), Word("fell")))});
  pack.lets = {{"firms", AnyOf({Exact("Acme"), Word("globex")}), {}},
               {"both", And({Named("firms"), Word("beta")}), {}}};
  Desk desk(pack);
  const auto ids = [&desk](const DeskArticle& article) {
    Strings found;
    for (const FoundTag& tag : desk.Tag(article)) found.push_back(tag.id);
    return found;
  };
  EXPECT_THAT(ids({{{kBodyField, "Acme beta"}}}), UnorderedElementsAre("a"));
  EXPECT_THAT(ids({{{kBodyField, "x acme beta"}}}), UnorderedElementsAre("b"));
  EXPECT_THAT(ids({{{kTitleField, "globex beta"}}}), UnorderedElementsAre("a", "c"));
  EXPECT_THAT(ids({{{kBodyField, "Acme fell"}}}), UnorderedElementsAre("d"));
}

TEST(Lists, HaveWeightsAndSpellings) {
  RulePack pack = Pack({MakeTopic("t", {Item(2, List("firms"), 9)})}, {{"title", 3, {}}});
  TermList list;
  list.name = "firms";
  list.entries = {{"Acme", 5, true, 1}, {"globex corp", 7, false, 2}, {"Initech", 1, false, 3}};
  pack.lists = {list};
  Desk desk(pack);
  EXPECT_EQ(desk.TagBody("Acme acme")[0].score, 10);
  EXPECT_EQ(desk.TagBody("Globex Corp and Initech")[0].score, 16);
  const std::vector<FoundTag> tags = desk.Tag({{kTitleField, "Acme"}, {kBodyField, "initech"}});
  EXPECT_EQ(tags[0].score, 32);
  EXPECT_THAT(tags[0].terms, ElementsAre("=Acme", "Initech"));
}

TEST(Lists, OfEqualPlacesCountTheGreatestWeight) {
  RulePack pack = Pack({MakeTopic("t", {Item(1, AnyOf({Word("acme"), List("firms")}))})});
  TermList list;
  list.name = "firms";
  list.entries = {{"acme", 5, false, 1}, {"ACME", 3, false, 2}, {"=", 1, false, 4}};
  list.file = "firms.tsv";
  pack.lists = {list};
  EXPECT_THAT(ErrorOf(pack), HasSubstr("firms.tsv:4:1"));
  pack.lists[0].entries.pop_back();
  Desk desk(pack);
  EXPECT_EQ(desk.TagBody("Acme")[0].score, 5);
  EXPECT_THAT(desk.TagBody("Acme")[0].terms, ElementsAre("acme"));
}

TEST(FoldAccents, FindsTermsWithAndWithoutThem) {
  RulePack pack =
      Pack({MakeTopic("t", {Item(1, AnyOf({Word("Café"), Prefix("élysé"), Exact("Perú")}), 9)})});
  const char* const text = "café cafe\u0301 cafe, Élysées elysee; Perú Peru";
  EXPECT_THAT(Desk(pack).TagBody(text)[0].evidence,
              ElementsAre("café", "cafe\u0301", "Élysées", "Perú"));
  pack.fold_accents = true;
  EXPECT_THAT(Desk(pack).TagBody(text)[0].evidence,
              ElementsAre("café", "cafe\u0301", "cafe", "Élysées", "elysee", "Perú"));
}

TEST(WhenAndScore, MustBothHold) {
  Desk desk(Pack(
      {WhenTopic("t", Word("alpha"), {Item(5, Word("beta"), 3), Item(-4, Word("gamma"))}, 6)}));
  EXPECT_FALSE(desk.Holds("alpha beta"));
  EXPECT_FALSE(desk.Holds("beta beta"));
  EXPECT_EQ(desk.TagBody("alpha beta beta")[0].score, 10);
  EXPECT_EQ(desk.TagBody("alpha beta beta gamma")[0].score, 6);
  Desk when_only(Pack({WhenTopic("t", Word("alpha"))}));
  EXPECT_EQ(when_only.TagBody("alpha alpha")[0].score, 1);
}

TEST(Scores, OfExpressionsCountTheirPlaces) {
  Desk desk(Pack({MakeTopic("t", {Item(10, Near(1, Word("alpha"), Word("beta")), 5)})},
                 {{"title", 2, {}}}));
  const std::vector<FoundTag> tags =
      desk.Tag({{kTitleField, "alpha x beta"}, {kBodyField, "beta alpha. alpha alone"}});
  EXPECT_EQ(tags[0].score, 30);
  EXPECT_THAT(tags[0].evidence, ElementsAre("alpha", "beta", "beta", "alpha"));
}

TEST(Excludes, StopEveryTopicOfTheirPack) {
  RulePack pack = Pack({MakeTopic("a", {Item(1, Word("x"))}), WhenTopic("b", Word("x"))});
  pack.excludes = {In("title", AnyOf({Word("diary"), Phrase("news summary")})),
                   Near(0, Word("p"), Word("q"))};
  RulePack other = Pack({MakeTopic("c", {Item(1, Word("x"))})});
  Desk desk(std::vector<RulePack>{pack, other});
  EXPECT_EQ(desk.TagBody("x diary").size(), 3u);
  EXPECT_EQ(desk.Tag({{kTitleField, "Diary"}, {kBodyField, "x"}}).size(), 1u);
  EXPECT_EQ(desk.TagBody("x p q").size(), 1u);
  EXPECT_EQ(desk.TagBody("x p").size(), 3u);
}

TEST(Topics, LeanOnEachOther) {
  RulePack pack = Pack({WhenTopic("sum", And({TopicHolds("a"), Not(TopicHolds("b"))})),
                        MakeTopic("a", {Item(5, Word("x"), 2)}, 10), WhenTopic("b", Word("y")),
                        WhenTopic("either", Or({TopicHolds("a"), TopicHolds("b")}))});
  pack.topics[1].state = TopicState::kShadow;
  Desk desk(pack);
  const auto ids = [&desk](const std::string& body) {
    Strings found;
    for (const FoundTag& tag : desk.TagBody(body)) found.push_back(tag.id);
    return found;
  };
  EXPECT_THAT(ids("x"), IsEmpty());
  EXPECT_THAT(ids("x x"), UnorderedElementsAre("sum", "either"));
  EXPECT_EQ(desk.article().shadow_tags, 1u);
  EXPECT_THAT(ids("x x y"), UnorderedElementsAre("b", "either"));
  EXPECT_THAT(ids("y"), UnorderedElementsAre("b", "either"));
  EXPECT_EQ(desk.article().shadow_tags, 0u);
}

TEST(Topics, InDraftAreLeftOutUnlessAskedFor) {
  RulePack pack = Pack({WhenTopic("a", Word("x")), WhenTopic("b", Word("x"))});
  pack.topics[0].state = TopicState::kDraft;
  EXPECT_EQ(Desk(pack).rules().topics().size(), 1u);
  CompileOptions options;
  options.include_drafts = true;
  EXPECT_EQ(Desk(pack, 20, options).rules().topics().size(), 2u);
  pack.topics[1].when = TopicHolds("a");
  EXPECT_THAT(ErrorOf(pack), HasSubstr("topic a is a draft"));
}

TEST(Topics, MustNotLeanOnThemselves) {
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("a", TopicHolds("b")),
                            WhenTopic("b", And({Word("x"), Not(TopicHolds("a"))}))})),
              HasSubstr("leans on itself"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("a", TopicHolds("nowhere"))})),
              HasSubstr("there is no topic nowhere"));
  RulePack pack = Pack({WhenTopic("a", Word("x"))});
  pack.excludes = {TopicHolds("a")};
  EXPECT_THAT(ErrorOf(pack), HasSubstr("an exclude is looked at for every topic of its pack"));
  std::vector<Topic> chain = {WhenTopic("t0", Word("x"))};
  for (int i = 1; i < 80; ++i) {
    chain.push_back(WhenTopic("t" + std::to_string(i), TopicHolds("t" + std::to_string(i - 1))));
  }
  EXPECT_THAT(ErrorOf(Pack(chain)), HasSubstr("more than 50 topics"));
}

TEST(Anchors, AreAskedOfEveryRule) {
  const RuleNode x = Word("x");
  const RuleNode metadata = Metadata("source", Comparison::kEqual, {"y"});
  for (const RuleNode& when : {Not(x), Or({x, Not(x)}), metadata, CountAtMost(3, x),
                               CountAtLeast(0, x), And({metadata, Not(x)})}) {
    EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", when)})), HasSubstr("nothing must occur"));
  }
  EXPECT_THAT(ErrorOf(Pack({MakeTopic("t", {Item(-1, x)})})), HasSubstr("nothing must occur"));
  EXPECT_TRUE(WhenHolds(And({metadata, x}), DeskArticle{{{kBodyField, "x"}}, "en", "\"Y\""}));
  // What has to occur for the score is enough.
  Desk desk(Pack({WhenTopic("t", Not(Word("y")), {Item(1, x)})}));
  EXPECT_TRUE(desk.Holds("x"));
  EXPECT_FALSE(desk.Holds("x y"));
}

TEST(Anchors, WakeARuleWhateverPartIsTrue) {
  const RuleNode a = Word("a");
  const RuleNode b = Word("b");
  const RuleNode c = Word("c");
  const struct {
    RuleNode when;
    Strings texts;
  } table[] = {
      {Or({a, And({b, c})}), {"a", "b c"}},
      {AtLeast(2, {a, b, c}), {"a b", "a c", "b c"}},
      {And({Or({a, b}), Or({b, c})}), {"b", "a c"}},
      {Outside(a, b), {"a"}},
      {Or({Near(0, a, b), SameSentence(b, c)}), {"a b", "c x b"}},
  };
  for (const auto& row : table) {
    for (const std::string& text : row.texts) EXPECT_TRUE(WhenHolds(row.when, text)) << text;
  }
}

TEST(Places, AreAskedOfOperands) {
  const RuleNode x = Word("x");
  for (const RuleNode& when :
       {Near(3, x, And({x, x})), SameSentence(Not(x), x), CountAtLeast(1, And({x, x})),
        AtLeast(1, {x, CountAtLeast(1, x)}), Outside(TopicHolds("t"), x), AnyOf({x, Not(x)})}) {
    EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", And({x, when}))})), HasSubstr("has no places"));
  }
  EXPECT_THAT(ErrorOf(Pack({MakeTopic("t", {Item(1, And({x, x}))})})),
              HasSubstr("an \"and\" has no places to score"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", And({x, In("title", TopicHolds("t"))}))})),
              HasSubstr("@topic inside a field"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", In("title", In("body", x)))})),
              HasSubstr("a field inside a field"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", Near(51, x, x))})), HasSubstr("from 0 to 50"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", Prefix("abc"))})), HasSubstr("too short"));
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", Prefix("long ab"))})), HasSubstr("too short"));
}

TEST(Nesting, HasABound) {
  RuleNode deep = Word("x");
  for (int i = 0; i < 300; ++i) deep = And({Word("y"), std::move(deep)});
  EXPECT_THAT(ErrorOf(Pack({WhenTopic("t", deep)})), HasSubstr("nested too deep"));
  // By names as well, even if one stands for itself.
  RulePack pack = Pack({WhenTopic("t", Named("m"))});
  pack.lets = {{"m", And({Word("x"), Named("m")}), {}}};
  EXPECT_THAT(ErrorOf(pack), HasSubstr("nested too deep"));
}

TEST(Evidence, OfWhenIsWhatMadeItTrue) {
  const struct {
    RuleNode when;
    const char* text;
    Strings evidence;
  } table[] = {
      {And({Word("a"), Word("b")}), "b x a b", {"b", "a", "b"}},
      {Or({Word("a"), And({Word("b"), Word("c")})}), "b a", {"a"}},
      {And({Word("a"), Not(Word("b"))}), "a", {"a"}},
      {Near(1, Word("a"), Word("b")), "a a x b. X x a", {"a", "b"}},
      {And({Word("a"), CountAtMost(1, Word("b"))}), "a b", {"a"}},
      {CountAtLeast(2, Outside(Word("a"), Phrase("a b"))), "a b a a", {"a", "a"}},
      {AtLeast(1, {Word("a"), Near(0, Word("b"), Word("c"))}), "b a c", {"a"}},
      {AnyOf({Phrase("a b"), Word("a")}), "a b a", {"a b", "a"}},
      {SameSentence(Word("a"), Near(0, Word("b"), Word("c"))), "A is b c. B c.", {"A", "b", "c"}},
  };
  for (const auto& row : table) {
    Desk desk(Pack({WhenTopic("t", row.when)}));
    const std::vector<FoundTag> tags = desk.TagBody(row.text);
    ASSERT_EQ(tags.size(), 1u) << row.text;
    EXPECT_EQ(tags[0].evidence, row.evidence) << row.text;
  }
}

TEST(Evidence, ShowsAPlaceOnceWithWhatCountsMost) {
  Desk desk(Pack({WhenTopic("t", And({Word("beta"), Word("zeta")}),
                            {Item(5, AnyOf({Inflected("zeta"), Word("zeta")}))})}));
  const std::vector<FoundTag> tags = desk.TagBody("beta zeta");
  EXPECT_THAT(tags[0].evidence, ElementsAre("zeta", "beta"));
  EXPECT_THAT(tags[0].terms, ElementsAre("zeta", "beta"));
}

TEST(Emit, DecidesHowMuchEvidenceIsShown) {
  RulePack pack = Pack({WhenTopic("t", Word("tax"))});
  const std::string text = "Die große tax übung, tax";
  pack.topics[0].emit = {0, 0};
  EXPECT_THAT(Desk(pack).TagBody(text)[0].evidence, IsEmpty());
  pack.topics[0].emit = {1, 8};
  const std::vector<FoundTag> tags = Desk(pack).TagBody(text);
  EXPECT_THAT(tags[0].evidence, ElementsAre("tax"));
  EXPECT_THAT(tags[0].snippets, ElementsAre(" große tax übung,"));
  pack.topics[0].emit = {5, 3};
  EXPECT_THAT(Desk(pack).TagBody(text)[0].snippets, ElementsAre("e tax ü", "g, tax"));
}

TEST(Sources, LeadFromNodesToWhatWasWritten) {
  CompileOptions options;
  options.keep_positions = true;
  RulePack pack = Pack({WhenTopic("t", And({Word("x"), Named("m")}))});
  pack.lets = {{"m", Or({Word("y"), Not(Word("z"))}), {}}};
  Diagnostics diagnostics;
  const auto rules = CompileRules(std::span(&pack, 1), diagnostics, options);
  ASSERT_NE(rules, nullptr);
  ASSERT_EQ(rules->sources().size(), rules->tables().nodes.size());
  const std::uint32_t root = rules->tables().rules[0].when;
  const RuleNode& when = *pack.topics[0].when;
  EXPECT_EQ(rules->sources()[root].node, &when);
  const std::uint32_t child = rules->node(root).first;
  EXPECT_EQ(rules->sources()[child].node, &when.children[0]);
  EXPECT_EQ(rules->sources()[child + 1].node, &when.children[1]);
  EXPECT_EQ(rules->sources()[rules->node(child + 1).first + 1].node,
            &pack.lets[0].node.children[1]);
  // Asking for them changes nothing that decides tags.
  EXPECT_EQ(rules->hash(), Desk(pack).rules().hash());
}

TEST(Sharing, TermsOfANameAreThereOnce) {
  std::vector<Topic> topics;
  for (int i = 0; i < 50; ++i) {
    topics.push_back(
        WhenTopic("t" + std::to_string(i), And({Named("big"), Word("w" + std::to_string(i))})));
    topics.push_back(
        WhenTopic("u" + std::to_string(i), AnyOf({Named("big"), Word("w" + std::to_string(i))})));
  }
  RulePack pack = Pack(topics);
  std::vector<RuleNode> words;
  for (int i = 0; i < 100; ++i) words.push_back(Word("b" + std::to_string(i)));
  pack.lets = {{"big", AnyOf(words), {}}};
  Desk desk(pack);
  EXPECT_EQ(desk.rules().tables().uses.size(), 150u);
  EXPECT_EQ(desk.TagBody("b7 w3").size(), 51u);
  EXPECT_EQ(desk.TagBody("w3").size(), 1u);
}

}  // namespace
}  // namespace wiredesk
