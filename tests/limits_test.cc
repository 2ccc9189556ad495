// Bounds on what comes of an article: matches, tags, and the bytes of its record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/rule_desk.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

Article Match(const std::string& text, const CompiledRules& rules, int matches_max) {
  static Batch batch(1);
  batch.Clear();
  batch.rules = &rules;
  batch.Append({"news.raw", 3, 42}, text);
  Decoder({}).Process(batch);
  Canonicaliser().Process(batch);
  MatchSettings settings;
  settings.matches_max = matches_max;
  Matcher(settings).Process(batch);
  return batch.articles()[0];
}

TEST(Matches, MayBeAsManyAsTheSettingSays) {
  const auto rules = DiplomacyRules();
  EXPECT_TRUE(Match("A day. " + Repeat("rain ", 100), *rules, 100).ok());
  const Article article = Match("A day. " + Repeat("rain ", 101), *rules, 100);
  EXPECT_EQ(article.failure, Failure::kTooManyMatches);
  EXPECT_EQ(article.failed_stage, "match");
  EXPECT_TRUE(article.matches.empty());
}

std::vector<TopicSketch> ManyTopics(int count) {
  std::vector<TopicSketch> topics;
  for (int i = 0; i < count; ++i) {
    topics.push_back({"t" + std::to_string(10 + i), "T", "", {"word" + std::to_string(i)}});
  }
  return topics;
}

std::string ArticleWithTags(int count) {
  // The later a topic the more often its word occurs.
  std::string body;
  for (int i = 0; i < count; ++i) body += Repeat("word" + std::to_string(i) + " ", i + 1) + ". ";
  return json({{"title", "t"}, {"body", body}}).dump();
}

TEST(Tags, BeyondTheBoundAreTheWeakestAndTheRecordSaysSo) {
  const auto rules = RulesOf(ManyTopics(6));
  OutputSettings output;
  output.tags_max = 3;
  const Tagged article(ArticleWithTags(6), *rules, output);
  const json record = json::parse(article.output());
  std::vector<std::string> ids;
  for (const json& tag : record.at("tags")) ids.push_back(tag.at("id"));
  EXPECT_THAT(ids, ElementsAre("t15", "t14", "t13"));
  EXPECT_EQ(record.at("truncated"), json::array({"tags"}));
}

TEST(Tags, AsManyAsTheBoundAreNotMarked) {
  const auto rules = RulesOf(ManyTopics(6));
  OutputSettings output;
  output.tags_max = 6;
  const json record = json::parse(Tagged(ArticleWithTags(6), *rules, output).output());
  EXPECT_EQ(record.at("tags").size(), 6u);
  EXPECT_FALSE(record.contains("truncated"));
}

// Of each bound from too little to enough.
TEST(Records, ShowLessEvidenceUntilTheyFitAndKeepTheirTags) {
  const auto rules = RulesOf(ManyTopics(5));
  const std::string value = ArticleWithTags(5);
  const std::string whole(Tagged(value, *rules).output());
  std::size_t evidence_before = 0;
  int failed = 0;
  int cut = 0;
  for (std::size_t bytes = 1; bytes <= whole.size() + 200; bytes += 25) {
    OutputSettings output;
    output.record_bytes_max = bytes;
    const Tagged article(value, *rules, output);
    if (!article->ok()) {
      ++failed;
      EXPECT_EQ(cut, 0) << "what fits once fits with more room too";
      EXPECT_EQ(article->failure, Failure::kOutputTooLarge);
      EXPECT_EQ(article->failed_stage, "encode");
      EXPECT_THAT(std::string(article->failure_detail), HasSubstr("bytes without evidence"));
      continue;
    }
    ASSERT_LE(article.output().size() + BytesBesideValue(*article.operator->()), bytes);
    const json record = json::parse(article.output());
    EXPECT_EQ(record.at("tags").size(), 5u);
    std::size_t evidence = 0;
    for (const json& tag : record.at("tags")) evidence += tag.at("evidence").size();
    EXPECT_GE(evidence, evidence_before);
    evidence_before = evidence;
    const bool is_cut = article.output() != whole;
    cut += is_cut ? 1 : 0;
    EXPECT_EQ(record.contains("truncated"), is_cut);
    if (is_cut) {
      EXPECT_EQ(record.at("truncated"), json::array({"evidence"}));
    }
  }
  EXPECT_GT(failed, 0);
  EXPECT_GT(cut, 3);
  EXPECT_EQ(evidence_before, 15u) << "in the end all of it is shown";
}

TEST(Records, CountKeyAndHeaders) {
  const auto rules = DiplomacyRules();
  const RecordHeader headers[] = {{"trace", "0123456789"}};
  Batch batch(1);
  batch.rules = rules.get();
  Article& article = batch.Append({"news.raw", 3, 42}, R"({"title":"talks"})");
  article.key = "a key";
  article.has_key = true;
  article.headers = headers;
  EXPECT_EQ(BytesBesideValue(article), 128u + 5 + 5 + 10 + 16);
  OutputSettings output;
  output.record_bytes_max = 1;
  Decoder({}).Process(batch);
  Encoder(output).Process(batch);
  EXPECT_EQ(batch.articles()[0].failure, Failure::kOutputTooLarge);
}

}  // namespace
}  // namespace wiredesk
