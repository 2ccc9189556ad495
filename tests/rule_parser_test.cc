#include "config/rule_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using std::string_view_literals::operator""sv;

constexpr std::string_view kHeader = "pack p version 1 language en\n";

constexpr std::string_view kWholePack = R"(# comment to end of line
pack mediatopics-en  version 2019.1  language en      # must come first
boost  title 3, heading 2, body 1
let cyber = { cyberattack~ "data breach" ransomware }
let front = title:{ @cyber outage }
topic medtop:04000000 "economy, business and finance"  # only a name and a place in the tree
topic medtop:20000174 "bankruptcy" parent medtop:04000000 {
  score  40 "chapter 11"   15 creditor~ max 2   20 title:{insolvency insolvent}
         -50 "tax bankruptcy joke"  10 @cyber max 3   8 /chapter (7|11)/   12 =Acme  5 ="Acme Inc"
  need   30
  test yes title:"Acme seeks creditor protection"
           body:"The retailer’s creditors met after it filed for Chapter 11."
  score  +7 @front
  test no  body:“He called the policy \"morally\" \\ bankrupt.”
}
)";

std::optional<RulePack> Parse(std::string_view text, Diagnostics& diagnostics) {
  return ParseRulePack(text, "desk.rules", diagnostics);
}

// The pack, which must have neither errors nor warnings.
RulePack ParseWell(std::string_view text) {
  Diagnostics diagnostics;
  std::optional<RulePack> pack = Parse(text, diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty()) << Render(diagnostics);
  EXPECT_TRUE(pack);
  return pack ? *std::move(pack) : RulePack();
}

// "line:column message" of each error of a pack that must be refused; warnings are left out.
std::vector<std::string> ErrorsOf(std::string_view text) {
  Diagnostics diagnostics;
  EXPECT_FALSE(Parse(text, diagnostics)) << text;
  std::vector<std::string> errors;
  for (const Diagnostic& d : diagnostics) {
    EXPECT_EQ(d.file, "desk.rules");
    if (d.severity == Diagnostic::Severity::kWarning) continue;
    errors.push_back(fmt::format("{}:{} {}", d.position.line, d.position.column, d.message));
  }
  return errors;
}

// Of a pack with a good first line, so that `text` begins in line 2.
std::vector<std::string> ErrorsBehindHeader(std::string_view text) {
  return ErrorsOf(std::string(kHeader) + std::string(text));
}

// The only score of a topic, with `lets` before it.
RuleNode ParseTerm(std::string_view term, std::string_view lets = "") {
  RulePack pack =
      ParseWell(fmt::format("{}{}\ntopic t \"T\" {{ score 1 {} need 1 }}", kHeader, lets, term));
  EXPECT_THAT(pack.topics, SizeIs(1));
  return std::move(pack.topics.at(0).scores.at(0).term);
}

TEST(RuleParserTest, ReadsAWholePack) {
  const RulePack pack = ParseWell(kWholePack);
  EXPECT_EQ(pack.file, "desk.rules");
  EXPECT_EQ(pack.name, "mediatopics-en");
  EXPECT_EQ(pack.version, "2019.1");
  EXPECT_EQ(pack.language, "en");
  ASSERT_THAT(pack.boosts, SizeIs(3));
  EXPECT_EQ(pack.boosts[1].field, "heading");
  EXPECT_EQ(pack.boosts[1].factor, 2);
  ASSERT_THAT(pack.topics, SizeIs(2));
  EXPECT_EQ(pack.topics[0].id, "medtop:04000000");
  EXPECT_EQ(pack.topics[0].label, "economy, business and finance");
  EXPECT_FALSE(pack.topics[0].has_rule);

  const Topic& topic = pack.topics[1];
  EXPECT_TRUE(topic.has_rule);
  EXPECT_EQ(topic.parent, "medtop:04000000");
  EXPECT_EQ(topic.need, 30);
  EXPECT_EQ(topic.position.line, 7);
  EXPECT_EQ(topic.position.column, 7);
  std::vector<std::string> scores;
  for (const ScoreItem& item : topic.scores) {
    scores.push_back(fmt::format("{} x{} {}", item.weight, item.hits_max, ShowNode(item.term)));
  }
  EXPECT_THAT(scores, ElementsAre("40 x1 (phrase chapter 11)", "15 x2 (inflected creditor)",
                                  "20 x1 (field title (any (word insolvency) (word insolvent)))",
                                  "-50 x1 (phrase tax bankruptcy joke)", "10 x3 (macro cyber)",
                                  "8 x1 (regex chapter (7|11))", "12 x1 (exact Acme)",
                                  "5 x1 (exact Acme Inc)", "7 x1 (macro front)"));
  ASSERT_THAT(topic.tests, SizeIs(2));
  EXPECT_TRUE(topic.tests[0].expected);
  EXPECT_EQ(topic.tests[0].fields[0].text, "Acme seeks creditor protection");
  EXPECT_EQ(topic.tests[0].fields[1].text,
            "The retailer’s creditors met after it filed for Chapter 11.");
  EXPECT_FALSE(topic.tests[1].expected);
  EXPECT_EQ(topic.tests[1].fields[0].text, "He called the policy \"morally\" \\ bankrupt.");
}

