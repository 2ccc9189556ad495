#include "config/rule_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/rule_parser.h"
#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Lines before the topic, so that the expression begins in line 9, column 6.
constexpr std::string_view kBefore =
    "pack p version 1 language en\n"
    "fields title, body, summary\n"
    "let front = title:x\n"
    "let both = a & b\n"
    "let set = {a b}\n"
    "let german = lang = de\n"
    "\n"
    "topic t \"T\" {\n";

std::optional<RulePack> Parse(const std::string& text, Diagnostics& diagnostics) {
  return ParseRulePack(text, "desk.rules", diagnostics);
}

RuleNode ParseWhen(std::string_view expression) {
  Diagnostics diagnostics;
  const auto pack = Parse(fmt::format("{}when {}\n}}", kBefore, expression), diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty()) << expression << "\n" << Render(diagnostics);
  return pack ? *pack->topics.at(0).when : RuleNode();
}

// "line:column message" of errors, and of warnings with "warning " before.
std::vector<std::string> Faults(const std::string& text) {
  Diagnostics diagnostics;
  Parse(text, diagnostics);
  std::vector<std::string> faults;
  for (const Diagnostic& d : diagnostics) {
    faults.push_back(fmt::format("{}{}:{} {}",
                                 d.severity == Diagnostic::Severity::kWarning ? "warning " : "",
                                 d.position.line, d.position.column, d.message));
  }
  return faults;
}

std::vector<std::string> FaultsOfWhen(std::string_view expression) {
  return Faults(fmt::format("{}when {}\n}}", kBefore, expression));
}

struct Case {
  std::string_view text;
  std::string_view shown;
};

TEST(RuleExpressionTest, BindsOperatorsByPrecedence) {
  const Case cases[] = {
      {"a", "(word a)"},
      {"(a)", "(word a)"},
      {"a | b & c", "(or (word a) (and (word b) (word c)))"},
      {"a & b | c", "(or (and (word a) (word b)) (word c))"},
      {"(a | b) & c", "(and (or (word a) (word b)) (word c))"},
      {"a | b | c", "(or (word a) (word b) (word c))"},
      {"a & b & c", "(and (word a) (word b) (word c))"},
      {"(a | b) | c", "(or (or (word a) (word b)) (word c))"},
      {"a or b and not c", "(or (word a) (and (word b) (not (word c))))"},
      {"a OR b AND NOT c", "(or (word a) (and (word b) (not (word c))))"},
      {"not a & b", "(and (not (word a)) (word b))"},
      {"not not a", "(not (not (word a)))"},
      {"not (a & b)", "(not (and (word a) (word b)))"},
      {"not a NEAR/3 b", "(not (near/3 (word a) (word b)))"},
      {"a NEAR/3 b & c", "(and (near/3 (word a) (word b)) (word c))"},
      {"a NEAR/3 b | c", "(or (near/3 (word a) (word b)) (word c))"},
      {"a NEAR/3 (b | c)", "(near/3 (word a) (or (word b) (word c)))"},
      {"title:a NEAR/3 b", "(near/3 (field title (word a)) (word b))"},
      {"title:(a NEAR/3 b)", "(field title (near/3 (word a) (word b)))"},
  };
  for (const Case& c : cases) EXPECT_EQ(ShowNode(ParseWhen(c.text)), c.shown) << c.text;
}

TEST(RuleExpressionTest, JoinsProximityFromTheLeft) {
  const Case cases[] = {
      {"a NEAR/7 b NEAR/6 c", "(near/6 (near/7 (word a) (word b)) (word c))"},
      {"a NEAR/7 (b NEAR/6 c)", "(near/7 (word a) (near/6 (word b) (word c)))"},
      {"a NEAR/0 b BEFORE/50 c SENTENCE d PARAGRAPH e OUTSIDE f",
       "(outside (paragraph (sentence (before/50 (near/0 (word a) (word b)) (word c)) (word d)) "
       "(word e)) (word f))"},
      {"{a b} SENTENCE ({c d~} BEFORE/3 \"e f\")",
       "(sentence (any (word a) (word b)) (before/3 (any (word c) (inflected d)) (phrase e f)))"},
  };
  for (const Case& c : cases) EXPECT_EQ(ShowNode(ParseWhen(c.text)), c.shown) << c.text;
}

