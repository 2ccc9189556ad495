#include "stages/json_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "stages/field_tree.h"
#include "tests/decoded.h"

namespace wiredesk {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const DecodeSettings kJson = WithFormat(ArticleFormat::kJson);

// As a JSON parser sees it: valid JSON that is no article was accepted.
bool IsAccepted(const Decoded& decoded) {
  return decoded->ok() || decoded->failure == Failure::kNotAnObject ||
         decoded->failure == Failure::kNoText || decoded->failure == Failure::kWrongType;
}

// --- Fields

TEST(JsonDecoderTest, ReadsEveryField) {
  const Decoded article(R"({"id": "a-1", "title" : "Line\none" ,"body":"Text “here”.",
      "language":"en","source":"wire","published_at":"2024-05-01T10:00:00Z",
      "labels":["Politics","Sp\u006frt"],"other":[1,{"title":"not this"}]})",
                        kJson);
  ASSERT_TRUE(article->ok()) << article->failure_detail;
  EXPECT_TRUE(article->is_json);
  EXPECT_FALSE(article->positions_in_record);
  EXPECT_EQ(article->id_json, R"("a-1")");
  EXPECT_EQ(article->title_json, R"("Line\none")");
  EXPECT_EQ(article->language_json, R"("en")");
  EXPECT_EQ(article->language, "en");
  EXPECT_EQ(article->source_json, R"("wire")");
  EXPECT_EQ(article->published_at_json, R"("2024-05-01T10:00:00Z")");
  EXPECT_THAT(article->categories, ElementsAre("Politics", "Sport"));
  EXPECT_EQ(article.Parts(), "title: Line\none | body: Text “here”.");
  EXPECT_EQ(article->parts[1].start, 0u);
}

struct FieldCase {
  const char* json;
  const char* id_json;
  const char* parts;
};

TEST(JsonDecoderTest, TakesWhatAnArticleMayLookLike) {
  const FieldCase cases[] = {
      {R"({"title":"t"})", "", "title: t"},
      {R"({"body":"b"})", "", "body: b"},
      {R"({"body":"b","title":null,"id":null})", "", "body: b"},
      {R"({"body":["a",null,"c"]})", "", "body/0: a | body/2: c"},
      {R"({"body":["","c"],"title":""})", "", "body/1: c"},
      {R"({"body":[]})", "", ""},
      {R"({"body":"b","title":"t"})", "", "title: t | body: b"},
      {R"({"id":17,"title":"t"})", "17", "title: t"},
      {R"({"id": -17 ,"title":"t"})", "-17", "title: t"},
      {R"({"id":123456789012345678901234567890,"title":"t"})", "123456789012345678901234567890",
       "title: t"},
      {"{\"id\":\t\"x\"\n,\"title\":\"t\"}", R"("x")", "title: t"},
      // The last of several counts, whatever it is.
      {R"({"title":"a","title":"b"})", "", "title: b"},
      {R"({"title":5,"title":"b"})", "", "title: b"},
      {R"({"title":"a","body":"b","title":null})", "", "body: b"},
      {R"({"body":["a","b"],"body":["c"]})", "", "body/0: c"},
      {R"({"body":["a","b"],"body":"c"})", "", "body: c"},
      {R"({"body":"a","body":["b","c"]})", "", "body/0: b | body/1: c"},
      {R"({"body":[1,2],"body":["c"]})", "", "body/0: c"},
      // A name is the same however it is spelt; one that only begins alike is another.
      {R"({"\u0074itle":"t"})", "", "title: t"},
      {R"({"titles":"x","titl":"y","title":"t","Title":"z"})", "", "title: t"},
      {R"({"tit\"le":"x","title":"t"})", "", "title: t"},
      {R"({"a\\":"x","title":"t"})", "", "title: t"},
  };
  for (const FieldCase& c : cases) {
    const Decoded article(c.json, kJson);
    EXPECT_TRUE(article->ok()) << c.json << " " << article->failure_detail;
    EXPECT_EQ(article->id_json, c.id_json) << c.json;
    EXPECT_EQ(article.Parts(), c.parts) << c.json;
  }
}

TEST(JsonDecoderTest, StringsWithoutAnEscapeAreNotCopied) {
  const Decoded article(R"({"title":"plain","body":"with\tescape"})", kJson);
  const char* const begin = article->value.data();
  const char* const end = begin + article->value.size();
  ASSERT_EQ(article->parts.size(), 2u);
  EXPECT_TRUE(article->parts[0].text.data() > begin && article->parts[0].text.data() < end);
  EXPECT_FALSE(article->parts[1].text.data() > begin && article->parts[1].text.data() < end);
}

