#include "stages/encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/tagged.h"

namespace wiredesk {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

OutputSettings Enriched(std::string member = "wiredesk") {
  OutputSettings settings;
  settings.record = RecordForm::kEnriched;
  settings.member = std::move(member);
  return settings;
}

std::string ReadFixture(const char* name) {
  std::ifstream file(std::string(WIREDESK_SOURCE_DIR "/tests/data/") + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(EncoderTest, WritesTheDocumentedRecordToTheByte) {
  const auto rules = DiplomacyRules();
  const Tagged article(
      R"({"id": 17,"title":"Talks \"on\"","body":["No rain.","外交 and talks"],"language":"en",)"
      R"("published_at":null,"labels":["A\/B"]})",
      *rules);
  EXPECT_EQ(
      article.output(),
      R"({"schema":"wiredesk/tagged-article/1","id":17,"language":"en","title":"Talks \"on\"",)"
      R"("published_at":null,"source":null,"categories":["A/B"],"tags":[)"
      R"({"id":"desk:diplomacy","label":"Diplomacy","parents":["desk:world"],"score":30,"need":5,)"
      R"("pack":"test pack","evidence":[)"
      R"({"term":"talks","field":"title","start":0,"end":5,"text":"Talks"},)"
      R"({"term":"外交","field":"body/1","start":0,"end":6,"text":"外交"},)"
      R"({"term":"talks","field":"body/1","start":11,"end":16,"text":"talks"}]},)"
      R"({"id":"desk:weather","label":"Weather","parents":[],"score":10,"need":5,)"
      R"("pack":"test pack","evidence":[)"
      R"({"term":"rain","field":"body/0","start":3,"end":7,"text":"rain"}]}],)"
      R"("origin":{"topic":"news.raw","partition":3,"offset":42},"rules":")" +
          std::string(rules->hash()) + R"("})");
}

TEST(EncoderTest, WhatAnArticleLacksIsNull) {
  const auto rules = DiplomacyRules();
  const json record = json::parse(Tagged(R"({"body":"x"})", *rules).output());
  EXPECT_EQ(record["id"], "news.raw/3/42");
  for (const char* name : {"language", "title", "published_at", "source"}) {
    EXPECT_TRUE(record.at(name).is_null()) << name;
  }
  EXPECT_EQ(record["tags"], json::array());
  EXPECT_FALSE(record.contains("categories"));
  EXPECT_FALSE(record.contains("positions"));
}

TEST(EncoderTest, SameArticleAndRulesGiveTheSameBytes) {
  const std::string article = ReadFixture("article.txt");
  const auto rules = DiplomacyRules();
  const auto same_rules = DiplomacyRules();
  EXPECT_EQ(Tagged(article, *rules).output(), Tagged(article, *same_rules).output());
}

// The text of the field that evidence names, from the article as another parser reads it.
std::string FieldText(const json& article, const std::string& field) {
  const std::size_t slash = field.find('/');
  const json& value = article.at(field.substr(0, slash));
  if (slash == std::string::npos) return value;
  return value.at(std::stoul(field.substr(slash + 1)));
}

TEST(EncoderTest, EvidenceOfJsonHitsTheBytesOfItsField) {
  const auto rules = DiplomacyRules();
  const std::string articles[] = {
      R"({"title":"\u201cDon\u2019t panic\u201d:\ttalks",)"
      R"("body":"A cyber\u2010attack, \"rain\" \ud83d\ude00 minister"})",
      R"({"title":"x “don’t panic” 外交","body":["","é rain",null,"ÄÖ\nminister’s\ntalks"]})",
      json{{"title", "ﬁ RAIN"}, {"body", "𝕏 中国外交 minis\u00adter RAIN don't\npanic"}}.dump(
          -1, ' ', true),
  };
  for (const std::string& article : articles) {
    const Tagged tagged(article, *rules);
    const json original = json::parse(article);
    std::size_t count = 0;
    const json record = json::parse(tagged.output());
    for (const json& tag : record["tags"]) {
      for (const json& e : tag["evidence"]) {
        const std::string field = FieldText(original, e["field"]);
        const std::size_t start = e["start"];
        const std::size_t end = e["end"];
        ASSERT_LE(end, field.size());
        EXPECT_EQ(field.substr(start, end - start), e["text"].get<std::string>()) << article;
        ++count;
      }
    }
    EXPECT_GE(count, 3u) << tagged.output();
  }
}

TEST(EncoderTest, EvidenceOfPlainTextHitsTheBytesOfTheRecord) {
  const auto rules = DiplomacyRules();
  const std::string plain = ReadFixture("article.txt");
  std::string crlf = "\xef\xbb\xbf";
  for (const char c : plain) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const std::string& article : {plain, crlf}) {
    const json record = json::parse(Tagged(article, *rules).output());
    EXPECT_EQ(record["positions"], "record");
    EXPECT_EQ(record["title"], "Ministers say “don’t panic” as talks begin");
    EXPECT_EQ(record["categories"], json::array({"World", "Diplomacy"}));
    std::vector<std::string> fields;
    for (const json& tag : record["tags"]) {
      for (const json& e : tag["evidence"]) {
        const std::size_t start = e["start"];
        const std::size_t end = e["end"];
        EXPECT_EQ(article.substr(start, end - start), e["text"].get<std::string>());
        fields.push_back(e["field"]);
      }
    }
    EXPECT_THAT(fields, ::testing::IsSupersetOf({"title", "heading", "body"}));
  }
}