TEST(RuleExpressionTest, ReadsEveryOperand) {
  const Case cases[] = {
      {"insolven*", "(prefix insolven)"},
      {"e-mail*", "(prefix e-mail)"},
      {"=Acme", "(exact Acme)"},
      {"=\"Acme Inc\"", "(exact Acme Inc)"},
      {"/chapter (7|11)/", "(regex chapter (7|11))"},
      {"\"creditor~ protect*\"",
       "(phrase creditor~ protect* (inflected creditor) (prefix protect))"},
      {"\"the  creditor~, the bank\"",
       "(phrase the creditor~ the bank (word the) (inflected creditor) (word the) (word bank))"},
      {"\"AT & T~\"", "(phrase AT T~ (word AT) (inflected T))"},
      {"\"AT — … T~ ⁰\"", "(phrase AT T~ ⁰ (word AT) (inflected T) (word ⁰))"},
      {"\"5 \\* 3 \\~ 4\"", "(phrase 5 * 3 ~ 4)"},
      {"\"banks \\\"x\\\" bank~\"",
       "(phrase banks \"x\" bank~ (word banks) (word \"x\") "
       "(inflected bank))"},
      {"\"insolv*\"", "(prefix insolv)"},
      {"“Konkurs~”", "(inflected Konkurs)"},
      {"{a {b c} (d NEAR/2 e) title:f @set count lang}",
       "(any (word a) (any (word b) (word c)) (near/2 (word d) (word e)) (field title (word f)) "
       "(macro set) (word count) (word lang))"},
      {"title:(a & not b)", "(field title (and (word a) (not (word b))))"},
      {"lead:a", "(field lead (word a))"},
      {"summary:{a b}", "(field summary (any (word a) (word b)))"},
      {"count(a) >= 3", "(count>=3 (word a))"},
      {"count (a | b) <= 0", "(count<=0 (or (word a) (word b)))"},
      {"title:count(a) >= 2", "(field title (count>=2 (word a)))"},
      {"count", "(word count)"},
      {"count & a", "(and (word count) (word a))"},
      {"atleast 2 of {a \"b c\" {d e}}",
       "(atleast/2 (word a) (phrase b c) (any (word d) (word e)))"},
      {"@both", "(macro both)"},
      {"@topic medtop:04/0.a & a", "(and (topic medtop:04/0.a) (word a))"},
  };
  for (const Case& c : cases) EXPECT_EQ(ShowNode(ParseWhen(c.text)), c.shown) << c.text;
}

TEST(RuleExpressionTest, ReadsMetadata) {
  const Case cases[] = {
      {"source = dpa", "(metadata source = <dpa>)"},
      {"source = \"Dow Jones\"", "(metadata source = <Dow Jones>)"},
      {"source in {dpa \"Dow Jones\" AT&T}", "(metadata source = <dpa> <Dow Jones> <AT&T>)"},
      {"source not in {dpa afp}", "(metadata source != <dpa> <afp>)"},
      {"source NOT in {dpa}", "(metadata source != <dpa>)"},
      {"lang != de", "(metadata lang != <de>)"},
      {"not lang = de & a", "(and (not (metadata lang = <de>)) (word a))"},
      {"version > 1", "(metadata version > <1>)"},
      {"version >= 1.5", "(metadata version >= <1.5>)"},
      {"version < -3", "(metadata version < <-3>)"},
      {"word_count <= 300 | summary = \"x\"",
       "(or (metadata word_count <= <300>) (metadata summary = <x>))"},
      {"id = \"urn:1\"", "(metadata id = <urn:1>)"},
  };
  for (const Case& c : cases) EXPECT_EQ(ShowNode(ParseWhen(c.text)), c.shown) << c.text;
}

