// The text and the JSON form of packs say the same: each can be written, and read back as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/rule_json_writer.h"
#include "config/rule_parser.h"
#include "config/rule_text_writer.h"
#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RulePack ParseWell(const std::string& text, const std::string& file) {
  Diagnostics diagnostics;
  auto pack = ParseRulePack(text, file, diagnostics);
  EXPECT_FALSE(HasErrors(diagnostics)) << text << "\n" << Render(diagnostics);
  return pack ? *std::move(pack) : RulePack();
}

// Writes and reads the pack in both forms, both ways.
void ExpectSameInBothForms(const RulePack& pack, const std::string& file) {
  const std::string shown = ShowPack(pack);
  const std::string text = WriteRuleText(pack);
  const RulePack from_text = ParseWell(text, file);
  EXPECT_EQ(ShowPack(from_text), shown) << text;
  const std::string json = WriteRuleJson(pack);
  const RulePack from_json = ParseWell(json, file);
  EXPECT_EQ(ShowPack(from_json), shown) << json;
  EXPECT_EQ(WriteRuleText(from_json), text);
  EXPECT_EQ(WriteRuleJson(from_text), json);
}

// Each alone in a `when`, and where it has places in a score.
constexpr std::string_view kExpressions[] = {
    "word",
    "AT&T",
    "état",
    "2008",
    "count",
    "_x",
    "\"a phrase, with marks\"",
    "\"and\"",
    "\"say \\\"yes\\\" \\\\ \\* \\~\"",
    "“curly”",
    "\"creditor~ protect* the bank~\"",
    "\"a  creditor~,  b\"",
    "\"5\\* creditor~\"",
    "creditor~",
    "\"C++~\"",
    "\"U.S.~\"",
    "=Acme",
    "=\"Acme \\\"Inc\\\" \\*\"",
    "=\"and\"",
    "insolven*",
    "\"#metoo*\"",
    "/chapter (7|11)/",
    "/a\\.bcd\\d{2}/",
    "{a {b \"c d\"} (e NEAR/3 f) (g | h) title:i =J k~ @set @words count lang}",
    "@set",
    "@words",
    "@tests | a",
    "@topic medtop:04/0.a-b & a",
    "title:a",
    "lead:{a b}",
    "summary:(a NEAR/2 b)",
    "title:(a & not (b | c))",
    "title:count(a) >= 2",
    "a NEAR/0 b",
    "a NEAR/50 b BEFORE/3 c SENTENCE d PARAGRAPH e OUTSIDE f",
    "a NEAR/1 (b NEAR/2 (c NEAR/3 d))",
    "(a | b) NEAR/3 (c | d)",
    "a | b | c",
    "(a | b) | c",
    "a | (b | c)",
    "a & b & c",
    "(a & b) & c",
    "a & (b & c)",
    "a & b | c & d",
    "(a | b) & (c | d)",
    "not a",
    "not not a",
    "not (a & b)",
    "not a & b",
    "not (a NEAR/3 b)",
    "a & not (b | not c)",
    "atleast 2 of {a \"b c\" {d e} (f | g)}",
    "count(a) >= 3",
    "count(a | b) <= 0",
    "count(a OUTSIDE b) >= 1 & c",
    "source = dpa",
    "source = \"Dow \\\"Jones\\\" \\\\\"",
    "source in {dpa \"a b\" not}",
    "source not in {dpa afp}",
    "lang != de",
    "not lang = de",
    "version > 1.5",
    "version >= -3",
    "version < 1e3",
    "version <= 007",
};

constexpr std::string_view kHead = R"(
pack desk/1  version 2019.04-1  language en
fold accents
fields title, lead, summary
boost title 3, lead 0, summary 100
let set = {a "b c" d~}
let words = @set SENTENCE x
let tests = lang = de & not y
exclude everywhere title:{schedule diary}
exclude everywhere @tests | source in {x y}
topic a:0 "only \"a\" name"
topic a:1 "child" parent a:0
)";

TEST(RuleFormsTest, KeepEveryExpression) {
  for (const std::string_view expression : kExpressions) {
    const RulePack pack =
        ParseWell(fmt::format("{}topic t \"T\" {{ when x & ({}) }}\ntopic u \"U\" {{ when {} }}",
                              kHead, expression, expression),
                  "desk");
    SCOPED_TRACE(expression);
    ASSERT_THAT(pack.topics, SizeIs(4));
    ExpectSameInBothForms(pack, "desk");
    // One expression alone, too.
    const std::string written = WriteRuleText(*pack.topics[3].when);
    const RulePack again =
        ParseWell(fmt::format("{}topic u \"U\" {{ when {} }}", kHead, written), "desk");
    EXPECT_EQ(ShowNode(*again.topics[2].when), ShowNode(*pack.topics[3].when)) << written;
  }
}