TEST(RuleParserTest, ReadsEveryStatement) {
  const RulePack pack = ParseWell(
      "pack p version 1 language de\n"
      "fold accents fields title, lead, body, summary\n"
      "boost title 3, lead 2, summary 1\n"
      "let noise = title:{schedule diary}\n"
      "let both = noise & diary\n"
      "exclude everywhere @noise exclude everywhere lang = en | @both\n"
      "topic a \"A\" {\n"
      "  state shadow\n"
      "  when @noise & not source = x\n"
      "  emit hits 20, snippet 80\n"
      "  test yes title:\"a\" heading:\"b\" summary:\"c\\nd\" source:\"e\" language:\"de\"\n"
      "           category:\"f\" id:\"g\"\n"
      "}\n"
      "topic b \"B\" { state draft emit tag when x score 1 y need 1 }\n"
      "topic c \"C\" { state live emit snippet 5 when version > 1 & x\n"
      "  test no version:\"1\" body:\"x\" }\n");
  EXPECT_EQ(ShowPack(pack),
            "pack p version 1 language de fold true\n"
            "field title\nfield lead\nfield body\nfield summary\n"
            "boost title 3\nboost lead 2\nboost summary 1\n"
            "let noise (field title (any (word schedule) (word diary)))\n"
            "let both (and (word noise) (word diary))\n"
            "exclude (macro noise)\n"
            "exclude (or (metadata lang = <en>) (macro both))\n"
            "topic a <A> parent <> rule true state 1 need 1 emit 20 80\n"
            "  when (and (macro noise) (not (metadata source = <x>)))\n"
            "  test true title:<a> heading:<b> summary:<c\nd> source:<e> language:<de> "
            "category:<f> id:<g>\n"
            "topic b <B> parent <> rule true state 0 need 1 emit 0 0\n"
            "  when (word x)\n"
            "  score 1 (word y) max 1\n"
            "topic c <C> parent <> rule true state 2 need 1 emit -1 5\n"
            "  when (and (metadata version > <1>) (word x))\n"
            "  test false version:<1> body:<x>\n");
}

// The blocks of docs/RULES.md that begin with "```LANGUAGE".
std::vector<std::string> BlocksOfGuide(std::string_view language) {
  std::ifstream file(WIREDESK_SOURCE_DIR "/docs/RULES.md");
  const std::string guide{std::istreambuf_iterator<char>(file), {}};
  const std::string fence = fmt::format("```{}\n", language);
  std::vector<std::string> blocks;
  for (std::size_t at = guide.find(fence); at != std::string::npos; at = guide.find(fence, at)) {
    at += fence.size();
    blocks.push_back(guide.substr(at, guide.find("```", at) - at));
  }
  return blocks;
}

TEST(RuleParserTest, ReadsTheExamplesOfItsGuide) {
  const std::vector<std::string> blocks = BlocksOfGuide("rules");
  ASSERT_THAT(blocks, SizeIs(2));
  const RulePack first = ParseWell(blocks[0]);
  ASSERT_THAT(first.topics, SizeIs(2));
  EXPECT_THAT(first.topics[1].scores, SizeIs(5));
  EXPECT_THAT(first.topics[1].tests, SizeIs(2));
  const RulePack second = ParseWell(blocks[1]);
  EXPECT_THAT(second.lets, SizeIs(2));
  ASSERT_THAT(second.topics, SizeIs(2));
  EXPECT_EQ(second.topics[0].when->children.size(), 4U);
  EXPECT_EQ(second.topics[1].state, TopicState::kShadow);
  for (const std::string& json : BlocksOfGuide("json")) ParseWell(json);
  EXPECT_THAT(BlocksOfGuide("json"), SizeIs(1));
}