struct FailureCase {
  const char* json;
  Failure failure;
  const char* detail;
};

TEST(JsonDecoderTest, SaysWhatIsWrong) {
  const FailureCase cases[] = {
      {R"({"title":5})", Failure::kWrongType, "/title is not a string"},
      {R"({"title":["a"]})", Failure::kWrongType, "/title is not a string"},
      {R"({"title":"t","body":7})", Failure::kWrongType,
       "/body is neither a string nor an array of strings"},
      {R"({"title":"t","body":{"a":1}})", Failure::kWrongType,
       "/body is neither a string nor an array of strings"},
      {R"({"body":["a",7]})", Failure::kWrongType, "/body/1 is not a string"},
      {R"({"body":["a",["b"]]})", Failure::kWrongType, "/body/1 is not a string"},
      {R"({"title":"t","id":1.5})", Failure::kWrongType,
       "/id is neither a string nor a whole number"},
      {R"({"title":"t","id":1e3})", Failure::kWrongType,
       "/id is neither a string nor a whole number"},
      {R"({"title":"t","id":true})", Failure::kWrongType,
       "/id is neither a string nor a whole number"},
      {R"({"title":"t","language":1})", Failure::kWrongType, "/language is not a string"},
      {R"({"title":"t","source":{}})", Failure::kWrongType, "/source is not a string"},
      {R"({"title":"t","published_at":17})", Failure::kWrongType, "/published_at is not a string"},
      {R"({"title":"t","labels":1})", Failure::kWrongType,
       "/labels is neither a string nor an array of strings"},
      {R"({"title":"t","labels":["a",1]})", Failure::kWrongType, "/labels/1 is not a string"},
      {R"({})", Failure::kNoText, ""},
      {R"({"title":null,"body":null})", Failure::kNoText, ""},
      {R"({"titel":"t"})", Failure::kNoText, ""},
      {R"([])", Failure::kNotAnObject, ""},
      {R"([{"title":"t"}])", Failure::kNotAnObject, ""},
      {R"("text")", Failure::kNotAnObject, ""},
      {R"(12)", Failure::kNotAnObject, ""},
      {R"(null)", Failure::kNotAnObject, ""},
      {" ", Failure::kInvalidJson, "there is no JSON in the record"},
      {R"({"title":"t"} x)", Failure::kInvalidJson,
       "the record does not end where its object or array does"},
      {R"({"title":"t"}{})", Failure::kInvalidJson,
       "byte 13: something follows the end of the document"},
      {R"({"title":"t","n":01})", Failure::kInvalidJson, "byte 17: not a JSON value"},
      {R"({"title":"t":2}})", Failure::kInvalidJson, "byte 9: an object is malformed behind this"},
      {R"({"body":["t":2]]})", Failure::kInvalidJson, "byte 9: an array is malformed behind this"},
      {R"({"title":"t\q"})", Failure::kInvalidJson, "byte 9: a string holds an invalid escape"},
      {R"({"title":"t","u":"\q"})", Failure::kInvalidJson,
       "byte 17: a string holds an invalid escape"},
      {R"({"title":"t","\q":0})", Failure::kInvalidJson,
       "byte 13: a member's name holds an invalid escape"},
      {R"({"title":"t",)", Failure::kInvalidJson,
       "the record does not end where its object or array does"},
      {"\xef\xbb\xbf{\"title\":x}", Failure::kInvalidJson, "byte 12: not a JSON value"},
      {"{\"title\":\"t\xff\"", Failure::kInvalidUtf8, ""},
      {"{\"title\":\"t\"}\xff", Failure::kInvalidUtf8, ""},
  };
  for (const FailureCase& c : cases) {
    const Decoded article(c.json, kJson);
    EXPECT_EQ(FailureCode(article->failure), FailureCode(c.failure)) << c.json;
    EXPECT_EQ(article->failure_detail, c.detail) << c.json;
    EXPECT_EQ(article->failed_stage, "decode") << c.json;
    EXPECT_THAT(article->parts, IsEmpty()) << c.json;
    EXPECT_EQ(article->title_json, "") << c.json;
  }
}

TEST(JsonDecoderTest, TakesSeveralLabelsOrOne) {
  EXPECT_THAT(Decoded(R"({"title":"t","labels":"One"})", kJson)->categories, ElementsAre("One"));
  EXPECT_THAT(Decoded(R"({"title":"t","labels":["a",null,"","b"]})", kJson)->categories,
              ElementsAre("a", "b"));
  EXPECT_THAT(Decoded(R"({"title":"t","labels":null})", kJson)->categories, IsEmpty());
}