TEST(RuleExpressionTest, PutsOperatorsWhereTheyStand) {
  const RuleNode node = ParseWhen("aa & bb NEAR/3 cc | not \"d~ e\"");
  EXPECT_EQ(node.position.column, 24);                          // |
  EXPECT_EQ(node.children[0].position.column, 9);               // &
  EXPECT_EQ(node.children[0].children[1].position.column, 14);  // NEAR/3
  EXPECT_EQ(node.children[0].children[1].position.length, 6);
  const RuleNode& negated = node.children[1];
  EXPECT_EQ(negated.position.column, 26);
  const RuleNode& phrase = negated.children[0];
  EXPECT_EQ(phrase.position.column, 30);
  EXPECT_EQ(phrase.children[0].position.column, 31);
  EXPECT_EQ(phrase.children[0].position.length, 2);
  EXPECT_EQ(phrase.children[1].position.column, 34);
}

TEST(RuleExpressionTest, RefusesWhatHasNoPlacesWherePlacesAreNeeded) {
  const Case cases[] = {
      {"a NEAR/4 (b & c)", "9:18 \"&\" has no places in the text, which \"NEAR/4\" needs"},
      {"(not a) BEFORE/2 b", "9:7 \"not\" has no places"},
      {"a SENTENCE count(b) >= 2", "9:17 count(...) has no places"},
      {"a PARAGRAPH @both", "9:18 @both has no places in the text, which \"PARAGRAPH\" needs"},
      {"a OUTSIDE @topic u", "9:23 @topic has no places"},
      {"lang = de NEAR/3 a", "9:6 a test of lang has no places"},
      {"count(a & b) >= 2", "9:14 \"&\" has no places in the text, which count(...) needs"},
      {"{a (b & c)}", "9:12 \"&\" has no places in the text, which a set needs"},
      {"atleast 1 of {a (not b)}", "9:23 \"not\" has no places in the text, which \"atleast\""},
      {"(a | not b) NEAR/3 c", "9:9 \"|\" has no places"},
      {"title:(a & b) NEAR/3 c", "9:6 title: has no places"},
      {"title:(lang = de)", "9:13 metadata is of the article, not of a field"},
      {"title:(a | @topic u)", "9:24 another topic's rule can't be asked of one field"},
      {"title:@german", "9:12 \"@german\" tests metadata or a topic, which no field has"},
      {"title:@front", "9:12 a field inside a field: \"@front\" has one"},
      {"title:(a | body:b)", "9:17 a field inside a field"},
  };
  for (const Case& c : cases) EXPECT_THAT(FaultsOfWhen(c.text), ElementsAre(HasSubstr(c.shown)));
  EXPECT_THAT(Faults(std::string(kBefore) + "score 5 a & b 6 not c 7 lang = de need 1 }"),
              ElementsAre("9:11 \"&\" has no places in the text, which a score needs",
                          "9:17 \"not\" has no places in the text, which a score needs",
                          "9:25 a test of lang has no places in the text, which a score needs"));
}

TEST(RuleExpressionTest, LetsWhatHasPlacesScore) {
  EXPECT_THAT(Faults(std::string(kBefore) +
                     "score 5 a NEAR/3 b max 2 6 {a (b OUTSIDE c)} -7 a | b 8 title:(a SENTENCE b)"
                     " 9 \"a~ b\" need 1 }"),
              IsEmpty());
}

