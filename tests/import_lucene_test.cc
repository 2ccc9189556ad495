#include "config/import_lucene.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/import_testing.h"

namespace wiredesk {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ImportResult Import(const std::string& text, Diagnostics& diagnostics, bool default_and = false) {
  ImportOptions options;
  options.default_and = default_and;
  return ImportLucene(text, "queries.txt", options, diagnostics);
}

struct Row {
  const char* query;
  const char* rule;
};

TEST(ImportLucene, SaysEachOperatorInTheRuleLanguage) {
  const Row table[] = {
      // Terms.
      {"bank", "bank"},
      {"Bank-Run", "Bank-Run"},
      {R"("new york")", R"("new york")"},
      {R"(a\+b)", R"("a+b")"},
      {R"(new\ york)", R"("new york")"},
      {R"(5\*3)", R"("5\*3")"},
      {R"("say \"it\"")", R"("say \"it\"")"},
      {"Geschäft*", "Geschäft*"},
      {"bank*", "bank*"},
      {"tax*", "/ tax/"},
      {"te?t", R"(/ te\St /)"},
      {"cre*tor", R"(/ cre\S*tor /)"},
      {"*bank", "/bank /"},
      {"*bank*", "/bank/"},
      {"/joh?n(ath[oa]n)/", "/ joh?n(ath[oa]n) /"},
      {"/(Merc|Porsch)e.*/", R"(/ (merc|porsch)e/)"},
      {"/abc|def/", "/ (?:abc|def) /"},
      // Logic.
      {"a b", "{a b}"},
      {"a OR b || c", "{a b c}"},
      {"a AND b && c", "a & b & c"},
      {"+a +b", "a & b"},
      {"a AND NOT b", "a & not b"},
      {"a -b !c", "a & not {b c}"},
      {"+a -(b OR c)", "a & not {b c}"},
      {"(a OR b) AND (c OR d)", "{a b} & {c d}"},
      {"a AND (NOT b)", "a & not b"},
      {"((a))", "a"},
      {"ANDROID AND ORACLE", "ANDROID & ORACLE"},
      {"a OR b AND c", "b & c"},  // As Lucene reads it: a is optional.
      {"a AND b OR c", "a & b"},  // Likewise c.
      {"+a b", "a"},
      {"a OR (b AND c)", "a | b & c"},
      // Fields.
      {"title:a", "title:a"},
      {R"(title:"a b" AND body:c)", R"(title:"a b" & body:c)"},
      {"title:(a OR b)", "title:{a b}"},
      {"title:(+a +b)", "title:(a & b)"},
      {"title:(a -b)", "title:(a & not b)"},
      {"title:bank* lead:c", "title:bank* | lead:c"},
      {"text:a headline:b", "a | title:b"},
      {"source:Reuters AND a", "source = Reuters & a"},
      {R"(+source:("AP News" OR afp) +a)", R"(source in {"AP News" afp} & a)"},
      {"a AND NOT category:sport", "a & not category = sport"},
      // Numbers.
      {"version:[2 TO 5] AND a", "version >= 2 & version <= 5 & a"},
      {"version:{2 TO 5.5} AND a", "version > 2 & version < 5.5 & a"},
      {"version:[2 TO *] AND a", "version >= 2 & a"},
      {"version:>=2 AND version:<7 AND a", "version >= 2 & version < 7 & a"},
      // Distances.
      {R"("a b"~0)", R"("a b")"},
      {R"("a b"~1)", "a BEFORE/1 b"},
      {R"("a b"~5)", "a BEFORE/5 b | b BEFORE/3 a"},
      {R"(title:"a b"~1)", "title:(a BEFORE/1 b)"},
      {R"("a b c"~1)", "a BEFORE/0 b BEFORE/1 c | a BEFORE/1 b BEFORE/0 c"},
      {R"("a b c d e"~20)", "a NEAR/20 b NEAR/20 c NEAR/20 d NEAR/20 e"},
      // Ranking.
      {"a^2 OR (b c)^0.5", "{a b c}"},
  };
  for (const Row& row : table) {
    Diagnostics diagnostics;
    ExpectRule(Import(row.query, diagnostics), row.rule, row.query);
    EXPECT_FALSE(HasErrors(diagnostics)) << row.query << "\n" << Render(diagnostics);
  }
}

TEST(ImportLucene, RequiresAllTermsWhereAskedTo) {
  const Row table[] = {
      {"a b", "a & b"},
      {"a OR b", "{a b}"},
      {"a b OR c", "a"},  // As Lucene reads it.
      {"a -b", "a & not b"},
      {"title:(a b)", "title:(a & b)"},
      {"(a OR b) c", "{a b} & c"},
  };
  for (const Row& row : table) {
    Diagnostics diagnostics;
    ExpectRule(Import(row.query, diagnostics, true), row.rule, row.query);
    EXPECT_FALSE(HasErrors(diagnostics)) << row.query << "\n" << Render(diagnostics);
  }
}

TEST(ImportLucene, NamesWhatItCannotExpress) {
  const struct {
    const char* query;
    int column;
    const char* message;
  } table[] = {
      {"a roam~", 3, "a fuzzy term can't be expressed: roam~"},
      {"roam~0.8", 1, "can't be expressed: roam~0.8"},
      {"a AND *:*", 7, "\"*:*\" can't be expressed"},
      {"a *", 3, "\"*\" alone can't be expressed"},
      {"_exists_:title", 1, "a test for a field can't be expressed"},
      {"title:*", 7, "\"*\" alone"},
      {"x*", 1, "a wildcard here"},
      {"a ?", 3, "holds no word"},
      {"date:[2020-01-01 TO now] AND a", 1, "a range of anything but numbers"},
      {"title:[a TO b]", 1, "a range of anything but numbers"},
      {"title:>=3 AND a", 1, "a range of a text"},
      {"when:>=3 AND a", 1, "a field of this name"},
      {"v:[* TO *] AND a", 1, "a range without bounds"},
      {"[1 TO 2]", 1, "a range needs a field"},
      {"foo:bar", 1, "the field \"foo\" is not known"},
      {"title:(a body:b)", 10, "a field inside a field"},
      {"/a.*b@/", 1, "an operator of Lucene's regexes"},
      {"/a?/", 1, "the regex"},
      {"/ab cd/", 1, "a space in a regex for one word"},
      {R"("a b"~60)", 1, "a distance of more than 50 words"},
      {"source:reu* AND a", 8, "a wildcard in a value"},
      {"source:(a AND b) AND c", 1, "only values with OR between"},
      {"NOT a", 1, "nothing must occur in the text"},
      {"a OR -b OR source:x", 1, "nothing must occur in the text"},
      {"source:x", 1, "nothing must occur in the text"},
      {"...", 1, "holds no word"},
      {"ab \x01 cd", 4, "a control character"},
      {"ab \xff", 4, "not valid UTF-8"},
      // Not well formed.
      {"(a b", 1, "this \"(\" is never closed"},
      {"a)", 2, "\")\" closes nothing"},
      {"\"a b", 1, "this string is not closed"},
      {"/ab", 1, "this regex is not closed"},
      {"AND a", 1, "this operator lacks an operand"},
      {"a OR", 3, "this operator lacks an operand"},
      {"a AND )", 3, "this operator lacks an operand"},
      {"()", 2, "a term is missing"},
      {"a -", 4, "a term is missing"},
      {"title:", 7, "a term is missing"},
      {"a^", 2, "\"^\" needs a number"},
      {R"("a b"~x)", 1, "\"~\" needs a number"},
      {"a ]", 3, "\"]\" can't stand here"},
      {"v:[1 2] a", 1, "a range is written [a TO b]"},
  };
  for (const auto& row : table) {
    Diagnostics diagnostics;
    const ImportResult result = Import(row.query, diagnostics);
    EXPECT_EQ(result.left_out, 1U) << row.query;
    EXPECT_THAT(result.pack.topics, IsEmpty()) << row.query;
    ASSERT_FALSE(diagnostics.empty()) << row.query;
    EXPECT_THAT(diagnostics.back().message, HasSubstr(row.message)) << row.query;
    EXPECT_EQ(diagnostics.back().position.column, row.column) << row.query;
    EXPECT_EQ(diagnostics.back().source_line, row.query);
  }
}

TEST(ImportLucene, WarnsOfWhatIsLeftOutOrDiffers) {
  Diagnostics diagnostics;
  Import("+a b\na^2\nx OR y AND z\n\"a b c\"~2\n\"a b c d\"~30", diagnostics);
  EXPECT_THAT(
      Said(diagnostics),
      ElementsAre(HasSubstr("warning 1:4 rule \"+a b\": \"b\" is left out: beside required terms"),
                  HasSubstr("warning 2:2 rule \"a^2\": the boost ^2 is left out"),
                  HasSubstr("warning 3:1 rule \"x OR y AND z\": AND and OR side by side"),
                  HasSubstr("warning 3:1 rule \"x OR y AND z\": \"x\" is left out"),
                  HasSubstr("warning 4:1 rule \"\"a b c\"~2\": the words are found in this order"),
                  HasSubstr("warning 5:1 rule \"\"a b c d\"~30\": each word may be 30 words")));
}

TEST(ImportLucene, ReadsNamesJsonAndComments) {
  Diagnostics diagnostics;
  const ImportResult result = Import(
      "\xEF\xBB\xBF# a comment\r\n"
      "Big banks\tbank* OR insurer\r\n"
      "\n"
      "plain\n"
      R"({"id":"q:7","query":"a AND \"b c\""})"
      "\n"
      R"({"name":"Ganz n\u00f6tig","id":"q:8","query":"\u00e4 AND foo:x"})"
      "\n"
      R"({"id":"q:9"})"
      "\n"
      "Big banks\tbank*",
      diagnostics);
  ASSERT_EQ(result.pack.topics.size(), 3U);
  EXPECT_EQ(result.pack.topics[0].id, "Big-banks");
  EXPECT_EQ(result.pack.topics[0].label, "Big banks");
  EXPECT_EQ(WriteRuleText(*result.pack.topics[0].when), "{bank* insurer}");
  EXPECT_EQ(result.pack.topics[1].id, "query-4");
  EXPECT_EQ(result.pack.topics[1].label, "plain");
  EXPECT_EQ(result.pack.topics[2].id, "q:7");
  EXPECT_EQ(WriteRuleText(*result.pack.topics[2].when), "a & \"b c\"");
  // "foo" stands behind two escapes, of which each is one character of the query.
  EXPECT_THAT(Said(diagnostics),
              ElementsAre("error 7:1 this JSON object holds no query",
                          "error 6:58 rule \"Ganz nötig\": the field \"foo\" is not known",
                          HasSubstr("warning 8:11 rule \"Big banks\": the id Big-banks is there")));
}