TEST(JsonDecoderTest, ReadsFurtherFields) {
  DecodeSettings settings = kJson;
  settings.fields.further = {{"byline", "/by"}, {"priority", "/meta/priority"}, {"last", "/by/1"}};
  const struct {
    const char* json;
    const char* parts;
    const char* detail;
  } table[] = {
      {R"({"title":"t","by":"A. \"B\""})", R"(title: t | 3: A. "B")", ""},
      {R"({"title":"t","by":["a",null,"b"],"meta":{"priority":2.50}})",
       "title: t | 3/0: a | 3/2: b | 4: 2.50", ""},
      {R"({"title":"t","by":["a","b"],"meta":{"priority":null}})",
       "title: t | 3/0: a | 3/1: b | 5: b", ""},
      {R"({"title":"t","by":"x","by":true})", "title: t | 3: true", ""},
      {R"({"title":"t","by":["a"],"by":"x"})", "title: t | 3: x", ""},
      {R"({"title":"t","by":{"x":1}})", "", "/by is an object"},
      {R"({"title":"t","by":["a",["b"]]})", "", "/by/1 is not a value"},
      {R"({"by":"a"})", "", ""},
  };
  for (const auto& row : table) {
    const Decoded article(row.json, settings);
    EXPECT_EQ(article.Parts(), row.parts) << row.json;
    EXPECT_EQ(article->failure_detail, row.detail) << row.json;
  }
}

TEST(JsonDecoderTest, HasAsManyMembersAsItMayAndNoMore) {
  DecodeSettings settings = kJson;
  settings.json_fields_max = 4;
  EXPECT_TRUE(Decoded(R"({"title":"t","a":{"b":1},"c":[{"d":1}]})", settings)->failure ==
              Failure::kTooManyFields);
  EXPECT_TRUE(Decoded(R"({"title":"t","a":{"b":1},"c":[1,2,3]})", settings)->ok());
  EXPECT_TRUE(Decoded(R"({"title":"t","a":{"b":1},"b":1})", settings)->ok()) << "each its own";
}

TEST(JsonDecoderTest, NestsAsDeepAsItMayAndNoDeeper) {
  DecodeSettings settings = kJson;
  settings.json_depth_max = 4;
  // The object itself is the first level.
  EXPECT_TRUE(Decoded(R"({"title":"t","a":[[[1]]]})", settings)->ok());
  EXPECT_EQ(Decoded(R"({"title":"t","a":[[[[]]]]})", settings)->failure, Failure::kTooDeep);
  EXPECT_EQ(Decoded(R"({"title":"t","a":{"a":{"a":{"a":{}}}}})", settings)->failure,
            Failure::kTooDeep);
  const std::string unclosed = R"({"a":)" + std::string(100000, '[') + "}";
  EXPECT_EQ(Decoded(unclosed, settings)->failure, Failure::kTooDeep);
  // The most that settings allow.
  settings.json_depth_max = 1024;
  const std::string deep =
      R"({"title":"t","a":)" + std::string(1023, '[') + std::string(1023, ']') + "}";
  EXPECT_TRUE(Decoded(deep, settings)->ok());
}

// --- Pointers

TEST(FieldTreeTest, TellsPointersFromOtherText) {
  for (const char* pointer : {"/a", "/", "/a/b", "/a~0b~1c", "//", "/ä"}) {
    EXPECT_TRUE(IsJsonPointer(pointer)) << pointer;
  }
  for (const char* pointer : {"", "a", "a/b", "/a~", "/a~2"}) {
    EXPECT_FALSE(IsJsonPointer(pointer)) << pointer;
  }
}

TEST(JsonDecoderTest, FollowsPointersIntoObjectsAndArrays) {
  DecodeSettings settings = kJson;
  settings.fields.title = "/content/0/head~1line";
  settings.fields.body = "/content/1/text";
  settings.fields.id = "/~0";
  settings.fields.labels = "";
  const Decoded article(R"({"content":[{"head/line":"t","text":"no"},{"text":["a","b"]}],
                            "~":"id","labels":["x"]})",
                        settings);
  ASSERT_TRUE(article->ok()) << article->failure_detail;
  EXPECT_EQ(article.Parts(), "title: t | body/0: a | body/1: b");
  EXPECT_EQ(article->id_json, R"("id")");
  EXPECT_THAT(article->categories, IsEmpty());
}