const Case kErrors[] = {
    {"", "10:1 expected a term, found \"}\""},
    {"a b", "9:8 expected an operator, found \"b\""},
    {"a \"b\"", "9:8 expected an operator, found the string \"b\""},
    {"a near b", "9:8 expected an operator, found \"near\""},
    {"a not b", "9:12 expected \"in\", found \"b\""},
    {"a )", "9:8 expected an operator, found \")\""},
    {"(a b)", "9:9 expected an operator, found \"b\""},
    {"(a", "9:6 this \"(\" is never closed"},
    {"(a & (b | c)", "9:6 this \"(\" is never closed"},
    {"(a\nscore 5 x need 1", "9:6 this \"(\" is never closed"},
    {"a &", "10:1 expected a term, found \"}\""},
    {"& a", "9:6 expected a term, found \"&\""},
    {"a | | b", "9:10 expected a term, found \"|\""},
    {"a &\nscore 5 x need 1", "10:1 expected a term, found \"score\""},
    {"a NEAR b", "9:8 NEAR lacks its number"},
    {"a BEFORE/51 b", "9:8 the number of words between must be from 0 to 50"},
    {"a NEAR/99999999999999 b", "9:8 the number of words between must be from 0 to 50"},
    {"a NEAR/3 not b", "9:15 expected a term, found \"not\""},
    {"NEAR/3 b", "9:6 expected a term, found \"NEAR/3\""},
    {"{a | b | c}", "9:9 \"|\" in a set"},
    {"{a or b}", "9:9 \"or\" in a set"},
    {"{a and b}", "9:9 expected a term, found \"and\""},
    {"{a NEAR/3 b}", "9:9 expected a term, found \"NEAR/3\""},
    {"{a not b}", "9:9 expected a term, found \"not\""},
    {"{a (b NEAR/3 c}", "9:9 this \"(\" is never closed"},
    {"count(a) > 3", "9:15 a count is not compared by \">\""},
    {"count(a)", "10:1 expected \">=\" or \"<=\""},
    {"count(a) >= x", "9:18 expected a count, a whole number from 0 to 1,000,000"},
    {"count(a) >= 1000001", "9:18 a count must be from 0 to 1,000,000"},
    {"coutn(a) >= 3", "9:6 unknown function \"coutn\""},
    {"atleast {a b}", "9:14 expected atleast, a whole number"},
    {"atleast 2 {a b}", "9:16 expected \"of\", found \"{\""},
    {"atleast 2 of a", "9:19 expected \"{\", found \"a\""},
    {"atleast 0 of {a b}", "9:14 atleast must be from 1"},
    {"atleast 3 of {a b}", "9:6 atleast 3 of 2 can't be"},
    {"atleast 2 of {@set}", "9:6 atleast 2 of 1 can't be"},
    {"lang == de", "9:11 \"==\" is written \"=\""},
    {"lang = ", "10:1 expected a value, found \"}\""},
    {"source in dpa", "9:16 expected \"{\", found \"dpa\""},
    {"source in {}", "9:6 this test has no values"},
    {"source in {a, b, c}", "9:18 a comma in a set"},
    {"source in {a\nscore 5 x need 1", "9:16 these values are never closed"},
    {"source = \"\"", "9:6 a value is empty"},
    {"version > one", "9:6 \"one\" is not a number"},
    {"version > \"1 \"", "9:6 \"1 \" is not a number"},
    {"title = x", "9:6 \"title\" is text, not metadata"},
    {"@topic", "10:1 expected the id of a topic"},
    {"@fornt", "9:6 unknown name \"@fornt\""},
    {"ban*", "9:6 a wildcard needs 4 letters before it, and \"ban*\" has fewer"},
    {"anti-dru*", "9:6 a wildcard needs 4 letters"},
    {"üüü*", "9:6 a wildcard needs 4 letters"},
    {"\"the ban*\"", "9:11 a wildcard needs 4 letters"},
    {"\"bank*s\"", "9:11 a wildcard or inflection ends its word"},
    {"\"bank~*\"", "9:12 a wildcard or inflection ends its word"},
    {"=\"bank~ x\"", "9:7 an exact spelling has no wildcards"},
    {"*", "9:6 expected a term, found \"*\""},
    {"!a", "9:6 expected a term, found \"!\""},
};

TEST(RuleExpressionTest, RefusesBadExpressionsWithOneErrorEach) {
  for (const Case& c : kErrors) {
    const std::vector<std::string> faults = FaultsOfWhen(c.text);
    ASSERT_THAT(faults, testing::Not(IsEmpty())) << c.text;
    EXPECT_EQ(faults[0].substr(0, c.shown.size()), c.shown) << c.text;
    EXPECT_THAT(faults, SizeIs(1)) << c.text;
  }
}