TEST(RuleParserTest, LineEndsMeanNothing) {
  std::string one_line;
  for (const char c : kWholePack.substr(kWholePack.find('\n') + 1)) one_line += c == '\n' ? ' ' : c;
  one_line.erase(one_line.find("# must"), 17);
  one_line.erase(one_line.find("# only"),
                 std::string_view("# only a name and a place in the tree").size());
  EXPECT_THAT(ParseWell(one_line).topics, SizeIs(2));
  EXPECT_THAT(
      ParseWell(
          "pack p\nversion\n1\nlanguage\nany\n\ntopic\r\na\n\"A\"\nparent\nb\n{\nscore\n1\n{\n"
          "a\n}\nmax\n2\nneed\n1\n}")
          .topics,
      SizeIs(1));
}

TEST(RuleParserTest, SkipsAByteOrderMark) {
  const RulePack pack = ParseWell("\xEF\xBB\xBFpack p version 1 language any");
  EXPECT_EQ(pack.name, "p");
}

struct TermCase {
  std::string_view text;
  std::string_view shown;
};

TEST(RuleParserTest, ReadsTerms) {
  const TermCase cases[] = {
      {"crisis", "(word crisis)"},
      {"2008", "(word 2008)"},
      {"AT&T", "(word AT&T)"},
      {"état", "(word état)"},
      {"state", "(word state)"},  // Keyword of a later version, but only where a clause begins.
      {"“mid-day”", "(phrase mid-day)"},
      {"\"it’s\"", "(phrase it’s)"},
      {"creditor~", "(inflected creditor)"},
      {"=\"U.S.\"", "(exact U.S.)"},
      {R"(/a\/b or c/)", "(regex a/b or c)"},
      {"{a {b \"c d\"} /chapter 7/}",
       "(any (word a) (any (word b) (phrase c d)) (regex chapter 7))"},
      {"{title:a body : x}", ""},
      {"heading:=Acme", "(field heading (exact Acme))"},
      {"title: {a}", "(field title (any (word a)))"},
      {"{title:a body:b}", "(any (field title (word a)) (field body (word b)))"},
  };
  for (const TermCase& c : cases) {
    if (c.shown.empty()) {
      EXPECT_THAT(ErrorsBehindHeader(fmt::format("topic t \"T\" {{ score 1 {} }}", c.text)),
                  ElementsAre(HasSubstr("expected a term, found \":\"")));
    } else if (c.text.starts_with('/') && c.text.find("\\/") != std::string_view::npos) {
      Diagnostics diagnostics;  // A warning: no slash is ever in the text.
      const auto pack = Parse(
          fmt::format("{}topic t \"T\" {{ score 1 {} need 1 }}", kHeader, c.text), diagnostics);
      ASSERT_TRUE(pack);
      EXPECT_THAT(diagnostics, SizeIs(1));
      EXPECT_EQ(ShowNode(pack->topics[0].scores[0].term), c.shown);
    } else {
      EXPECT_EQ(ShowNode(ParseTerm(c.text)), c.shown);
    }
  }
}

TEST(RuleParserTest, PutsTermsWhereTheyStand) {
  const RulePack pack = ParseWell(
      "pack p version 1 language en\ntopic t \"é\" {\n  score 4 {“é” b~} -5 =\"c d\"\nneed 1 }");
  const auto& scores = pack.topics[0].scores;
  const RuleNode& set = scores[0].term;
  const auto place = [](const SourcePosition& p) {
    return fmt::format("{}:{}+{}", p.line, p.column, p.length);
  };
  EXPECT_EQ(place(scores[0].position), "3:9+1");
  EXPECT_EQ(place(set.position), "3:11+1");
  EXPECT_EQ(place(set.children[0].position), "3:12+8");
  EXPECT_EQ(place(set.children[1].position), "3:21+2");
  EXPECT_EQ(place(scores[1].position), "3:25+2");
  EXPECT_EQ(place(scores[1].term.position), "3:28+6");
}

TEST(RuleParserTest, KeepsMacrosByTheirNames) {
  const RulePack pack = ParseWell(std::string(kHeader) +
                                  "let a = x let b = {@a y}\ntopic t \"T\" { score 1 @b need 1 }");
  EXPECT_EQ(ShowNode(pack.topics.at(0).scores.at(0).term), "(macro b)");
  ASSERT_THAT(pack.lets, SizeIs(2));
  EXPECT_EQ(pack.lets[0].name, "a");
  EXPECT_EQ(ShowNode(pack.lets[0].node), "(word x)");
  EXPECT_EQ(ShowNode(pack.lets[1].node), "(any (macro a) (word y))");
}

