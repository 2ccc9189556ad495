#include "config/import_extra.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/file_text.h"
#include "tests/import_testing.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string JsonLine(const std::string& query) {
  std::string escaped;
  for (const char c : query) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return R"({"topicId":"medtop:1","name":"N","query":")" + escaped + "\"}\n";
}
constexpr int kQueryColumn = 43;  // Of the query's first byte in such a line.

ImportResult Import(const std::string& text, Diagnostics& diagnostics) {
  return ImportExtra(text, "rules.ndjson", ImportOptions(), diagnostics);
}

TEST(ImportExtra, SaysEachOperatorInTheRuleLanguage) {
  const struct {
    const char* query;
    const char* rule;
  } table[] = {
      // Terms.
      {R"(("Sitcom"))", "Sitcom"},
      {R"((title = "summary"))", "title:summary"},
      {R"((title any "rape raped raping"))", "title:{rape raped raping}"},
      {R"((title = "rape raped"))", "title:{rape raped}"},
      {R"((title all "Bundesheer Budget"))", "title:Bundesheer & title:Budget"},
      {R"((body adj "world news schedule"))", R"(body:"world news schedule")"},
      {R"((text_content any "anti-drug drug drug"))", "{anti-drug drug}"},
      {R"((subtitle adj "Homo-Rechte"))", "heading:Homo-Rechte"},
      {R"((headline any "when U.S. 9/11"))", R"(title:{"when" "U.S." "9/11"})"},
      {R"((body any/stemming "boy child"))", "body:{boy~ child~}"},
      {R"((text_content adj/stemming "face veil"))", R"("face~ veil~")"},
      {R"((text_content adj/stemming "Kinder- und Buch"))", R"("Kinder~ und~ Buch~")"},
      {R"((body any/casesensitive "US It"))", "body:{=US =It}"},
      {R"((title adj/literal "m.l.s."))", R"(title:{="m.l.s." ="M.L.S." ="M.l.s."})"},
      {R"((text_content adj "Dolce & Gabbana"))", R"("Dolce Gabbana")"},
      // Wildcards.
      {R"((title = "tourist*"))", "title:tourist*"},
      {R"((body adj "model* agenc*"))", R"(body:"model* agenc*")"},
      {R"((text_content adj/stemming "Grammy Award*"))", R"("Grammy~ Award*")"},
      {R"((body adj "song-writer*"))", "body:song-writer*"},
      {R"((title = "tax*"))", "title:/ tax/"},
      {R"((body adj "sex* attack*"))", R"(body:/ sex\S* attack/)"},
      {R"((body adj "Ban* on"))", R"(body:/ ban\S* on /)"},
      {R"((body = "*bank"))", "body:/bank /"},
      // Logic.
      {R"((and ("a") (or ("b") (body = "c")) (not (title = "d") ("e"))))",
       "a & (b | body:c) & not (title:d | e)"},
      {R"((or (title = "a") ("b") (title any "c d") (and ("x") ("y")) ("b")))",
       "title:{a c d} | b | x & y"},
      {R"((or // a comment ( with "signs" ) // ("a") // another // ("b")))", "{a b}"},
      // Counts.
      {R"((or/count>=3 ("a") (body any "b c")))", "count(a | body:{b c}) >= 3"},
      {R"((or/count>3 (body any "b c")))", "count(body:{b c}) >= 4"},
      {R"((or/count<=2 ("a")))", "a & count(a) <= 2"},
      {R"((or/count<1 ("a")))", "a & count(a) <= 1"},
      {R"((or/countunique>1 ("a") (body any "b c") (body = "d")))",
       "atleast 2 of {a body:{b c} body:d}"},
      {R"((or/countunique>=2 (body any "b c d")))", "atleast 2 of {body:b body:c body:d}"},
      {R"((or/countunique>1 ("a") ("b") (and ("x") ("y"))))", "a & b | x & y & {a b}"},
      {R"((or/countunique>2 ("a") ("b") ("c") (prox/unit=sentence/distance=1 ("x") ("y"))))",
       "atleast 3 of {a b c (x SENTENCE y)}"},
      // Places.
      {R"((prox/unit=sentence/distance=1 (body any "a b") (or (body = "c") (body = "d"))))",
       "body:{a b} SENTENCE body:{c d}"},
      {R"((prox/unit=sentence/distance=1 ("a") ("b") ("c")))",
       "a SENTENCE b SENTENCE c | a SENTENCE c SENTENCE b"},
      {R"((prox/unit=sentence/distance>1 ("a") ("b")))", "a & not (a SENTENCE b)"},
      {R"((prox/unit=paragraph/distance=1 ("a") ("b")))", "a PARAGRAPH b"},
      {R"((prox/unit=word/distance<=3 ("a") (body any "b c")))", "a NEAR/3 body:{b c}"},
      {R"((prox/unit=word/distance<2 ("a") ("b")))", "a NEAR/2 b"},
      {R"((prox/unit=word/distance<=3/ordered ("a") ("b")))", "a BEFORE/3 b"},
      {R"((prox/unit=word/distance>0 (or (title = "a") (title = "b")) (title adj "a c")))",
       R"(title:{a b} OUTSIDE title:"a c")"},
      {R"((prox/unit=word/distance>4 ("a") ("b")))", "a & not (a NEAR/4 b)"},
      // Regexes.
      {R"((title adj/regexp "\d+\-?\s+?Year\-?\s?old"))", R"(title:/\d+ year ?old/)"},
      {R"((title any/regexp "(abc|def)ghi{2,3}"))", "title:/(abc|def)ghi{2,3}/"},
  };
  for (const auto& row : table) {
    Diagnostics diagnostics;
    ExpectRule(Import(JsonLine(row.query), diagnostics), row.rule, row.query);
    EXPECT_FALSE(HasErrors(diagnostics)) << row.query << "\n" << Render(diagnostics);
  }
}