TEST(EncoderTest, EnrichedIsTheOriginalWithOneMemberMore) {
  const auto rules = DiplomacyRules();
  const char* const articles[] = {
      R"({"title":"rain"})",
      " {\n  \"title\" : \"rain\\u0020\" ,\r\n \"n\" : [ 1 , 2.50 ]\n\t}\n ",
      R"({"title":"rain","a":{}})",
      R"({"title":"rain","a":"}","b":[{}]})",
      "\xef\xbb\xbf{\"title\":\"rain\"}",
      R"({"title":"rain","x":1})",
  };
  for (const char* original : articles) {
    const Tagged tagged(original, *rules, Enriched("x"));
    const std::string output(tagged.output());
    const std::size_t begin = output.rfind(R"(,"x":{"schema")");
    ASSERT_NE(begin, std::string::npos) << output;
    const std::string_view tail = "\"}";
    const std::size_t end = output.rfind(tail) + tail.size();
    EXPECT_EQ(output.substr(0, begin) + output.substr(end), original);
    const json member = json::parse(output)["x"];
    EXPECT_EQ(member["schema"], kRecordSchema);
    EXPECT_EQ(member["tags"][0]["id"], "desk:weather");
    EXPECT_EQ(member["origin"]["offset"], 42);
    EXPECT_EQ(member["rules"], rules->hash());
    EXPECT_EQ(member.size(), 4u);
  }
}

TEST(EncoderTest, EnrichedPlainTextBecomesAMember) {
  const auto rules = DiplomacyRules();
  const std::string text = "\xef\xbb\xbfHead \"x\"\r\n\r\nNo rain\there.";
  const json record = json::parse(Tagged(text, *rules, Enriched("a b")).output());
  EXPECT_EQ(record["text"], text);
  EXPECT_EQ(record["a b"]["positions"], "record");
  const json& e = record["a b"]["tags"][0]["evidence"][0];
  EXPECT_EQ(text.substr(e["start"], 4), "rain");
  EXPECT_EQ(record.size(), 2u);
}

TEST(EncoderTest, SkipsArticlesThatFailed) {
  const auto rules = DiplomacyRules();
  const Tagged article("{", *rules);
  EXPECT_FALSE(article->ok());
  EXPECT_EQ(article.output(), "");
}

TEST(EncoderTest, FollowsAChangeOfRules) {
  const auto first = RulesOf({{"a", "A", "", {"rain"}}});
  const auto second = RulesOf({{"b", "B", "", {"rain"}}});
  Encoder encoder({});
  for (const auto& rules : {first, second, first}) {
    Batch batch(1);
    batch.rules = rules.get();
    Article& article = batch.Append({"t", 0, 0}, "{}");
    const Tag tag{0, 7, {}};
    article.tags = {&tag, 1};
    encoder.Process(batch);
    const json record = json::parse(article.output);
    EXPECT_EQ(record["tags"][0]["id"], rules->topics()[0].id);
    EXPECT_EQ(record["rules"], rules->hash());
  }
}

// --- RecordWriter, on articles that no decoder would make as well

class RandomArticle {
 public:
  explicit RandomArticle(unsigned seed) : random_(seed) {}

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  std::string Text(std::size_t pieces_max) {
    static const std::vector<std::string> pieces = {
        "word ", "\"", "\\", "\n", "\x01", "é", "中文", "“", "a longer run of plain text "};
    std::string text;
    for (std::size_t i = Below(pieces_max + 1); i > 0; --i) text += pieces[Below(pieces.size())];
    return text;
  }

 private:
  std::mt19937 random_;
};

// A tag and its evidence as another library writes it.
json ExpectedTag(const Article& article, const Tag& tag, const CompiledTopic& topic) {
  json evidence = json::array();
  for (const Evidence& e : tag.evidence) {
    const TextPart& part = article.parts[e.part];
    std::string field(kFieldNames[part.field]);
    if (part.index != TextPart::kNoIndex) field += "/" + std::to_string(part.index);
    evidence.push_back({{"term", e.term},
                        {"field", field},
                        {"start", part.start + e.start},
                        {"end", part.start + e.end},
                        {"text", part.text.substr(e.start, e.end - e.start)}});
  }
  return {{"id", topic.id},
          {"label", topic.label},
          {"parents", std::vector(topic.parents.begin(), topic.parents.end())},
          {"score", tag.score},
          {"need", topic.need},
          {"pack", topic.pack},
          {"evidence", evidence}};
}