TEST(RuleParserTest, WarnsWhenATopicHasNoNeed) {
  Diagnostics diagnostics;
  const auto pack = Parse(std::string(kHeader) + "topic t \"T\" {\n score 5 x }", diagnostics);
  ASSERT_TRUE(pack);
  EXPECT_EQ(pack->topics[0].need, 1);
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(diagnostics[0].severity, Diagnostic::Severity::kWarning);
  EXPECT_EQ(diagnostics[0].position.line, 2);
  EXPECT_THAT(diagnostics[0].message, HasSubstr("no need"));
}

TEST(RuleParserTest, ShowsTheLineWithACaret) {
  Diagnostics diagnostics;
  Parse(std::string(kHeader) + "tpic medtop:1 \"x\"\n", diagnostics);
  EXPECT_THAT(Render(diagnostics), HasSubstr("desk.rules:2:1: error: unknown keyword \"tpic\"\n"
                                             "    2 | tpic medtop:1 \"x\"\n"
                                             "      | ^~~~\n"
                                             "   help: did you mean \"topic\"?\n"));
}

struct ErrorCase {
  std::string_view text;   // Behind the header, so that it begins in line 2.
  std::string_view error;  // "line:column message", begins so.
};

const ErrorCase kStatementErrors[] = {
    {"pack q", "2:1 a second pack line"},
    {"boost bdy 2", "2:7 unknown field \"bdy\""},
    {"boost title 2, title 3", "2:16 a second boost for \"title\""},
    {"boost title 2 boost body 3", "2:15 a second boost"},
    {"boost title 101", "2:13 the factor must be from 0 to 100"},
    {"boost title 99999999999999999999", "2:13 the factor must be"},
    {"boost title two", "2:13 expected the factor, a whole number"},
    {"boost", "2:6 expected a field"},
    {"let 1a = x", "2:5 \"1a\" can't be a name"},
    {"let a x", "2:7 expected \"=\", found \"x\""},
    {"let a = {x}\nlet a = y", "3:5 \"a\" is named twice; first in line 2"},
    {"let a = @b", "2:9 unknown name \"@b\""},
    {"let a = @a", "2:9 unknown name \"@a\""},
    {"score 5 x", "2:1 \"score\" stands outside a topic"},
    {"}", "2:1 expected topic, let, file, fields, boost, exclude or fold, found \"}\""},
    {"{ a }", "2:1 a \"{\" that belongs to no topic"},
    {"\"x\"", "2:1 expected topic, let, file, fields, boost, exclude or fold, found the string"},
    {"fields", "2:7 expected a field, found the end of the file"},
    {"fields title body", "2:14 unknown keyword \"body\""},
    {"fields title, title", "2:15 field \"title\" is there twice"},
    {"fields source", "2:8 \"source\" is metadata, not text"},
    {"fields 1st", "2:8 \"1st\" can't be a field"},
    {"fields max", "2:8 \"max\" can't be a field"},
    {"fields a fields b", "2:10 a second fields"},
    {"fields a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", "2:40 a pack may have at most 16 fields"},
    {"fold", "2:5 expected \"accents\""},
    {"fold acents", "2:6 expected \"accents\", found \"acents\""},
    {"fold accents fold accents", "2:19 a second fold accents"},
    {"exclude @x", "2:9 expected \"everywhere\", found \"@x\""},
    {"exclude everywhere", "2:19 expected a term"},
    {"exclude everywhere a b", "2:22 expected an operator, found \"b\""},
    {"let topic = x", "2:5 \"topic\" can't be a name"},
    {"let a = b c", "2:11 expected an operator, found \"c\""},
    {"file a", "2:7 expected \"=\""},
    {"file a = x", "2:10 expected the path of a file, found \"x\""},
    {"file a = \"\"", "2:10 this is no path of a file"},
    {"file a = \"no/such.tsv\"", "2:10 can't read the list no/such.tsv: No such file"},
    {"state live", "2:1 \"state\" stands outside a topic"},
    {"topic", "2:6 expected the topic's id, found the end of the file"},
    {"topic \"T\"", "2:7 expected the topic's id, found the string \"T\""},
    {"topic t", "2:8 expected the topic's label"},
    {"topic t bankruptcy", "2:9 expected the topic's label, found \"bankruptcy\""},
    {"topic t 'T'", "2:9 expected the topic's label, found \"'\""},
    {"topic t \" \"", "2:9 this label is empty"},
    {"topic t \"T", "2:9 this string is never closed"},
    {"topic t \"T\" paren u", "2:13 unknown keyword \"paren\""},
    {"topic t \"T\" parent", "2:19 expected the parent's id"},
    {"topic t \"T\" parent a parent b", "2:22 a second parent"},
    {"topic t \"T\" parent t", "2:20 topic \"t\" is its own ancestor"},
    {"topic t \"T\"\ntopic t \"U\"", "3:7 topic \"t\" is there twice; first in line 2"},
    {"topic t \"T\"\n  need 5\n}", "3:3 \"need\" stands outside a topic"},
    {"topic t \"T\" { score 5 x", "2:13 topic \"t\" is never closed"},
    {"topic t \"T\" { score 5 x\ntopic u \"U\"", "2:13 topic \"t\" is never closed"},
    {"topic t \"T\" { }", "2:7 topic \"t\" has neither when nor score"},
    {"topic t \"T\" { need 3 test yes body:\"x\" }", "2:7 topic \"t\" has neither when nor score"},
};

