#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/json_tree.h"
#include "config/rule_parser.h"
#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using std::string_view_literals::operator""sv;

// "line:column message" of errors.
std::vector<std::string> Errors(std::string_view json) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseRulePack(json, "desk.json", diagnostics)) << json;
  std::vector<std::string> errors;
  for (const Diagnostic& d : diagnostics) {
    if (d.severity == Diagnostic::Severity::kWarning) continue;
    errors.push_back(fmt::format("{}:{} {}", d.position.line, d.position.column, d.message));
  }
  return errors;
}

// A pack whose members `rest` begin in line 2.
std::string Pack(std::string_view rest) {
  return fmt::format("{{\"pack\": \"p\", \"version\": \"1\", \"language\": \"en\",\n{}}}", rest);
}

// The faults of an expression that begins in line 3, column 1.
std::vector<std::string> ErrorsOfWhen(std::string_view expression) {
  return Errors(
      Pack(fmt::format("\"lets\": [{{\"name\": \"a\", \"is\": {{\"word\": \"x\"}}}}], "
                       "\"topics\": [{{\"id\": \"t\", \"label\": \"T\", \"when\":\n{}}}]",
                       expression)));
}

TEST(RuleJsonTest, IsKnownByItsNameOrItsFirstCharacter) {
  EXPECT_TRUE(IsJsonPack("", "desk.json"));
  EXPECT_TRUE(IsJsonPack(" \n{", "desk.rules"));
  EXPECT_TRUE(IsJsonPack("\xEF\xBB\xBF{", ""));
  EXPECT_FALSE(IsJsonPack("pack {", "desk.rules"));
  EXPECT_FALSE(IsJsonPack("", ""));
}

TEST(RuleJsonTest, TakesKeysInAnyOrder) {
  Diagnostics diagnostics;
  const auto pack = ParseRulePack(
      "{\"topics\": [{\"need\": 3, \"score\": [{\"max\": 2, \"of\": {\"of\": {\"macro\": \"a\"}, "
      "\"field\": \"summary\"}, \"weight\": -5}], \"label\": \"\\u00e9\\n\", \"id\": \"t\"}],\n"
      "\"lets\": [{\"is\": {\"word\": \"x\"}, \"name\": \"a\"}], \"language\": \"en\",\n"
      "\"fields\": [\"summary\"], \"version\": \"1\", \"pack\": \"p\"}",
      "desk.json", diagnostics);
  EXPECT_FALSE(pack);
  EXPECT_THAT(Render(diagnostics), HasSubstr("topics[0].label: a line feed"));
}

struct Case {
  std::string_view json;
  std::string_view error;
};

TEST(RuleJsonTest, RefusesWhatIsNoJson) {
  const Case cases[] = {
      {"", "0:0 the pack is empty"},
      {" ", "1:"},
      {"{", "1:"},
      {"{\"pack\": \"p\",}", "1:"},
      {"{\"pack\": \"p\" \"version\": 1}", "1:14 this is not JSON"},
      {"{\"pack\": tru}", "1:"},
      {"{\"pack\": 1.}", "1:"},
      {"{\"pack\":\n \"\\x\"}", "2:"},
      {"{\"pack\": \"p\"} {}", "1:"},
      {"{\"pack\": \"p\"}}", "1:"},
      {"[1", "1:"},
      {"7", "1:1 expected an object, found a single value"},
      {"\"x\"", "1:1 expected an object, found a single value"},
      {"[]", "1:1 expected an object, found an array"},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> errors = Errors(c.json);
    ASSERT_THAT(errors, SizeIs(1)) << c.json;
    EXPECT_EQ(errors[0].substr(0, c.error.size()), c.error) << c.json;
  }
}