TEST(RuleExpressionTest, SaysWhatToWriteInstead) {
  const Case cases[] = {
      {"a near b", "write NEAR in capitals and with a number: X NEAR/5 Y"},
      {"a sentence b", "write SENTENCE in capitals: X SENTENCE Y"},
      {"a b", "join terms by & or |; for any of them put them in braces: {a b}"},
      {"a NEAR/4 not b", "for the word itself, write \"not\" in quotes"},
      {"a NEAR/4 (not b)",
       "write not (X NEAR/n Y), or X OUTSIDE Y for the places of X that are not inside of Y"},
      {"a NEAR b", "say how many words may be between: X NEAR/5 Y"},
      {"langauge = de", "did you mean \"language\"?"},
      {"@fornt", "did you mean \"front\"?"},
  };
  for (const Case& c : cases) {
    Diagnostics diagnostics;
    Parse(fmt::format("{}when {}\n}}", kBefore, c.text), diagnostics);
    ASSERT_THAT(diagnostics, SizeIs(1)) << c.text;
    EXPECT_EQ(diagnostics[0].help, c.shown) << c.text;
  }
}

TEST(RuleExpressionTest, WarnsOfWhatIsProbablyNotMeant) {
  const Case cases[] = {
      {"langauge = de", "warning 9:6 \"langauge\" is taken for a further field"},
      {"count(a) >= 0", "warning 9:6 this count is always true"},
      {"\"5 * 3\"", "warning 9:9 this follows no word and stands for nothing"},
      {"中", "warning 9:6 \"中\" is found inside of other words too"},
      {"\"タ\"", "warning 9:6 \"タ\" is found inside of other words too"},
  };
  for (const Case& c : cases) EXPECT_THAT(FaultsOfWhen(c.text), ElementsAre(std::string(c.shown)));
  EXPECT_THAT(FaultsOfWhen("中国 & é & 한"), IsEmpty());
}

TEST(RuleExpressionTest, BoundsNesting) {
  const auto repeat = [](std::string_view text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  for (int levels : {32, 33, 100'000}) {
    const std::string chain = "a" + repeat(" NEAR/1 a", levels);
    const std::string nots = repeat("not ", levels) + "a";
    const std::string parentheses = repeat("(", levels) + "a" + repeat(")", levels);
    const std::string mixed = repeat("(a & ", levels) + "a" + repeat(")", levels);
    for (const std::string& text : {chain, nots, parentheses, mixed}) {
      if (levels == 32) {
        EXPECT_THAT(FaultsOfWhen(text), IsEmpty()) << text.substr(0, 20);
      } else {
        EXPECT_THAT(FaultsOfWhen(text), ElementsAre(HasSubstr("nested more than 32 deep")))
            << text.substr(0, 20);
      }
    }
  }
  EXPECT_THAT(FaultsOfWhen("a" + repeat(" | a", 50'000) + repeat(" & a", 50'000)), IsEmpty());
}

TEST(RuleExpressionTest, BoundsMembersAndNodes) {
  std::string set = "{";
  for (std::size_t i = 0; i < kMembersMax; ++i) set += "a ";
  EXPECT_THAT(FaultsOfWhen(set + "}"), IsEmpty());
  EXPECT_THAT(FaultsOfWhen(set + "a}"), ElementsAre("9:6 more than 100,000 members"));
  std::string sets = set + "}";
  for (int i = 0; i < 20; ++i) sets += " | " + set + "}";
  EXPECT_THAT(FaultsOfWhen(sets),
              ElementsAre(HasSubstr("a pack may have at most 2,000,000 terms and operators")));
}

TEST(RuleExpressionTest, LargeNamesMayBeUsedOften) {
  // 10,000 rules that use a set of 1,000 terms: shared, not written out.
  std::string text = "pack p version 1 language en\nlet big = {";
  for (int i = 0; i < 1000; ++i) text += fmt::format("w{} ", i);
  text += "}\n";
  for (int i = 0; i < 10'000; ++i) text += fmt::format("topic t{} \"T\" {{ when @big & x }}\n", i);
  EXPECT_THAT(Faults(text), IsEmpty());
}

}  // namespace
}  // namespace wiredesk