// In the braces of a topic, of which "{" is in line 2.
const ErrorCase kClauseErrors[] = {
    {"scroe 5 x", "3:1 unknown keyword \"scroe\""},
    {"exclude everywhere x", "3:1 \"exclude\" stands inside of a topic"},
    {"when x when y", "3:8 a second when"},
    {"when x need 3", "2:50 topic \"t\" has a need but no score"},
    {"state", "4:1 expected draft, shadow or live"},
    {"state lve", "3:7 expected draft, shadow or live, found \"lve\""},
    {"state live state live", "3:12 a second state"},
    {"emit", "4:1 expected tag, hits or snippet"},
    {"emit hits", "4:1 expected hits, a whole number from 1 to 1,000"},
    {"emit hits 0", "3:11 hits must be from 1 to 1,000"},
    {"emit hits 1, hits 2", "3:14 a second hits"},
    {"emit tag emit tag", "3:10 a second emit"},
    {"emit snippet 1001", "3:14 snippet must be from 1 to 1,000"},
    {"5 x", "3:1 unknown keyword \"5\""},
    {"{x}", "3:1 expected when, score, need, state, emit, test or \"}\", found \"{\""},
    {"score", "3:1 this score has no terms"},
    {"score need 3", "3:1 this score has no terms"},
    {"score x", "3:7 expected a weight before \"x\""},
    {"score \"x\"", "3:7 expected a weight before the string \"x\""},
    {"score 5 x \"y\"", "3:11 expected a weight before the string \"y\""},
    {"score 5 x, 6 y", "3:10 expected a weight, found \",\""},
    {"score 0 x", "3:7 a weight of 0"},
    {"score 1000001 x", "3:7 a weight must be from -1,000,000 to 1,000,000"},
    {"score -1000001 x", "3:7 a weight must be from"},
    {"score 4.5 x", "3:7 expected a weight, a whole number"},
    {"score - 5 x", "3:7 expected a weight, found \"-\""},
    {"score 5 x max 0", "3:15 max must be from 1 to 1,000"},
    {"score 5 x max 1001", "3:15 max must be"},
    {"score 5 x max y", "3:15 expected max, a whole number from 1 to 1,000"},
    {"score 5", "4:1 expected a term, found \"}\""},
    {"score 5 6 x", "3:11 expected a weight before \"x\""},
    {"score 5 score 6 x", "3:9 \"score\" is a word of the rule language"},
    {"score 5 {}", "3:9 this set is empty"},
    {"score 5 {a, b}", "3:11 a comma in a set"},
    {"score 5 {a b\nneed 3", "3:9 this set is never closed"},
    {"score 5 {a when b}", "3:12 \"when\" is a word of the rule language"},
    {"score 5 tite:x", "3:9 unknown field \"tite\""},
    {"score 5 medtop:1", "3:9 unknown field \"medtop\""},
    {"score 5 title:body:x", "3:15 a field inside a field"},
    {"score 5 title:{a {b body:c}}", "3:21 a field inside a field"},
    {"score 5 title:@front", "3:15 a field inside a field: \"@front\" has one"},
    {"score 5 title:{x @mixed}", "3:18 a field inside a field: \"@mixed\" has one"},
    {"score 5 @frnt", "3:9 unknown name \"@frnt\""},
    {"score 5 \"\"", "3:9 this term is empty"},
    {"score 5 =\" \"", "3:9 this term is empty"},
    {"score 5 //", "3:9 this term is empty"},
    {"score 5 \"a\\nb\"", "3:11 this backslash escapes nothing"},
    {"score 5 “ü\\nb”", "3:14 this backslash escapes nothing"},
    {"score 5 = Acme", "3:9 there is a space after this \"=\""},
    {"score 5 =Acme~", "3:10 expected a word or a string after \"=\""},
    {"score 5 \"x\"~", "3:12 expected a weight, found \"~\""},
    {"score 5 ~x", "3:9 expected a term, found \"~\""},
    {"score 5 $5", "3:9 expected a term, found \"$\""},
    {"score 5 \"open", "3:9 this string is never closed"},
    {"score 5 “open\"", "3:9 this string is never closed"},
    {"score 5 /open", "3:9 this regex is never closed"},
    {"score 5 /chapter\\b/", "3:17 \\b is not supported"},
    {"score 5 /straße(?=x)/", "3:17 look-ahead is not supported"},
    {"score 5 /a*/", "3:10 this regex matches the empty text"},
    {"need", "4:1 expected need, a whole number from 1 to 1,000,000,000"},
    {"need 0", "3:6 need must be"},
    {"need 1000000001", "3:6 need must be"},
    {"need 3 need 4", "3:8 a second need"},
    {"test", "4:1 expected yes or no"},
    {"test maybe body:\"x\"", "3:6 expected yes or no, found \"maybe\""},
    {"test yes", "3:1 this test has no text"},
    {"test no title:\"\" body:\" \"", "3:1 this test has no text"},
    {"test yes \"x\"", "3:10 expected title: or body:, found the string \"x\""},
    {"test yes tilte:\"x\"", "3:10 a test has no field \"tilte\""},
    {"test yes title:x", "3:16 expected a string, found \"x\""},
    {"test yes title:\"x\" title:\"y\"", "3:20 a second title"},
};