TEST(JsonDecoderTest, ForgetsWhatALaterMemberOfTheSameNameReplaces) {
  DecodeSettings settings = kJson;
  settings.fields.title = "/a/title";
  EXPECT_EQ(Decoded(R"({"body":"b","a":{"title":"t"},"a":{}})", settings).Parts(), "body: b");
  EXPECT_EQ(Decoded(R"({"body":"b","a":{"title":"t"},"a":7})", settings).Parts(), "body: b");
  EXPECT_EQ(Decoded(R"({"body":"b","a":{"title":"t"},"a":[]})", settings).Parts(), "body: b");
  EXPECT_EQ(Decoded(R"({"body":"b","a":{"title":"t"},"a":{"title":"u"}})", settings).Parts(),
            "title: u | body: b");
}

TEST(JsonDecoderTest, OneValueMayBeSeveralFields) {
  DecodeSettings settings = kJson;
  settings.fields.title = "/text/0";
  settings.fields.body = "/text";
  settings.fields.id = "/source";
  const Decoded article(R"({"text":["first","second"],"source":"wire"})", settings);
  ASSERT_TRUE(article->ok()) << article->failure_detail;
  EXPECT_EQ(article.Parts(), "title: first | body/0: first | body/1: second");
  EXPECT_EQ(article->id_json, article->source_json);
}

// --- As strict as another parser

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> JsonFiles() {
  std::vector<std::string> folders = {WIREDESK_SOURCE_DIR "/tests/data/json"};
  // More of the same kind, such as a public test suite.
  if (const char* more = std::getenv("WIREDESK_JSON_FILES")) folders.push_back(more);
  std::vector<std::filesystem::path> paths;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".json") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(JsonConformanceTest, AcceptsAndRefusesFilesAsTheirNamesSay) {
  int count = 0;
  for (const std::filesystem::path& path : JsonFiles()) {
    const std::string name = path.filename().string();
    const Decoded decoded(ReadFile(path), kJson);
    EXPECT_NE(decoded->failure, Failure::kStageFailed) << name;
    const bool empty = decoded->failure == Failure::kEmptyRecord;
    if (name.starts_with("y_")) {
      EXPECT_TRUE(IsAccepted(decoded)) << name << ": " << decoded->failure_detail;
    }
    if (name.starts_with("n_") && !empty) {
      EXPECT_FALSE(IsAccepted(decoded)) << name;
    }
    ++count;
  }
  EXPECT_GT(count, 100);
}

TEST(JsonConformanceTest, RefusesAFileInsideAnObjectAsItDoesAlone) {
  for (const std::filesystem::path& path : JsonFiles()) {
    const std::string name = path.filename().string();
    const std::string text = ReadFile(path);
    if (!name.starts_with("n_") || text.starts_with("\xef\xbb\xbf")) continue;
    // The frame itself would complete or balance some of them.
    if (json::accept(R"({"title":"t","u":)" + text + "}")) continue;
    const Decoded decoded(R"({"title":"t","u":)" + text + "}", kJson);
    EXPECT_FALSE(decoded->ok()) << name;
  }
}

// Makes JSON documents that look like articles, more or less.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  std::string Text() {
    static const std::vector<std::string> pieces = {
        "word",       " ",    "\n",
        "\"",         "\\",   "/",
        "é",          "中文", "“",
        "\u2028",     "\x01", "\t",
        "\U0001f600", "{",    "]",
        ",",          ":",    "a long run of plain text, sixty bytes or so"};
    std::string text;
    for (std::size_t i = Below(12); i > 0; --i) text += pieces[Below(pieces.size())];
    return text;
  }

  json Value(int depth) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return Below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_()) - 2000000000;
      case 3:
        return static_cast<double>(Below(1000)) / 8;
      case 4:
      case 5:
        return Text();
      case 6: {
        json array = json::array();
        for (std::size_t i = Below(4); i > 0; --i) array.push_back(Value(depth - 1));
        return array;
      }
      default: {
        json object = json::object();
        for (std::size_t i = Below(4); i > 0; --i) object[Text()] = Value(depth - 1);
        return object;
      }
    }
  }

  json Article() {
    json article = json::object();
    const auto maybe = [&](const char* name, json value) {
      if (Below(4) != 0) article[name] = std::move(value);
    };
    maybe("id", Below(2) == 0 ? json(Text()) : json(static_cast<std::int64_t>(Below(1000))));
    maybe("title", Below(5) == 0 ? json(nullptr) : json(Text()));
    maybe("language", Text());
    maybe("source", Text());
    maybe("published_at", Text());
    maybe("labels", json::array({Text(), Text()}));
    json paragraphs = json::array();
    for (std::size_t i = Below(5); i > 0; --i) paragraphs.push_back(Text());
    maybe("body", Below(2) == 0 ? json(Text()) : paragraphs);
    for (std::size_t i = Below(4); i > 0; --i) article["x" + Text()] = Value(3);
    return article;
  }

  std::string Dump(const json& value) {
    return value.dump(Below(3) == 0 ? 2 : -1, ' ', Below(2) == 0);
  }

 private:
  std::mt19937 random_;
};

