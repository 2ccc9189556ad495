#include "stages/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/decoded.h"

namespace wiredesk {
namespace {

TEST(DecoderTest, RefusesARecordWithoutBytes) {
  EXPECT_EQ(Decoded("")->failure, Failure::kEmptyRecord);
}

TEST(DecoderTest, RefusesARecordAboveTheLimitWithoutReadingIt) {
  DecodeSettings settings;
  settings.article_bytes_max = 20;
  EXPECT_TRUE(Decoded(R"({"title":"12345678"})", settings)->ok());
  EXPECT_EQ(Decoded(R"({"title":"123456789"})", settings)->failure, Failure::kTooLarge);
  EXPECT_EQ(Decoded(std::string(21, '\xff'), settings)->failure, Failure::kTooLarge);
}

TEST(DecoderTest, ChecksTheEncodingInBothFormats) {
  for (const ArticleFormat format : {ArticleFormat::kText, ArticleFormat::kJson}) {
    for (const char* bad : {"{\"title\":\"\xc3\"}", "{\"title\":\"\xed\xa0\x80\"}", "{\xc0\x80",
                            "{\"title\":\"x\"} \xf5", "\xff"}) {
      EXPECT_EQ(Decoded(bad, WithFormat(format))->failure, Failure::kInvalidUtf8) << bad;
    }
  }
}

struct FormatCase {
  ArticleFormat setting;
  const char* content_type;  // Null: no such header.
  const char* value;
  bool is_json;
};

TEST(DecoderTest, ChoosesTheFormatByHeaderThenSettingThenFirstByte) {
  constexpr auto kAuto = ArticleFormat::kAuto;
  constexpr auto kText = ArticleFormat::kText;
  constexpr auto kAsJson = ArticleFormat::kJson;
  const FormatCase cases[] = {
      {kAuto, nullptr, R"({"title":"t"})", true},
      {kAuto, nullptr, " \r\n\t{\"title\":\"t\"}", true},
      {kAuto, nullptr, "\xef\xbb\xbf{\"title\":\"t\"}", true},
      {kAuto, nullptr, R"([{"title":"t"}])", true},
      {kAuto, nullptr, "Title", false},
      {kAuto, nullptr, "\"Title\"", false},
      {kAuto, nullptr, "\xef\xbb\xbfTitle", false},
      {kText, nullptr, R"({"title":"t"})", false},
      {kAsJson, nullptr, "Title", true},
      {kText, "application/json", R"({"title":"t"})", true},
      {kText, "Application/JSON; charset=utf-8", R"({"title":"t"})", true},
      {kText, " application/vnd.news+json ;v=1", R"({"title":"t"})", true},
      {kAsJson, "text/plain", R"({"title":"t"})", false},
      {kAsJson, "TEXT/plain;charset=utf-8", R"({"title":"t"})", false},
      // Types that say nothing about articles leave it to the setting.
      {kText, "application/octet-stream", R"({"title":"t"})", false},
      {kAsJson, "application/+json", "x", true},
      {kAuto, "application/jsonl", "x", false},
      {kAuto, "", R"({"title":"t"})", true},
  };
  for (const FormatCase& c : cases) {
    std::vector<RecordHeader> headers = {{"trace", "application/json", false}};
    if (c.content_type != nullptr) headers.push_back({"Content-Type", c.content_type, false});
    const Decoded article(c.value, WithFormat(c.setting), headers);
    EXPECT_EQ(article->is_json, c.is_json)
        << c.value << " as " << (c.content_type ? c.content_type : "-");
  }
}

TEST(DecoderTest, OfSeveralContentTypesTheLastCounts) {
  const std::vector<RecordHeader> headers = {{"content-type", "text/plain", false},
                                             {"content-type", "application/json", false}};
  EXPECT_TRUE(Decoded(R"({"title":"t"})", {}, headers)->is_json);
}

TEST(DecoderTest, LeavesArticlesAloneThatFailedBefore) {
  Batch batch(2);
  batch.Append({}, "Title").Fail("source", Failure::kStageFailed);
  batch.Append({}, "Title");
  Decoder({}).Process(batch);
  EXPECT_EQ(batch.articles()[0].failed_stage, "source");
  EXPECT_TRUE(batch.articles()[0].parts.empty());
  EXPECT_TRUE(batch.articles()[1].ok());
}

// What later stages rely on, for any bytes at all.
void ExpectSound(const Decoded& decoded, std::string_view value) {
  if (!decoded->ok()) {
    ASSERT_EQ(decoded->failed_stage, "decode");
    ASSERT_TRUE(decoded->parts.empty());
    return;
  }
  for (const TextPart& part : decoded->parts) {
    ASSERT_FALSE(part.text.empty());
    if (!decoded->positions_in_record) continue;
    ASSERT_EQ(value.substr(part.start, part.text.size()), part.text);
  }
}

TEST(DecoderTest, AnyBytesAreAnArticleOrAFailure) {
  std::mt19937 random(7);
  const std::string_view pieces[] = {"{",
                                     "}",
                                     "\"",
                                     "\\",
                                     "\n",
                                     "\n\n",
                                     "\r\n",
                                     " ",
                                     ":",
                                     ",",
                                     "title",
                                     "\"title\"",
                                     "\"body\"",
                                     "[",
                                     "]",
                                     "Category:",
                                     "é",
                                     "\xff",
                                     std::string_view("\0", 1),
                                     "\xef\xbb\xbf",
                                     ".",
                                     " / "};
  for (int round = 0; round < 20000; ++round) {
    std::string value = random() % 4 == 0 ? "{\"title\":" : "";
    for (std::size_t i = random() % 20; i > 0; --i) value += pieces[random() % std::size(pieces)];
    for (const ArticleFormat format :
         {ArticleFormat::kAuto, ArticleFormat::kText, ArticleFormat::kJson}) {
      ExpectSound(Decoded(value, WithFormat(format)), value);
    }
  }
}

}  // namespace
}  // namespace wiredesk