void ExpectOneError(const std::string& text, std::string_view expected) {
  const std::vector<std::string> errors = ErrorsBehindHeader(text);
  ASSERT_THAT(errors, testing::Not(IsEmpty())) << text;
  EXPECT_EQ(errors[0].substr(0, expected.size()), expected) << text;
  EXPECT_THAT(errors, SizeIs(1)) << text;
}

TEST(RuleParserTest, RefusesBadStatementsWithOneErrorEach) {
  for (const ErrorCase& c : kStatementErrors) ExpectOneError(std::string(c.text), c.error);
}

TEST(RuleParserTest, RefusesBadClausesWithOneErrorEach) {
  for (const ErrorCase& c : kClauseErrors) {
    const std::string text = fmt::format(
        "let front = title:x let mixed = {{y body:z}} topic t \"T\" {{ test no body:\"ok\"\n{}\n}}",
        c.text);
    ExpectOneError(text, c.error);
  }
}

TEST(RuleParserTest, RefusesBadHeaders) {
  const ErrorCase cases[] = {
      {" # nothing", "1:11 the pack line is missing"},
      {"topic t \"T\"", "1:1 the pack line is missing"},
      {"pack", "1:5 expected a name for the pack"},
      {"pack p language en", "1:1 the pack has no version"},
      {"pack p version 1", "1:1 the pack has no language"},
      {"pack p versoin 1 language en",
       "1:8 expected \"version\" or \"language\", found \"versoin\""},
      {"pack p version 1 version 2 language en", "1:18 a second version"},
      {"pack p version 1 language en language de", "1:39 a second language"},
      {"pack p version 1 language english", "1:27 unknown language \"english\""},
      {"pack p version 1 language EN", "1:27 unknown language \"EN\""},
      {"pack p version 1 language xx", "1:27 unknown language \"xx\""},
      {"pack \"p\" version 1 language en",
       "1:6 expected a name for the pack, found the string \"p\""},
  };
  for (const ErrorCase& c : cases) {
    const std::vector<std::string> errors = ErrorsOf(c.text);
    ASSERT_THAT(errors, SizeIs(1)) << c.text;
    EXPECT_EQ(errors[0].substr(0, c.error.size()), c.error) << c.text;
  }
}

