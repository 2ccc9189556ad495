#include "app/feed_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace wiredesk {
namespace {

using testing::ElementsAre;
using testing::Pair;

class FeedReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = (std::filesystem::temp_directory_path() / "wiredesk-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }

  static std::vector<std::pair<std::string, std::string>> ReadAll(FeedReader& reader) {
    std::vector<std::pair<std::string, std::string>> records;
    FeedRecord record;
    while (reader.Next(record)) {
      records.emplace_back(record.key.value_or("(none)"), record.value);
    }
    return records;
  }

  std::filesystem::path folder_;
};

TEST_F(FeedReaderTest, EachLineIsARecordWithItsIdAsKey) {
  FeedReader reader({Write("a", "{\"id\":\"x\"}\n\n  \n{\"id\":7}\r\n{\"n\":1}")}, 1);
  EXPECT_THAT(ReadAll(reader), ElementsAre(Pair("x", "{\"id\":\"x\"}"), Pair("7", "{\"id\":7}"),
                                           Pair("(none)", "{\"n\":1}")));
  EXPECT_TRUE(reader.status().ok());
}

TEST_F(FeedReaderTest, TextIsOneRecord) {
  FeedReader reader({Write("a", "Title\n\nText.\n")}, 1);
  EXPECT_THAT(ReadAll(reader), ElementsAre(Pair("(none)", "Title\n\nText.\n")));
}

TEST_F(FeedReaderTest, FilesComeInOrderAndAgainEachRound) {
  const std::string a = Write("a", "{\"id\":\"a\"}\n");
  const std::string b = Write("b", "text");
  FeedReader reader({a, b}, 2);
  std::vector<std::string> keys;
  for (const auto& [key, value] : ReadAll(reader)) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("a", "(none)", "a", "(none)"));
}

TEST_F(FeedReaderTest, EmptyFilesHoldNothing) {
  FeedReader reader({Write("a", ""), Write("b", "\n\n")}, 1);
  EXPECT_TRUE(ReadAll(reader).empty());
  EXPECT_TRUE(reader.status().ok());
}

TEST_F(FeedReaderTest, MissingFileIsAFailure) {
  FeedReader reader({Write("a", "{\"id\":\"a\"}\n"), (folder_ / "none").string()}, 1);
  EXPECT_EQ(ReadAll(reader).size(), 1u);
  EXPECT_FALSE(reader.status().ok());
}

TEST(ArticleKey, IsTheIdOrNothing) {
  EXPECT_EQ(ArticleKey("{\"a\":{\"id\":1},\"id\":\"\\u00e9\"}"), "é");
  EXPECT_EQ(ArticleKey("{\"id\":-5}"), "-5");
  EXPECT_EQ(ArticleKey("\xef\xbb\xbf{\"id\":\"a\"}"), "a");
  EXPECT_EQ(ArticleKey("{\"id\":null}"), std::nullopt);
  EXPECT_EQ(ArticleKey("{\"id\":{}}"), std::nullopt);
  EXPECT_EQ(ArticleKey("[1]"), std::nullopt);
  EXPECT_EQ(ArticleKey("{\"id\":"), std::nullopt);
  EXPECT_EQ(ArticleKey(""), std::nullopt);
}

}  // namespace
}  // namespace wiredesk