// What a text field should be, as the decoder shows it: the JSON of the same string.
json Reread(std::string_view raw) { return raw.empty() ? json(nullptr) : json::parse(raw); }

std::string ExpectedParts(const json& article) {
  std::string parts;
  const auto add = [&](const std::string& field, const std::string& text) {
    if (!text.empty()) parts += (parts.empty() ? "" : " | ") + field + ": " + text;
  };
  if (article.contains("title") && article["title"].is_string()) add("title", article["title"]);
  const json body = article.value("body", json());
  if (body.is_string()) add("body", body);
  for (std::size_t i = 0; body.is_array() && i < body.size(); ++i) {
    add("body/" + std::to_string(i), body[i]);
  }
  return parts;
}

TEST(JsonConformanceTest, ReadsTheFieldsThatAnotherParserReads) {
  RandomJson random(1);
  int decoded_count = 0;
  for (int round = 0; round < 5000; ++round) {
    const json article = random.Article();
    const std::string text = random.Dump(article);
    const Decoded decoded(text, kJson);
    const bool no_text =
        article.value("title", json()).is_null() && article.value("body", json()).is_null();
    ASSERT_EQ(decoded->failure, no_text ? Failure::kNoText : Failure::kNone)
        << text << decoded->failure_detail;
    if (no_text) continue;
    ++decoded_count;
    ASSERT_EQ(decoded.Parts(), ExpectedParts(article)) << text;
    for (const auto& [name, raw] :
         {std::pair("id", decoded->id_json), std::pair("title", decoded->title_json),
          std::pair("language", decoded->language_json), std::pair("source", decoded->source_json),
          std::pair("published_at", decoded->published_at_json)}) {
      ASSERT_EQ(Reread(raw), article.value(name, json())) << name << " of " << text;
    }
    ASSERT_EQ(decoded->language, article.value("language", "")) << text;
  }
  EXPECT_GT(decoded_count, 4000);
}

// nlohmann's parser takes a NUL for the end of its input, and refuses numbers beyond double: the
// changes make neither.
TEST(JsonConformanceTest, AcceptsADamagedDocumentExactlyWhenAnotherParserDoes) {
  constexpr std::string_view kBytes = "{}[]:,\"\\ \n0129-+.tfnu\x01\x7f\x80\xc3\xe2\xff";
  RandomJson random(2);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = random.Dump(random.Article());
    for (std::size_t change = 1 + random.Below(2); change > 0; --change) {
      const std::size_t at = random.Below(text.size());
      const char byte = kBytes[random.Below(kBytes.size())];
      switch (random.Below(4)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.resize(at + 1);
      }
      if (text.empty()) text = "{}";
    }
    const bool expected = json::accept(text);
    const Decoded decoded(text, kJson);
    ASSERT_EQ(IsAccepted(decoded), expected) << text << "\n" << decoded->failure_detail;
    ++(expected ? accepted : refused);
  }
  EXPECT_GT(accepted, 1000);
  EXPECT_GT(refused, 1000);
}

TEST(JsonDecoderTest, OneDecoderServesArticlesOfAnySizeInAnyOrder) {
  Decoder decoder(kJson);
  RandomJson random(3);
  Batch batch(64);
  for (int round = 0; round < 20; ++round) {
    batch.Clear();
    std::vector<std::string> bodies;
    while (!batch.full()) {
      const std::string body = random.Text() + std::string(random.Below(4) == 0 ? 100000 : 10, 'x');
      bodies.push_back(body);
      batch.Append({}, json{{"body", body}}.dump());
    }
    decoder.Process(batch);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const Article& article = batch.articles()[i];
      ASSERT_TRUE(article.ok()) << article.failure_detail;
      ASSERT_EQ(article.parts[0].text, bodies[i]);
    }
  }
}

}  // namespace
}  // namespace wiredesk