TEST(RuleParserTest, RefusesInflectionsWithoutALanguage) {
  EXPECT_THAT(ErrorsOf("pack p version 1 language any\ntopic t \"T\" { score 5 creditor~ }"),
              ElementsAre("2:23 a pack of language any has no inflections"));
}

TEST(RuleParserTest, SuggestsNearNames) {
  Diagnostics diagnostics;
  Parse(std::string(kHeader) +
            "let cyber = x\ntpic a \"A\"\ntopic t \"T\" {\n scroe 5 x\n score 5 @cybr 5 titel:x\n}",
        diagnostics);
  std::vector<std::string> help;
  for (const Diagnostic& d : diagnostics) help.push_back(d.help);
  EXPECT_THAT(help, ElementsAre("did you mean \"topic\"?", "did you mean \"score\"?",
                                "did you mean \"cyber\"?", "did you mean \"title\"?"));
}

TEST(RuleParserTest, FindsAllErrorsInOneGo) {
  EXPECT_THAT(ErrorsBehindHeader("let a = {x & y}\n"
                                 "topic t \"T\" {\n"
                                 "  score 5 a NEAR/4 {b )}  6 d\n"
                                 "  need 0\n"
                                 "  test maybe body:\"x }\"\n"
                                 "  test yes\n"
                                 "}\n"
                                 "tpic u \"U\" { score 5 @none }\n"
                                 "topic v \"V\" { score 5 {x y }\n"
                                 "topic w \"W\" { score 5 @none }\n"),
              ElementsAre("2:12 expected a term, found \"&\"", "4:23 expected a term, found \")\"",
                          "5:8 need must be from 1 to 1,000,000,000",
                          "6:8 expected yes or no, found \"maybe\"", "7:3 this test has no text",
                          "9:1 unknown keyword \"tpic\"", "10:13 topic \"v\" is never closed",
                          "11:23 unknown name \"@none\""));
}

TEST(RuleParserTest, GoesOnBehindWhatItCanNotRead) {
  // At a misspelt keyword, and at a topic although braces before it are open.
  EXPECT_THAT(
      ErrorsBehindHeader("topic t \"T\" {\n when a b\n scroe 5 x\n}"),
      ElementsAre("3:9 expected an operator, found \"b\"", "4:2 unknown keyword \"scroe\""));
  EXPECT_THAT(ErrorsBehindHeader("topic v \"V\" { score 5 {x ) {\n"
                                 "topic w \"W\" { score 5 a ) b need 0 }"),
              ElementsAre("2:26 expected a term, found \")\"", "2:13 topic \"v\" is never closed",
                          "3:25 expected a weight, found \")\"",
                          "3:34 need must be from 1 to 1,000,000,000"));
}

TEST(RuleParserTest, AllowsAParentOfAnotherPack) {
  EXPECT_EQ(ParseWell(std::string(kHeader) + "topic t \"T\" parent other:1").topics[0].parent,
            "other:1");
}

TEST(RuleParserTest, RefusesACycleOfParentsOnce) {
  EXPECT_THAT(
      ErrorsBehindHeader(
          "topic a \"A\" parent b\ntopic b \"B\" parent c\ntopic c \"C\" parent b\n"
          "topic d \"D\" parent a\ntopic e \"E\" parent f\ntopic f \"F\" parent e\n"),
      ElementsAre("3:20 topic \"b\" is its own ancestor", "6:20 topic \"e\" is its own ancestor"));
}

TEST(RuleParserTest, RefusesWhatIsNotText) {
  EXPECT_THAT(ErrorsOf("pack p\n version \xff 1\n caf\xe9 \xe9\n\x01\n"sv),
              ElementsAre("2:10 this is not valid UTF-8", "3:5 this is not valid UTF-8",
                          "4:1 a control character"));
  EXPECT_THAT(ErrorsOf("pack p\0version 1"sv), ElementsAre("1:7 a control character"));
}

TEST(RuleParserTest, StopsAfterAHundredErrors) {
  std::string text(kHeader);
  for (int i = 0; i < 500; ++i) text += "topic a \"A\" { score 5 @none }\n";
  const std::vector<std::string> errors = ErrorsOf(text);
  ASSERT_THAT(errors, SizeIs(101));
  EXPECT_THAT(errors.back(), HasSubstr("too many errors"));
}

TEST(RuleParserTest, BoundsWarnings) {
  std::string text(kHeader);
  for (int i = 0; i < 500; ++i) text += fmt::format("topic a{} \"A\" {{ score 5 x }}\n", i);
  Diagnostics diagnostics;
  EXPECT_TRUE(Parse(text, diagnostics));
  EXPECT_THAT(diagnostics, SizeIs(100));
}