TEST(ImportLucene, NumbersQueriesWhoseNameGivesNoId) {
  Diagnostics diagnostics;
  const ImportResult result = Import("危机\tcrisis\n(\tloss\n\tgain\n", diagnostics);
  EXPECT_THAT(Said(diagnostics), ElementsAre());
  ASSERT_EQ(result.pack.topics.size(), 3U);
  EXPECT_EQ(result.pack.topics[0].id, "query-1");
  EXPECT_EQ(result.pack.topics[0].label, "危机");
  EXPECT_EQ(result.pack.topics[1].id, "query-2");
  EXPECT_EQ(result.pack.topics[2].id, "query-3");
  EXPECT_EQ(result.pack.topics[2].label, "gain");
}

TEST(ImportLucene, PutsNamesOfSeveralLinesOnOne) {
  Diagnostics diagnostics;
  const ImportResult result = Import(R"({"id":"q","name":"a\nb","query":"c"})", diagnostics);
  ASSERT_EQ(result.pack.topics.size(), 1U);
  EXPECT_EQ(result.pack.topics[0].label, "a b");
}

TEST(ImportLucene, LeavesOutWhatAPackCannotHold) {
  const std::string fits(1000, 'a');
  std::string many;
  for (int i = 0; i < 40; ++i) many += fmt::format("word{} ", i);
  Diagnostics diagnostics;
  const ImportResult result = Import(fits + "\n" + fits + "a\n\"" + fits + " b\"\n" + fits +
                                         "?\nx AND source:" + fits + "a\n\"" + many + "\"~3",
                                     diagnostics);
  EXPECT_EQ(result.pack.topics.size(), 1U);
  EXPECT_EQ(result.left_out, 5U);
  EXPECT_THAT(Said(diagnostics), testing::Each(AnyOf(HasSubstr("a pack can't hold this rule: "),
                                                     HasSubstr("warning 6:1 rule"))));
}

TEST(ImportLucene, GivesARuleOrAReasonForAnyText) {
  ExpectRuleOrReason(
      {" ", "a",   "when",  "bank*", "te?t", "*",      "\"",      "\"a b\"",    "(",      ")", "+",
       "-", "!",   " AND ", " OR ",  "NOT",  "title:", "source:", "v:[1 TO 5]", "/ab+c/", "/", "[",
       "]", "~",   "~2",    "^2",    "\\",   "ä",      "\t",      "5",          "'",      "{", "}",
       ":", ">=3", "#",     "=",     "@x",   "&&",     "|",       "//"},
      [](const std::string& query, Diagnostics& diagnostics) {
        return Import("bank " + query, diagnostics);
      });
}

TEST(ImportLucene, SurvivesDeepAndLongQueries) {
  Diagnostics diagnostics;
  EXPECT_EQ(Import(std::string(100'000, '('), diagnostics).left_out, 1U);
  std::string many = "a";
  for (int i = 0; i < 5000; ++i) many += " OR t" + std::to_string(i);
  EXPECT_EQ(Import(many, diagnostics).left_out, 0U);
}

}  // namespace
}  // namespace wiredesk
