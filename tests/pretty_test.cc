#include "app/pretty.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace wiredesk {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

Terminal Wide(bool color) {
  Terminal terminal;
  terminal.color = color;
  terminal.width = 100;
  return terminal;
}

Json Evidence(const char* field, int start, int end, const char* text) {
  return {{"term", text}, {"field", field}, {"start", start}, {"end", end}, {"text", text}};
}

Json RecordWith(std::vector<Json> evidence) {
  return {
      {"source", "wire"},
      {"published_at", nullptr},
      {"language", "en"},
      {"tags",
       {{{"id", "t:1"}, {"label", "talks"}, {"score", 20}, {"evidence", std::move(evidence)}}}}};
}

TextPart Part(FieldId field, std::string_view text, std::uint32_t start = 0) {
  TextPart part;
  part.field = field;
  part.text = text;
  part.start = start;
  return part;
}

TEST(Pretty, EvidenceStandsInBracketsWithoutColor) {
  const TextPart parts[] = {Part(kTitleField, "Ministers meet"),
                            Part(kBodyField, "The talks failed.")};
  const std::string text = RenderTaggedArticle(
      RecordWith({Evidence("title", 0, 9, "Ministers"), Evidence("body", 4, 9, "talks")}), parts,
      Wide(false), {});
  EXPECT_THAT(text, HasSubstr("[Ministers] meet"));
  EXPECT_THAT(text, HasSubstr("The [talks] failed."));
  EXPECT_THAT(text, HasSubstr("ministers, talks"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Pretty, EvidenceIsColoredAndEveryColorEnds) {
  const TextPart parts[] = {Part(kBodyField, "The talks failed.")};
  const std::string text =
      RenderTaggedArticle(RecordWith({Evidence("body", 4, 9, "talks")}), parts, Wide(true), {});
  const std::string marked = Styled(Wide(true), Style::kTag1, "talks");
  EXPECT_THAT(text, HasSubstr("The " + marked + " failed."));
}

TEST(Pretty, PositionsInTheRecordFindTheirPart) {
  Json record = RecordWith({Evidence("body", 104, 109, "talks")});
  record["positions"] = "record";
  const TextPart parts[] = {Part(kTitleField, "A title", 20),
                            Part(kBodyField, "The talks failed.", 100)};
  EXPECT_THAT(RenderTaggedArticle(record, parts, Wide(false), {}),
              HasSubstr("The [talks] failed."));
}

TEST(Pretty, PositionsOutsideTheTextAreLeftAlone) {
  const TextPart parts[] = {Part(kTitleField, "Title"), Part(kBodyField, "Short.")};
  const std::string text =
      RenderTaggedArticle(RecordWith({Evidence("body", 4, 900, "x"), Evidence("title", 4, 2, "x")}),
                          parts, Wide(false), {});
  EXPECT_THAT(text, HasSubstr("Title"));
  EXPECT_THAT(text, Not(HasSubstr("[")));
}

// An article must not be able to drive the reader's terminal.
TEST(Pretty, ControlCharactersOfArticlesAreNotPassedOn) {
  const std::string hostile =
      "talks \033[2J\033]0;owned\007 \xc2\x9b"
      "31m \xe2\x80\xae end";
  const TextPart parts[] = {Part(kTitleField, hostile), Part(kBodyField, hostile)};
  Json record = RecordWith({Evidence("body", 0, 5, "talks"), Evidence("title", 0, 5, "talks")});
  record["source"] = hostile;
  record["tags"][0]["label"] = hostile;
  record["tags"][0]["evidence"][0]["text"] = hostile;
  const std::string text = RenderTaggedArticle(record, parts, Wide(false), {});
  for (const char* code : {"\033", "\007", "\xc2\x9b", "\xe2\x80\xae"}) {
    EXPECT_THAT(text, Not(HasSubstr(code)));
  }
}

TEST(Pretty, LongTextIsCutAroundItsEvidence) {
  const std::string body =
      std::string(3000, 'x') + ". Then the talks failed. " + std::string(3000, 'y');
  const auto start = static_cast<int>(body.find("talks"));
  const TextPart parts[] = {Part(kBodyField, body)};
  PrettyOptions options;
  options.paragraph_bytes_max = 200;
  const std::string text = RenderTaggedArticle(
      RecordWith({Evidence("body", start, start + 5, "talks")}), parts, Wide(false), options);
  EXPECT_THAT(text, HasSubstr("… Then the [talks] failed."));
  EXPECT_LT(text.size(), 1000u);
}

TEST(Pretty, LinesFitTheTerminal) {
  std::string body = "talks";
  for (int i = 0; i < 100; ++i) body += " ünïcödé wörds";
  Terminal terminal = Wide(false);
  terminal.width = 50;
  const TextPart parts[] = {Part(kBodyField, body)};
  std::string text =
      RenderTaggedArticle(RecordWith({Evidence("body", 0, 5, "talks")}), parts, terminal, {});
  std::size_t begin = text.find("    [talks]");
  ASSERT_NE(begin, std::string::npos);
  int lines = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    EXPECT_LE(DisplayWidth(text.substr(begin, end - begin)), 50u);
    ++lines;
  }
  EXPECT_GT(lines, 5);
}

TEST(Pretty, WidthCountsWhatATerminalShows) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("äöü"), 3u);
  EXPECT_EQ(DisplayWidth("日本"), 4u);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1u);
  EXPECT_EQ(OneLine("abcdef", 4), "abc…");
  EXPECT_EQ(OneLine("abcd", 4), "abcd");
  EXPECT_EQ(OneLine("日本語", 5), "日本…");
  EXPECT_EQ(OneLine("a\nb", 9), "a b");
}

TEST(Pretty, BarsAreInProportion) {
  EXPECT_EQ(Bar(0, 10, 8), "");
  EXPECT_EQ(Bar(10, 10, 2), "██");
  EXPECT_EQ(Bar(5, 10, 1), "▌");
  EXPECT_EQ(Bar(1, 1000000, 8), "▏");
  EXPECT_EQ(Bar(99, 10, 1), "█");
}

}  // namespace
}  // namespace wiredesk
