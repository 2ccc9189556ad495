// The slow reference is trusted because of these tables: worked out by hand, from the description
// of the rule language.
#include "tests/reference/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/reference/reference_text.h"
#include "tests/rule_nodes.h"

namespace wiredesk::reference {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Comparison = RuleNode::Comparison;
using Parts = std::vector<SourceArticle::Part>;
using Strings = std::vector<std::string>;

// "new york | is big # yes": the words, the ends of sentences and of paragraphs.
std::string Read(const std::vector<std::string>& parts, std::string_view language = "en") {
  std::string shown;
  std::size_t sentence = 1;
  std::size_t paragraph = 1;
  for (const Token& token : ReadText(parts, language)) {
    if (token.paragraph != paragraph) {
      shown += "# ";
    } else if (token.sentence != sentence) {
      shown += "| ";
    }
    sentence = token.sentence;
    paragraph = token.paragraph;
    shown += token.folded + " ";
  }
  return shown;
}

TEST(ReferenceText, ReadsWordsSentencesAndParagraphs) {
  const struct {
    const char* text;
    const char* read;
  } table[] = {
      {"", ""},
      {"New\nYork", "new york "},
      {"New\n \nYork", "new # york "},
      {"x\u2029y", "x # y "},
      {"“Quoted” text—state-of-the-art", "quoted text state of the art "},
      {"anti\u00addrug \u200bzero", "antidrug zero "},
      {"The firm's and the firms’ don’t O'Brien", "the firm and the firms dont obrien "},
      {"U.S. forces, e.g. J.R.R. Tolkien", "us forces eg jrr tolkien "},
      {"$5 or 1,000 or 3.5% of €2bn", "$ 5 or 1,000 or 3.5 % of € 2bn "},
      {"Stop. Go! Why? No.", "stop | go | why | no "},
      {"Mr. Lee met him at 5 p.m. today. Then", "mr lee met him at 5 pm today | then "},
      {"He said \"Stop.\" Then he left.", "he said stop | then he left "},
      {"Stop.\u0301 Then",
       "stop | \u0301 then "},  // A stray mark: behind the end, before the next.
      {"STRASSE Straße École e\u0301cole", "strasse strasse école école "},
      {"Ｆｕｌｌ ﬁne", "full fine "},
      {"中国的CPU。日本", "中 国 的 cpu | 日 本 "},
      {"ไทย abc", "ไ ท ย abc "},
      {"カ\u3099", "ガ "},
      {"covid-19 snake_case", "covid 19 snake_case "},
  };
  for (const auto& row : table) EXPECT_EQ(Read({row.text}), row.read) << row.text;
  EXPECT_EQ(Read({"New", "", "York. End"}), "new # york | end ");
  EXPECT_EQ(Read({"l’Europe"}, "fr-CA"), "l europe ");
  EXPECT_EQ(Read({"l’Europe auto's"}, "nl"), "leurope autos ");
}

TEST(ReferenceText, LeadsWordsBackToTheirBytes) {
  const std::string text = "“Straße,” said the U.S.’s don’t 1,000 中国";
  Strings originals;
  for (const Token& token : ReadText({text}, "en")) {
    originals.push_back(text.substr(token.start, token.end - token.start));
  }
  EXPECT_EQ(originals,
            (Strings{"Straße", "said", "the", "U.S.", "s", "don’t", "1,000", "中", "国"}));
}

SourceArticle Article(Parts parts, std::string language = "en") {
  SourceArticle article;
  article.parts = std::move(parts);
  article.language = std::move(language);
  return article;
}

// The text of the evidence that a rule has, "-" if there is no tag.
Strings Shown(const std::vector<FoundTag>& tags, const SourceArticle& article) {
  if (tags.empty()) return {"-"};
  Strings shown;
  for (const Evidence& evidence : tags.front().evidence) {
    const std::string& text = article.parts[evidence.part].text;
    shown.push_back(text.substr(evidence.start, evidence.end - evidence.start));
  }
  return shown;
}

Strings When(const RuleNode& when, const SourceArticle& article) {
  const std::vector<RulePack> packs = {Pack({WhenTopic("t", when)})};
  return Shown(Tag(packs, article), article);
}
Strings When(const RuleNode& when, const std::string& body) {
  return When(when, Article({{"body", body}}));
}

TEST(ReferenceTerms, AreFoundAsWholeWords) {
  const struct {
    RuleNode term;
    const char* text;
    Strings found;
  } table[] = {
      {Word("bank"), "The Bank’s banker left the bank.", {"Bank", "bank"}},
      {Phrase("New York"), "“New\nYork”, new-york. New. York", {"New\nYork", "new-york"}},
      {Exact("New York"), "new york New York", {"New York"}},
      {Exact("US"), "tell us of the US, the U.S.", {"US"}},
      {Word("中国"), "在中国的人", {"中国"}},
      {Word("l'Europe"), "l’Europe", {"l’Europe"}},
      {Inflected("cyber-attack"), "cyber attacks", {"cyber attacks"}},
      {Prefix("insolv"), "Insolvency, insolvent, solv", {"Insolvency", "insolvent"}},
      {Prefix("e-mail"), "e-mailing, email", {"e-mailing"}},
      {Mixed("file* for chapter", {Prefix("file"), Word("for"), Inflected("chapter")}),
       "filed for chapters. file for a chapter",
       {"filed for chapters"}},
      {Regex("chapter (7|11)"), "Under Chapter\n11 they", {"Chapter\n11"}},
      {Regex("bank[a-z]*"), "embankment. Banks", {"embankment", "Banks"}},
      {Regex("(old )?bank"), "the old bank", {"old bank"}},
      {AnyOf({Word("iraq"), Phrase("iraq war")}), "The Iraq war. Iraq.", {"Iraq war", "Iraq"}},
  };
  for (const auto& row : table) EXPECT_EQ(When(row.term, row.text), row.found) << row.text;
}

TEST(ReferenceTerms, HaveAccentsOrNoneWhereThePackFoldsThem) {
  std::vector<RulePack> packs = {Pack({WhenTopic("t", Word("Café"))})};
  const SourceArticle article = Article({{"body", "cafe café cafè"}});
  EXPECT_THAT(Shown(Tag(packs, article), article), ElementsAre("café"));
  packs[0].fold_accents = true;
  EXPECT_THAT(Shown(Tag(packs, article), article), ElementsAre("cafe", "café"));
  packs[0].topics[0].when = Exact("café");
  EXPECT_THAT(Shown(Tag(packs, article), article), ElementsAre("café"));
}

TEST(ReferenceTerms, MatchARegexWithinOnePart) {
  EXPECT_THAT(When(Regex("alpha.{0,4}"), Article({{"title", "alpha"}, {"body", "beta"}})),
              ElementsAre("alpha"));
  EXPECT_THAT(When(Regex("alpha.{1,4}beta"), Article({{"title", "alpha"}, {"body", "beta"}})),
              ElementsAre("-"));
}

TEST(ReferenceOperators, FindPairsAtTheirDistance) {
  const RuleNode a = Word("a");
  const RuleNode b = Word("b");
  const RuleNode c = Word("c");
  const struct {
    RuleNode rule;
    const char* text;
    Strings found;
  } table[] = {
      {Near(1, a, b), "a x b", {"a", "b"}},
      {Near(1, a, b), "b x a", {"b", "a"}},
      {Near(1, a, b), "a x x b", {"-"}},
      {Near(0, a, b), "a. B", {"a", "B"}},
      {Near(5, a, b), "a x a b", {"a", "b"}},     // The inner pair only.
      {Near(5, a, a), "a", {"-"}},                // A place is no pair with itself.
      {Near(5, a, Phrase("a b")), "a b", {"-"}},  // Nor with what overlaps it.
      {Before(1, a, b), "b a x b", {"a", "b"}},
      {Before(1, a, b), "b a", {"-"}},
      {SameSentence(a, b), "a x. B a", {"B", "a"}},
      {SameSentence(a, b), "a. B", {"-"}},
      {SameParagraph(a, b), "a. B", {"a", "B"}},
      {SameParagraph(a, b), "a\n\nb", {"-"}},
      {Near(1, Near(1, a, b), c), "a x b x c", {"a", "b", "c"}},
      {Near(0, Near(1, a, b), c), "a c b", {"-"}},  // c is inside.
      {Outside(b, Phrase("a b")), "a b. B", {"B"}},
      {Outside(b, Phrase("a b")), "a b", {"-"}},
      {Near(2, Outside(b, Phrase("a b")), c), "a b c b", {"c", "b"}},
      {Or({Near(0, a, b), c}), "a x b c", {"c"}},
  };
  for (const auto& row : table) EXPECT_EQ(When(row.rule, row.text), row.found) << row.text;
  // Zones: three paragraphs of the body are one, the title is another.
  EXPECT_THAT(When(Near(0, a, b), Article({{"body", "a"}, {"body", "b"}})), ElementsAre("a", "b"));
  EXPECT_THAT(When(Near(0, a, b), Article({{"title", "a"}, {"body", "b"}})), ElementsAre("-"));
  EXPECT_THAT(When(SameParagraph(a, b), Article({{"body", "a"}, {"body", "b"}})), ElementsAre("-"));
}

TEST(ReferenceOperators, CombineTruth) {
  const RuleNode a = Word("a");
  const RuleNode b = Word("b");
  const RuleNode c = Word("c");
  const struct {
    RuleNode rule;
    const char* text;
    Strings found;
  } table[] = {
      {And({a, b}), "b a", {"b", "a"}},
      {And({a, b}), "a", {"-"}},
      {Or({a, b}), "b", {"b"}},
      {And({a, Not(b)}), "a", {"a"}},
      {And({a, Not(b)}), "a b", {"-"}},
      {AtLeast(2, {a, b, c}), "c x a", {"c", "a"}},
      {AtLeast(2, {a, b, c}), "a a a", {"-"}},  // Different ones.
      {CountAtLeast(2, a), "a a", {"a", "a"}},
      {CountAtLeast(3, a), "a a", {"-"}},
      {And({b, CountAtMost(1, a)}), "b a", {"b"}},
      {And({b, CountAtMost(1, a)}), "b a a", {"-"}},
      {CountAtLeast(2, AnyOf({a, Phrase("a b")})), "a b", {"-"}},
      {CountAtLeast(2, Phrase("a a")), "a a a", {"-"}},
      {CountAtLeast(2, Near(2, a, b)), "a b x x x b a", {"a", "b", "b", "a"}},
  };
  for (const auto& row : table) EXPECT_EQ(When(row.rule, row.text), row.found) << row.text;
}

TEST(ReferenceOperators, LookAtFields) {
  const RuleNode a = Word("a");
  const RuleNode b = Word("b");
  const SourceArticle article =
      Article({{"title", "a"}, {"body", "x\n\nb"}, {"body", ""}, {"body", "c"}});
  EXPECT_THAT(When(In("title", a), article), ElementsAre("a"));
  EXPECT_THAT(When(In("body", a), article), ElementsAre("-"));
  EXPECT_THAT(When(In("title", And({a, Not(b)})), article), ElementsAre("a"));
  EXPECT_THAT(When(In("lead", b), article), ElementsAre("b"));
  EXPECT_THAT(When(In("body", b), article), ElementsAre("b"));
  EXPECT_THAT(When(In("lead", Word("c")), article), ElementsAre("-"));  // The third paragraph.
  std::vector<RulePack> packs = {Pack({WhenTopic("t", Or({a, In("title", a)}))})};
  packs[0].fields = {"body"};
  EXPECT_EQ(Tag(packs, Article({{"title", "a"}, {"body", "a"}}))[0].evidence.size(), 2u);
  packs[0].topics[0].when = a;
  EXPECT_EQ(Tag(packs, Article({{"title", "a"}, {"body", "a"}}))[0].evidence.size(), 1u);
}

TEST(ReferenceOperators, CompareMetadata) {
  SourceArticle article = Article({{"body", "a"}}, "pt-BR");
  article.source = " Réuters ";
  article.categories = {"sport", "Politics"};
  article.id = "42";
  const auto holds = [&](std::string name, Comparison comparison, Strings values) {
    return When(And({Word("a"), Metadata(name, comparison, values)}), article) == Strings{"a"};
  };
  EXPECT_TRUE(holds("source", Comparison::kEqual, {"x", "RE\u0301UTERS"}));
  EXPECT_FALSE(holds("source", Comparison::kEqual, {"Reuters"}));
  EXPECT_TRUE(holds("lang", Comparison::kEqual, {"pt"}));
  EXPECT_FALSE(holds("lang", Comparison::kEqual, {"p"}));
  EXPECT_TRUE(holds("category", Comparison::kEqual, {"politics"}));
  EXPECT_FALSE(holds("category", Comparison::kNotEqual, {"politics"}));
  EXPECT_TRUE(holds("nothing", Comparison::kNotEqual, {"x"}));
  EXPECT_FALSE(holds("nothing", Comparison::kEqual, {"x"}));
  EXPECT_TRUE(holds("id", Comparison::kLess, {"42.5"}));
  EXPECT_FALSE(holds("id", Comparison::kGreater, {"42"}));
  EXPECT_TRUE(holds("id", Comparison::kAtLeast, {"42"}));
  EXPECT_FALSE(holds("source", Comparison::kAtMost, {"1"}));
}

TEST(ReferenceTags, ObeyExcludesStatesAndOtherTopics) {
  RulePack pack = Pack({WhenTopic("one", Word("a")), WhenTopic("two", TopicHolds("one"))});
  const auto tags = [&pack](const std::string& body) {
    Strings ids;
    for (const FoundTag& tag : Tag({pack}, Article({{"body", body}}))) ids.push_back(tag.topic);
    return ids;
  };
  EXPECT_THAT(tags("a"), ElementsAre("one", "two"));
  pack.topics[0].state = TopicState::kShadow;
  EXPECT_THAT(tags("a"), ElementsAre("two"));
  pack.excludes = {Word("b")};
  EXPECT_THAT(tags("a b"), IsEmpty());
  pack.topics[1].state = TopicState::kDraft;
  EXPECT_THAT(tags("a"), IsEmpty());
}

struct Scored {
  std::int32_t score;  // 0: no tag.
  Strings evidence;
};

void ExpectScore(const RulePack& pack, const SourceArticle& article, const Scored& expected) {
  const std::vector<FoundTag> tags = Tag({pack}, article);
  ASSERT_EQ(tags.empty(), expected.score == 0);
  if (tags.empty()) return;
  EXPECT_EQ(tags[0].score, expected.score);
  EXPECT_EQ(Shown(tags, article), expected.evidence);
}

TEST(ReferenceScores, AddUpWeightsBoostsAndFactors) {
  const RuleNode a = Word("a");
  const RuleNode b = Word("b");
  RulePack pack = Pack({MakeTopic("t", {Item(10, a, 2), Item(-15, b)}, 10)});
  pack.boosts = {{"title", 3, {}}, {"lead", 2, {}}};
  ExpectScore(pack, Article({{"body", "A"}}), {20, {"A"}});
  ExpectScore(pack, Article({{"body", "x\n\nx\n\nA a a"}}), {20, {"A", "a"}});
  ExpectScore(pack, Article({{"body", "x\n\nx\n\nA a"}, {"title", "aa. a."}}), {40, {"a", "A"}});
  ExpectScore(pack, Article({{"body", "A b"}}), {0, {}});
  // A list's factors.
  pack = Pack({MakeTopic("t", {Item(2, List("l"), 2)})});
  pack.lists = {{"l", "", "", {{"a", 5, false, 1}, {"Bo", 7, true, 2}, {"c", 1, false, 3}}, {}}};
  ExpectScore(pack, Article({{"body", "c bo Bo a"}}), {24, {"Bo", "a"}});
  pack.topics[0].scores = {Item(2, Outside(List("l"), Phrase("a c")), 9)};
  ExpectScore(pack, Article({{"body", "a c a Bo"}}), {24, {"Bo", "a"}});
  // Expressions that are no leaf: the counted places, and the hits in them.
  pack = Pack({MakeTopic("t", {Item(4, Near(1, a, b), 5)})});
  ExpectScore(pack, Article({{"body", "a x b x x x b a x x x a"}}), {8, {"a", "b", "b", "a"}});
  // With `when`, and the limit of `emit`.
  pack.topics[0].when = Word("x");
  ExpectScore(pack, Article({{"body", "a b"}}), {0, {}});
  ExpectScore(pack, Article({{"body", "x a b"}}), {4, {"a", "b", "x"}});
  pack.topics[0].emit.hits_max = 1;
  ExpectScore(pack, Article({{"body", "x a b"}}), {4, {"a"}});
}

TEST(ReferenceTags, ShowTheTextAroundTheirEvidence) {
  RulePack pack = Pack({WhenTopic("t", Word("a"))});
  pack.topics[0].emit.snippet_bytes = 3;
  const Evidence found = Tag({pack}, Article({{"body", "éé a éé"}}))[0].evidence.at(0);
  EXPECT_EQ(found.start, 5u);
  EXPECT_EQ(found.snippet_start, 2u);
  EXPECT_EQ(found.snippet_end, 9u);
}

TEST(ReferenceTags, ComeByFallingScoreThenById) {
  const RulePack pack =
      Pack({MakeTopic("c", {Item(5, Word("x"))}), MakeTopic("a", {Item(5, Word("x"))}),
            MakeTopic("b", {Item(9, Word("x"))})});
  Strings ids;
  for (const FoundTag& tag : Tag({pack}, Article({{"body", "x"}}))) ids.push_back(tag.topic);
  EXPECT_THAT(ids, ElementsAre("b", "a", "c"));
}

}  // namespace
}  // namespace wiredesk::reference