TEST(RuleJsonTest, RefusesBadStatementsWithTheirPath) {
  const Case cases[] = {
      {"\"topcis\": []", "2:1 unknown key \"topcis\""},
      {"\"topics\": [], \"topics\": []", "2:15 a second \"topics\""},
      {"\"topics\": {}", "2:11 topics: expected an array, found an object"},
      {"\"topics\": [1]", "2:12 topics[0]: expected an object, found a number"},
      {"\"topics\": [{\"id\": \"t\"}]", "2:12 topics[0]: \"label\" is missing"},
      {"\"topics\": [{\"label\": \"T\"}]", "2:12 topics[0]: \"id\" is missing"},
      {"\"topics\": [{\"id\": \"a b\", \"label\": \"T\"}]", "2:19 \"a b\" can't be a topic's id"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \" \"}]", "2:33 this label is empty"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"parent\": \"t\"}]",
       "2:48 topic \"t\" is its own ancestor"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\"}, {\"id\": \"t\", \"label\": \"T\"}]",
       "2:46 topic \"t\" is there twice"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"need\": 1}]",
       "2:19 topic \"t\" has neither when nor score"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"state\": \"lve\"}]",
       "2:47 topics[0].state: unknown state \"lve\""},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"need\": 0}]",
       "2:46 topics[0].need: must be a whole number from 1 to 1,000,000,000"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"need\": 1.0}]",
       "2:46 topics[0].need: must be"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"emit\": \"x\"}]",
       "2:46 topics[0].emit: this is no level"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"emit\": {}}]",
       "2:46 topics[0].emit: this says nothing"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"score\": [{\"weight\": 0, \"of\": "
       "{\"word\": "
       "\"x\"}}]}]",
       "2:59 topics[0].score[0].weight: a weight of 0 does nothing"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"score\": [{\"weight\": 1, \"of\": "
       "{\"and\": "
       "[{\"word\": \"x\"}, {\"word\": \"y\"}]}}]}]",
       "2:68 \"&\" has no places in the text, which a score needs"},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"tests\": [{\"expect\": true, \"article\": "
       "{\"body\": \"x\"}}]}]",
       "2:59 topics[0].tests[0].expect: expected \"yes\" or \"no\""},
      {"\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"tests\": [{\"expect\": \"no\", "
       "\"article\": "
       "{\"bdy\": \"x\"}}]}]",
       "2:84 topics[0].tests[0].article.bdy: a test has no field \"bdy\""},
      {"\"lets\": [{\"name\": \"1\", \"is\": {\"word\": \"x\"}}]", "2:19 \"1\" can't be a name"},
      {"\"lets\": [{\"name\": \"a\"}]", "2:10 lets[0]: \"is\" is missing"},
      {"\"files\": [{\"name\": \"a\", \"path\": \"none.tsv\"}]",
       "2:33 can't read the list none.tsv"},
      {"\"fields\": [\"source\"]", "2:12 \"source\" is metadata"},
      {"\"fields\": [\"a-\"]", "2:12 \"a-\" can't be a field"},
      {"\"boost\": {\"titel\": 3}", "2:11 unknown field \"titel\""},
      {"\"boost\": {\"title\": 101}", "2:20 boost.title: must be a whole number from 0 to 100"},
      {"\"boost\": {\"title\": 1, \"title\": 1}", "2:32 boost.title: a second boost"},
      {"\"fold_accents\": 1", "2:17 fold_accents: expected true or false, found a number"},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> errors = Errors(Pack(c.json));
    ASSERT_THAT(errors, SizeIs(1)) << c.json << testing::PrintToString(errors);
    EXPECT_EQ(errors[0].substr(0, c.error.size()), c.error) << c.json;
  }
  EXPECT_THAT(Errors("{\"pack\": \"a b\", \"version\": 1, \"language\": \"xx\"}"),
              ElementsAre("1:10 pack: \"a b\" can't stand here",
                          "1:28 version: expected a string, found a number",
                          "1:43 unknown language \"xx\""));
}