TEST(RuleParserTest, BoundsNesting) {
  const auto nested = [](std::size_t levels) {
    return "topic t \"T\" { score 5 " + std::string(levels, '{') + "x" + std::string(levels, '}') +
           " need 1 }";
  };
  EXPECT_THAT(ParseWell(std::string(kHeader) + nested(32)).topics, SizeIs(1));
  EXPECT_THAT(ErrorsBehindHeader(nested(33)), ElementsAre(HasSubstr("nested more than 32 deep")));
  EXPECT_THAT(ErrorsBehindHeader(nested(1'000'000)),
              ElementsAre(HasSubstr("nested more than 32 deep")));
  std::string fields = "topic t \"T\" { score 5 ";
  for (int i = 0; i < 100'000; ++i) fields += "title:";
  EXPECT_THAT(ErrorsBehindHeader(fields + "x }").back(), HasSubstr("nested more than 32 deep"));
}

TEST(RuleParserTest, BoundsNestingThroughMacros) {
  std::string text = "let m0 = x\n";
  for (int i = 1; i <= 40; ++i) text += fmt::format("let m{} = @m{}\n", i, i - 1);
  EXPECT_THAT(ErrorsBehindHeader(text)[0], HasSubstr("35:11 this is nested more than 32 deep"));
}

TEST(RuleParserTest, BoundsWhatMacrosExpandTo) {
  std::string text = "let m0 = {x x x x x x x x x x}\n";
  for (int i = 1; i <= 12; ++i) {
    text += fmt::format("let m{} = {{@m{} @m{} @m{} @m{} @m{} @m{} @m{} @m{} @m{} @m{}}}\n", i,
                        i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
  }
  EXPECT_THAT(ErrorsBehindHeader(text), ElementsAre(HasSubstr("too large where they are used")));
}

TEST(RuleParserTest, BoundsLengths) {
  const auto topic = [](std::size_t id, std::size_t label, std::size_t term) {
    return fmt::format("topic {} \"{}\" {{ score 5 \"{}\" need 1 }}", std::string(id, 'i'),
                       std::string(label, 'l'), std::string(term, 't'));
  };
  EXPECT_THAT(ParseWell(std::string(kHeader) + topic(200, 1000, 1000)).topics, SizeIs(1));
  EXPECT_THAT(ErrorsBehindHeader(topic(201, 1001, 1001)), SizeIs(3));
  EXPECT_THAT(ErrorsOf(std::string(kPackBytesMax + 1, ' ')),
              ElementsAre("0:0 the pack has more than 64 MiB"));
}

TEST(RuleParserTest, BoundsTheNumberOfTopics) {
  std::string text(kHeader);
  for (std::size_t i = 0; i < kPackTopicsMax; ++i) text += fmt::format("topic t{} \"T\"\n", i);
  EXPECT_THAT(ParseWell(text).topics, SizeIs(kPackTopicsMax));
  EXPECT_THAT(ErrorsOf(text + "topic a \"T\"")[0], HasSubstr("at most 200,000 topics"));
}

TEST(RuleParserTest, RefusesAnEmptyFileADirectoryAndAMissingFile) {
  EXPECT_THAT(ErrorsOf(""), ElementsAre("0:0 the pack is empty"));
  EXPECT_THAT(ErrorsOf("\xEF\xBB\xBF"), ElementsAre("0:0 the pack is empty"));
  const std::string directory = testing::TempDir();
  for (const std::string& path : {directory, directory + "/no-such-file.rules"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(LoadRulePack(path, diagnostics));
    ASSERT_THAT(diagnostics, SizeIs(1)) << path;
    EXPECT_EQ(diagnostics[0].file, path);
    EXPECT_THAT(diagnostics[0].message, HasSubstr("can't read this rule pack: "));
  }
}

TEST(RuleParserTest, LoadsAFile) {
  const std::string path = testing::TempDir() + "/rule_parser_test.rules";
  std::ofstream(path) << kWholePack;
  Diagnostics diagnostics;
  const auto pack = LoadRulePack(path, diagnostics);
  std::filesystem::remove(path);
  ASSERT_TRUE(pack) << Render(diagnostics);
  EXPECT_EQ(pack->file, path);
  EXPECT_THAT(pack->topics, SizeIs(2));
}

}  // namespace
}  // namespace wiredesk