TEST(ImportExtra, NamesWhatItCannotExpress) {
  const struct {
    const char* query;
    int offset;
    const char* message;
  } table[] = {
      {R"((prox/ordered ("a") ("b")))", 1, R"("prox/ordered" can't be expressed: it is not known)"},
      {R"((prox/unit=word/distance<=99 ("a") ("b")))", 1, "more than 50 words"},
      {R"((prox/unit=word/distance<=3 ("a") ("b") ("c")))", 1, "more than two clauses"},
      {R"((prox/unit=sentence/distance=1 ("a")))", 1, "one clause only"},
      {R"((prox/unit=sentence/distance=2 ("a") ("b")))", 1, "only distances =1 and >1"},
      {R"((prox/unit=line/distance=1 ("a") ("b")))", 1, R"(the unit "line" is not known)"},
      {R"((prox/unit=sentence/distance=1 ("a") (and ("b") ("c"))))", 1, "so it has no place"},
      {R"((or/count>=2 ("a") (not ("b"))))", 1, "occurrences can't be counted"},
      {R"((or/countunique>2 ("a") ("b")))", 1, "always so or never"},
      {R"((or/weight>2 ("a") ("b")))", 1, R"("or/weight>2" can't be expressed)"},
      {R"((and ("a") (title == "b")))", 18, R"("==" can't be expressed)"},
      {R"((title any/fuzzy "b"))", 7, R"("/fuzzy" is not known)"},
      {R"((byline any "b"))", 1, R"(the field "byline" is not known)"},
      {R"((title adj/regexp "a.*b"))", 7, "the regex /a.*b/"},
      {R"((title adj/regexp "(?=abc)abc"))", 7, "the regex"},
      {R"((title = "x*"))", 7, "no literal of at least 3 bytes"},
      {R"((title adj/stemming "at* work"))", 7, "less than 4 letters among inflected words"},
      {R"((title any "- &"))", 11, "this term holds no word"},
      {R"((not ("a")))", 0, "nothing must occur in the text"},
      {R"((or ("a") (not ("b"))))", 0, "nothing must occur in the text"},
      // Not well formed.
      {R"((and))", 4, R"("and" has no clauses)"},
      {R"((and ("a") ("b"))", 16, "\")\" is missing"},
      {R"((and ("a")) ("b"))", 12, "more text after the end"},
      {R"(and ("a"))", 0, "\"(\" is missing"},
      {R"((title "a"))", 1, R"("title" needs a relation)"},
      {R"((or ("a") // no end))", 20, "\")\" is missing"},
      {R"((or ("a") ("b)))", 15, "\")\" is missing"},
      {R"((title any))", 10, "a term in quotes is missing"},
  };
  for (const auto& row : table) {
    Diagnostics diagnostics;
    const ImportResult result = Import(JsonLine(row.query), diagnostics);
    EXPECT_EQ(result.left_out, 1U) << row.query;
    EXPECT_THAT(result.pack.topics, IsEmpty()) << row.query;
    ASSERT_FALSE(diagnostics.empty()) << row.query;
    const Diagnostic& error = diagnostics.back();
    EXPECT_THAT(error.message, HasSubstr(row.message)) << row.query;
    // Each quote before it is two bytes in JSON.
    const std::string before = std::string(row.query).substr(0, row.offset);
    const auto quotes =
        std::count_if(before.begin(), before.end(), [](char c) { return c == '"' || c == '\\'; });
    EXPECT_EQ(error.position.line, 1) << row.query;
    EXPECT_EQ(error.position.column, kQueryColumn + row.offset + quotes) << row.query;
  }
}