TEST(RuleJsonTest, RefusesBadExpressionsWithTheirPath) {
  const Case cases[] = {
      {"\"x\"", "3:1 topics[0].when: expected an object, found a string"},
      {"{}", "3:1 topics[0].when: this is no expression"},
      {"{\"wrd\": \"x\"}", "3:1 topics[0].when: this is no expression"},
      {"{\"word\": \"x\", \"phrase\": \"y\"}", "3:1 topics[0].when: both \"word\" and \"phrase\""},
      {"{\"word\": \"x\", \"of\": 1}", "3:15 topics[0].when: unknown key \"of\""},
      {"{\"word\": \"x y\"}", "3:10 topics[0].when.word: \"x y\" is no plain word"},
      {"{\"word\": \"not\"}", "3:10 topics[0].when.word: \"not\" is no plain word"},
      {"{\"word\": \"x\\ty\"}", "3:10 topics[0].when.word: \"x\ty\" is no plain word"},
      {"{\"phrase\": \"x\\u0001\"}", "3:12 topics[0].when.phrase: a control character"},
      {"{\"phrase\": \"\"}", "3:1 this term is empty"},
      {"{\"phrase\": []}", "3:12 topics[0].when.phrase: these are not the words of a phrase"},
      {"{\"phrase\": [{\"word\": \"x\"}, {\"word\": \"y\"}]}", "3:12 topics[0].when.phrase: these"},
      {"{\"phrase\": [{\"inflected\": \"x\"}]}", "3:12 topics[0].when.phrase: these are not"},
      {"{\"phrase\": [{\"inflected\": \"x\"}, {\"word\": \"a b\"}]}", "3:12 topics[0].when.phrase"},
      {"{\"phrase\": [{\"inflected\": \"x\"}, {\"exact\": \"a\"}]}",
       "3:33 topics[0].when.phrase[1]: this is no word of a phrase"},
      {"{\"inflected\": \"x y\"}", "3:15 topics[0].when.inflected: \"x y\" is not one word"},
      {"{\"prefix\": \"ban\"}", "3:1 a wildcard needs 4 letters"},
      {"{\"regex\": \"a*\"}", "3:11 this regex matches the empty text"},
      {"{\"any\": []}", "3:9 topics[0].when.any: 0 expressions instead of at least 1"},
      {"{\"or\": [{\"word\": \"x\"}]}",
       "3:8 topics[0].when.or: 1 expressions instead of at least 2"},
      {"{\"sentence\": [{\"word\": \"x\"}]}",
       "3:14 topics[0].when.sentence: 1 expressions instead of 2"},
      {"{\"near\": 51, \"of\": [{\"word\": \"x\"}, {\"word\": \"y\"}]}",
       "3:10 topics[0].when.near: must be a whole number from 0 to 50"},
      {"{\"near\": 5}", "3:1 topics[0].when: \"of\" is missing"},
      {"{\"near\": 5, \"of\": [{\"word\": \"x\"}, {\"not\": {\"word\": \"y\"}}]}",
       "3:35 \"not\" has no places in the text, which \"NEAR/5\" needs"},
      {"{\"atleast\": 2, \"of\": [{\"word\": \"x\"}]}", "3:1 atleast 2 of 1 can't be"},
      {"{\"field\": \"titel\", \"of\": {\"word\": \"x\"}}", "3:1 unknown field \"titel\""},
      {"{\"macro\": \"b\"}", "3:1 unknown name \"@b\""},
      {"{\"list\": \"a\"}", "3:1 \"a\" is no list"},
      {"{\"topic\": \"a b\"}", "3:1 \"a b\" can't be a topic's id"},
      {"{\"count\": {\"word\": \"x\"}}", "3:1 topics[0].when: a comparison is missing"},
      {"{\"count\": {\"word\": \"x\"}, \"less\": 3}",
       "3:1 topics[0].when: \"less\" does not belong"},
      {"{\"count\": {\"word\": \"x\"}, \"at_least\": -1}", "3:38 topics[0].when.at_least: must be"},
      {"{\"metadata\": \"lang\", \"equal\": \"x\", \"less\": 3}",
       "3:1 topics[0].when: \"less\" does"},
      {"{\"metadata\": \"lang\", \"equal\": []}", "3:1 this test has no values"},
      {"{\"metadata\": \"lang\", \"equal\": [true]}",
       "3:32 topics[0].when.equal[0]: expected a string, found true or false"},
      {"{\"metadata\": \"version\", \"less\": \"x\"}", "3:1 \"x\" is not a number"},
  };
  for (const Case& c : cases) {
    const std::vector<std::string> errors = ErrorsOfWhen(c.json);
    ASSERT_THAT(errors, SizeIs(1)) << c.json << testing::PrintToString(errors);
    EXPECT_EQ(errors[0].substr(0, c.error.size()), c.error) << c.json;
  }
}