TEST(RecordWriterTest, AgreesWithAnotherWriterOnRandomArticles) {
  RandomArticle random(5);
  for (int round = 0; round < 500; ++round) {
    std::deque<std::string> kept;
    std::deque<std::vector<std::string_view>> parents;
    std::vector<CompiledTopic> topics(1 + random.Below(5));
    for (CompiledTopic& topic : topics) {
      const auto keep = [&kept](std::string text) -> std::string_view {
        return kept.emplace_back(std::move(text));
      };
      std::vector<std::string_view>& ids = parents.emplace_back();
      for (std::size_t i = random.Below(4); i > 0; --i) ids.push_back(keep(random.Text(2)));
      topic = {keep(random.Text(3)), keep(random.Text(3)), ids, keep(random.Text(2)),
               static_cast<int>(random.Below(9))};
    }
    std::vector<std::string> texts(1 + random.Below(4));
    std::vector<TextPart> parts;
    for (std::string& text : texts) {
      text = random.Text(20);
      parts.push_back({text, static_cast<FieldId>(random.Below(3)),
                       random.Below(2) == 0 ? TextPart::kNoIndex
                                            : static_cast<std::uint32_t>(random.Below(2000000000)),
                       static_cast<std::uint32_t>(random.Below(2) * 4000000000u)});
    }
    const std::string origin_topic = random.Text(3);
    const std::string term = random.Text(3);
    std::vector<std::vector<Evidence>> evidence(random.Below(4));
    std::vector<Tag> tags;
    for (std::vector<Evidence>& entries : evidence) {
      for (std::size_t i = random.Below(5); i > 0; --i) {
        const auto part = static_cast<std::uint32_t>(random.Below(parts.size()));
        // Whole texts: a cut inside a character is nothing that the other writer takes.
        const auto end = static_cast<std::uint32_t>(parts[part].text.size());
        entries.push_back({part, 0, end, term});
      }
      tags.push_back({static_cast<std::uint32_t>(random.Below(topics.size())),
                      static_cast<std::int32_t>(random.Below(2000000000)) - 1000000000, entries});
    }
    const std::string category = random.Text(3);
    const std::string_view categories[] = {category, category};
    Article article;
    article.origin = {origin_topic, -1, std::int64_t{1} << 62};
    article.parts = parts;
    article.tags = tags;
    if (random.Below(2) == 0) article.categories = categories;
    article.positions_in_record = random.Below(2) == 0;

    RecordWriter writer({});
    writer.SetRules(topics, "0123456789abcdef");
    Arena arena;
    const json record = json::parse(writer.Write(article, arena));

    json expected = {
        {"schema", "wiredesk/tagged-article/1"},
        {"id", origin_topic + "/-1/4611686018427387904"},
        {"language", nullptr},
        {"title", nullptr},
        {"published_at", nullptr},
        {"source", nullptr},
        {"tags", json::array()},
        {"origin", {{"topic", origin_topic}, {"partition", -1}, {"offset", 4611686018427387904}}},
        {"rules", "0123456789abcdef"}};
    if (!article.categories.empty()) expected["categories"] = {category, category};
    if (article.positions_in_record) expected["positions"] = "record";
    for (const Tag& tag : tags)
      expected["tags"].push_back(ExpectedTag(article, tag, topics[tag.topic]));
    ASSERT_EQ(record, expected);
  }
}

TEST(RecordWriterTest, AnEmptyObjectGetsNoComma) {
  RecordWriter writer(Enriched());
  writer.SetRules({}, "hash");
  Arena arena;
  Article article;
  article.is_json = true;
  article.value = " { \n } ";
  EXPECT_EQ(writer.Write(article, arena),
            R"( {"wiredesk":{"schema":"wiredesk/tagged-article/1","tags":[],)"
            R"("origin":{"topic":"","partition":0,"offset":0},"rules":"hash"})"
            " \n } ");
}

TEST(RecordWriterTest, HasRoomWhereEveryByteNeedsAnEscape) {
  const std::string worst(3000, '\x01');
  const TextPart part{worst};
  const Evidence evidence{0, 0, 3000, worst, 0, 3000};
  const std::vector<Tag> tags(2, {0, -2147483647 - 1, {&evidence, 1}});
  const std::vector<std::string_view> categories(3, worst);
  TextPart parts[] = {part};
  Article article;
  article.value = worst;
  article.parts = parts;
  article.tags = tags;
  article.categories = categories;
  article.origin = {worst, -2147483647 - 1, std::numeric_limits<std::int64_t>::min()};
  article.positions_in_record = true;
  const std::string_view parent = worst;
  const CompiledTopic topic{worst, worst, {&parent, 1}, worst, -2147483647 - 1};
  for (const OutputSettings& settings : {OutputSettings{}, Enriched(worst)}) {
    RecordWriter writer(settings);
    writer.SetRules({&topic, 1}, worst);
    Arena arena;
    EXPECT_TRUE(json::accept(writer.Write(article, arena)));
  }
}

}  // namespace
}  // namespace wiredesk