TEST(ImportExtra, WarnsOfWhatItReadsInAnotherWay) {
  Diagnostics diagnostics;
  Import(JsonLine(R"((or (title adj/literal "l.g") (prox/unit=word/distance<2 ("a") ("b"))))") +
             JsonLine(R"((title adj/regexp "Year-old"))") + JsonLine(R"((or/count<2 ("a")))"),
         diagnostics);
  std::vector<std::string> messages;
  for (const Diagnostic& one : diagnostics) messages.push_back(one.message);
  EXPECT_FALSE(HasErrors(diagnostics));
  EXPECT_THAT(
      messages,
      ElementsAre(HasSubstr("\"adj/literal\": read as"), HasSubstr("at most 2 words between"),
                  HasSubstr("written for folded text now: /year old/"),
                  HasSubstr("the id medtop:1 is there again"), HasSubstr("no more than 2"),
                  HasSubstr("the id medtop:1 is there again")));
}

TEST(ImportExtra, GivesARuleOrAReasonForAnyText) {
  ExpectRuleOrReason({"(",
                      "(",
                      ")",
                      ")",
                      ")",
                      " ",
                      "(or ",
                      "(and ",
                      "(not ",
                      "(\"a b\") ",
                      "(\"when*\") ",
                      "(title any \"x y* Äz\") ",
                      "(body adj/stemming \"a- b* c\")",
                      "(or/count>=2 ",
                      "(or/countunique>1 ",
                      "(prox/unit=word/distance<=3 ",
                      "(prox/unit=sentence/distance=1 ",
                      "(prox/unit=word/distance>0 ",
                      "(title adj/regexp \"a\\s?b+c\")",
                      "//",
                      "\"",
                      "\\",
                      "/",
                      "any",
                      "title = "},
                     [](const std::string& query, Diagnostics& diagnostics) {
                       return Import(JsonLine("(and (\"z\") " + query + ")"), diagnostics);
                     });
}

TEST(ImportExtra, NamesTopicsAndJoinsThoseOfTheSameId) {
  Diagnostics diagnostics;
  ImportOptions options;
  options.id_prefix = "x:";
  constexpr std::string_view kRules =
      R"q({"topicId":"medtop:2","name":"Fire - 20000150","query":"(\"a\")"}

{"topicId":"medtop:1","name":"n","topicName":"Mode","query":"(\"b\")"}
{"topicId":"medtop:2","name":"Feuer","query":"(title = \"c\")"}
{"topicId":"medtop:3"}
[])q";
  const ImportResult result = ImportExtra(kRules, "f", options, diagnostics);
  ASSERT_EQ(result.pack.topics.size(), 2U);
  EXPECT_EQ(result.pack.topics[0].id, "x:medtop:2");
  EXPECT_EQ(result.pack.topics[0].label, "Feuer");
  EXPECT_EQ(WriteRuleText(*result.pack.topics[0].when), "a | title:c");
  EXPECT_EQ(result.pack.topics[1].label, "Mode");
  EXPECT_EQ(result.rules, 5U);
  EXPECT_EQ(result.left_out, 2U);
  EXPECT_THAT(Said(diagnostics),
              ElementsAre("error 5:1 this is no rule of EXTRA",
                          "error 6:1 this is no rule of EXTRA", HasSubstr("warning 4:")));
}

TEST(ImportExtra, MapsFieldsAsAsked) {
  Diagnostics diagnostics;
  ImportOptions options;
  options.fields = {{"byline", "body"}, {"title", ""}};
  const ImportResult result =
      ImportExtra(JsonLine(R"((and (byline = "a") (title = "b")))"), "f", options, diagnostics);
  ExpectRule(result, "body:a & b", "mapped");
}

// The rules of the project themselves, and what is shipped of them.
TEST(ImportExtra, ImportsAllRulesOfTheProjectAsTheyAreShipped) {
  for (const auto& [language, source] : {std::pair("en", "english"), std::pair("de", "german")}) {
    std::string error;
    const std::string folder = WIREDESK_SOURCE_DIR;
    const auto text =
        ReadFileText(folder + "/tests/data/extra/" + source + ".ndjson", 1 << 20, error);
    ASSERT_TRUE(text) << error;
    ImportOptions options;
    options.language = language;
    options.pack_name = std::string("extra-") + language;
    Diagnostics diagnostics;
    ImportResult result = ImportExtra(*text, source, options, diagnostics);
    EXPECT_FALSE(HasErrors(diagnostics)) << Render(diagnostics);
    EXPECT_EQ(result.rules, 36U);
    EXPECT_EQ(result.left_out, 0U);
    EXPECT_EQ(result.pack.topics.size(), 35U);  // One id is there twice.

    Diagnostics shipped_diagnostics;
    const auto shipped = LoadRulePack(folder + "/config/rules/extra/extra-" + language + ".rules",
                                      shipped_diagnostics);
    ASSERT_TRUE(shipped) << Render(shipped_diagnostics);
    EXPECT_EQ(ShowPack(*shipped), ShowPack(result.pack));
  }
}

}  // namespace
}  // namespace wiredesk