TEST(RuleJsonTest, FindsAllErrorsInOneGo) {
  EXPECT_THAT(ErrorsOfWhen("{\"and\": [{\"word\": 1}, {\"wrd\": 1},\n{\"near\": 99, \"of\": []}]}"),
              ElementsAre("3:19 topics[0].when.and[0].word: expected a string, found a number",
                          "3:23 topics[0].when.and[1]: this is no expression",
                          "4:10 topics[0].when.and[2].near: must be a whole number from 0 to 50"));
  std::string topics;
  for (int i = 0; i < 500; ++i) topics += "1,";
  EXPECT_THAT(Errors(Pack("\"topics\": [" + topics + "1]")), SizeIs(101));
}

TEST(RuleJsonTest, TakesNumbersForTextInMetadata) {
  Diagnostics diagnostics;
  const auto pack = ParseRulePack(
      Pack("\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"when\": {\"and\": [{\"metadata\": "
           "\"version\", \"at_least\": 1.50}, {\"metadata\": \"id\", \"not_equal\": [7, \"8\"]}, "
           "{\"word\": \"x\"}]}}]"),
      "desk.json", diagnostics);
  ASSERT_TRUE(pack) << Render(diagnostics);
  EXPECT_EQ(ShowNode(*pack->topics[0].when),
            "(and (metadata version >= <1.50>) (metadata id != <7> <8>) (word x))");
}

TEST(RuleJsonTest, BoundsNesting) {
  const auto nested = [](int levels) {
    std::string json;
    for (int i = 0; i < levels; ++i) json += "{\"not\": ";
    json += "{\"word\": \"x\"}";
    for (int i = 0; i < levels; ++i) json += "}";
    return json;
  };
  Diagnostics diagnostics;
  EXPECT_TRUE(ParseRulePack(
      Pack("\"topics\": [{\"id\": \"t\", \"label\": \"T\", \"when\": " + nested(32) + "}]"),
      "desk.json", diagnostics))
      << Render(diagnostics);
  EXPECT_THAT(ErrorsOfWhen(nested(33)), ElementsAre("3:1 this is nested more than 32 deep"));
  EXPECT_THAT(ErrorsOfWhen(nested(200)), ElementsAre(HasSubstr("nested more than 128 deep")));
  EXPECT_THAT(ErrorsOfWhen(nested(100'000)), SizeIs(1));
  EXPECT_THAT(Errors(std::string(1'000'000, '[')), SizeIs(1));
}

TEST(RuleJsonTest, BoundsValues) {
  const std::string file = "desk.json";
  for (const std::size_t values_max : {4U, 3U}) {
    Diagnostics diagnostics;
    const std::string_view json = "[[0, 1]\n, {}]";  // Five values.
    RuleErrors errors(json, file, diagnostics);
    EXPECT_TRUE(JsonTree::Parse(json, errors, 5));
    EXPECT_FALSE(JsonTree::Parse(json, errors, values_max));
    ASSERT_THAT(diagnostics, SizeIs(1));
    EXPECT_EQ(diagnostics[0].message, fmt::format("more than {} values", values_max));
    EXPECT_EQ(diagnostics[0].position.line, values_max == 4U ? 2 : 1);
  }
}

TEST(RuleJsonTest, RefusesWhatIsNotText) {
  EXPECT_THAT(Errors("{\"pack\": \"\xff\"}"), ElementsAre("1:11 this is not valid UTF-8"));
  EXPECT_THAT(Errors("{\"pack\": \"\0\"}"sv), ElementsAre("1:11 a control character"));
  EXPECT_THAT(Errors("{\"pack\": \"\\u0000\", \"version\": \"\\ud800\", \"language\": \"en\"}"),
              SizeIs(1));
}

}  // namespace
}  // namespace wiredesk