TEST(RuleFormsTest, KeepEveryStatementAndClause) {
  const RulePack pack = ParseWell(std::string(kHead) + R"(
topic t:1 "when alone" parent a:1 { state shadow when x emit tag }
topic t:2 "both" {
  state draft
  when a NEAR/3 b
  score 20 @words max 3  -5 (a | b) max 1000  1000000 title:{c d}  need 1000000000
  emit hits 20, snippet 80
  test yes title:"say \"a\" \\ * ~" summary:"two\n\nparagraphs	and a tab" heading:"x"
  test no  body:"b" source:"dpa" language:"de" category:"c" id:"i"
}
topic t:3 "hits" { score 1 x need 1 emit hits 3 }
topic t:4 "snippet" { score 1 x need 7 emit snippet 3 }
topic b:0 "name"
topic b:1 "name"
)",
                                  "desk");
  EXPECT_THAT(pack.topics, SizeIs(8));
  ExpectSameInBothForms(pack, "desk");
}

TEST(RuleFormsTest, KeepLists) {
  const std::string folder = testing::TempDir() + "/rule_forms_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/a \"b\".tsv") << "acme\t3\n=Bolt Inc\n";
  const RulePack pack = ParseWell(
      "pack p version 1 language any file a = \"a \\\"b\\\".tsv\" let b = {@a x} topic t \"T\" { "
      "score 1 @a need 1 when @b }",
      folder + "/desk.rules");
  ASSERT_THAT(pack.lists, SizeIs(1));
  EXPECT_THAT(pack.lists[0].entries, SizeIs(2));
  ExpectSameInBothForms(pack, folder + "/desk.rules");
  std::filesystem::remove_all(folder);
}

TEST(RuleFormsTest, KeepTheShippedPack) {
  Diagnostics diagnostics;
  const auto pack =
      LoadRulePack(WIREDESK_SOURCE_DIR "/config/rules/mediatopics-en.rules", diagnostics);
  ASSERT_TRUE(pack) << Render(diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  ExpectSameInBothForms(*pack, "desk");
}

TEST(RuleFormsTest, KeepLinesShort) {
  std::string set;
  for (int i = 0; i < 200; ++i) set += fmt::format("wörd{} ", i);
  const RulePack pack = ParseWell(
      fmt::format("{0}let big = {{{1}}}\ntopic t \"T\" {{ when {{{1}}} & not {{{1}}}\n score 5 "
                  "{{{1}}} max 3 need 1 test yes title:\"a\" body:\"{2}\" }}",
                  kHead, set, std::string(90, 'x')),
      "desk");
  const std::string text = WriteRuleText(pack);
  ExpectSameInBothForms(pack, "desk");
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    std::size_t columns = 0;
    for (const char c : text.substr(start, end - start)) columns += (c & 0xC0) != 0x80 ? 1 : 0;
    EXPECT_LE(columns, 110U) << text.substr(start, end - start);
    start = end + 1;
  }
}

TEST(RuleFormsTest, WriteTextAsAPersonWould) {
  const RulePack pack = ParseWell(
      "pack p version 1 language en boost title 3 let a = {x y}\n"
      "topic n \"N\" topic t \"T\" parent n { when @a & not z score 5 @a max 2 -3 \"q r\" need 4\n"
      "emit tag test no body:\"b\" }",
      "desk");
  EXPECT_EQ(WriteRuleText(pack),
            "pack p  version 1  language en\n"
            "boost  title 3\n"
            "\n"
            "let a = {x y}\n"
            "\n"
            "topic n \"N\"\n"
            "\n"
            "topic t \"T\" parent n {\n"
            "  when   @a & not z\n"
            "  score  5 @a max 2\n"
            "         -3 \"q r\"\n"
            "  need   4\n"
            "  emit   tag\n"
            "  test no  body:\"b\"\n"
            "}\n");
  EXPECT_EQ(WriteRuleJson(pack), R"({
  "pack": "p",
  "version": "1",
  "language": "en",
  "boost": {"title": 3},
  "lets": [
    {"name": "a", "is": {"any": [{"word": "x"}, {"word": "y"}]}}
  ],
  "topics": [
    {"id": "n", "label": "N"},
    {"id": "t", "label": "T", "parent": "n",
     "when": {"and": [{"macro": "a"}, {"not": {"word": "z"}}]},
     "score": [
       {"weight": 5, "of": {"macro": "a"}, "max": 2},
       {"weight": -3, "of": {"phrase": "q r"}}
     ],
     "need": 4,
     "emit": "tag",
     "tests": [
       {"expect": "no", "article": {"body": "b"}}
     ]}
  ]
}
)");
}

// What a program may build that no text would: it is written in the nearest form there is.
TEST(RuleFormsTest, WriteNodesOfPrograms) {
  RuleNode word;
  word.text = "C++ x";
  EXPECT_EQ(WriteRuleText(word), "\"C++ x\"");
  word.text = "not";
  EXPECT_EQ(WriteRuleText(word), "\"not\"");
  RuleNode only;
  only.kind = RuleNode::Kind::kOr;
  only.children.push_back(word);
  RuleNode negated;
  negated.kind = RuleNode::Kind::kNot;
  negated.children.push_back(only);
  EXPECT_EQ(WriteRuleText(negated), "not \"not\"");
}

}  // namespace
}  // namespace wiredesk
