#include "stages/text_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/decoded.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const DecodeSettings kText = WithFormat(ArticleFormat::kText);

std::string Long(std::string_view start) {
  return std::string(start) + std::string(130, 'x') + ".";
}

struct PartsCase {
  const char* what;
  std::string text;
  std::string parts;
};

TEST(TextDecoderTest, TellsTitleHeadingsAndParagraphs) {
  const PartsCase cases[] = {
      {"title and paragraphs", "Title\n\nOne.\n\nTwo.", "title: Title | body: One. | body: Two."},
      {"title twice", "Title\n\nTitle\n\nOne.", "title: Title | body: One."},
      {"title twice without a blank line", "Title\nTitle\n\nOne.", "title: Title | body: One."},
      {"title twice, then the text at once", "Title\n\nTitle\nOne.", "title: Title | body: One."},
      {"title, title and text without blank lines", "Title\nTitle\nOne.",
       "title: Title | body: One."},
      {"headings", "Title\n\nHead\n\nOne.\n\nHead 2\n\nTwo.",
       "title: Title | heading: Head | body: One. | heading: Head 2 | body: Two."},
      {"a heading below a heading", "Title\n\nHead\n\nSub\n\nOne.",
       "title: Title | heading: Head | heading: Sub | body: One."},
      {"nothing below, so no heading", "Title\n\nOne.\n\nThe end",
       "title: Title | body: One. | body: The end"},
      {"sentences and half sentences are no headings",
       "Title\n\nOne.\n\nReally?\n\nSo:\n\nand;\n\nthen,\n\nwell…\n\nHe said “No.”\n\nEnd.",
       "title: Title | body: One. | body: Really? | body: So: | body: and; | body: then, | "
       "body: well… | body: He said “No.” | body: End."},
      {"80 characters may be a heading, 81 not",
       "Title\n\n" + std::string(79, 'h') + "é\n\n" + std::string(81, 'p') + "\n\nOne.",
       "title: Title | heading: " + std::string(79, 'h') + "é | body: " + std::string(81, 'p') +
           " | body: One."},
      {"a paragraph keeps its line breaks", "Title\n\nOne\ntwo\nthree.\n\nFour.",
       "title: Title | body: One\ntwo\nthree. | body: Four."},
      {"CRLF", "Title\r\n\r\nOne\r\ntwo.\r\n\r\nThree.\r\n",
       "title: Title | body: One\r\ntwo. | body: Three."},
      {"space on blank lines and at line ends", "\n\n  Title \n \t \n\n\n  One. \t\n\n",
       "title: Title | body: One."},
      {"byte order mark", "\xef\xbb\xbfTitle\n\nOne.", "title: Title | body: One."},
      {"a title may ask", "Who won?\n\nOne.", "title: Who won? | body: One."},
      {"a first paragraph that is a sentence is text", "It rained.\n\nOne.",
       "body: It rained. | body: One."},
      {"below a line of categories it is the title", "Category: X\n\nIt rained.\n\nOne.",
       "title: It rained. | body: One."},
      {"one short line is a title", "Title", "title: Title"},
      {"one sentence is text", "It rained.", "body: It rained."},
      {"one sentence in quotes is text", "“It rained.”", "body: “It rained.”"},
      {"200 characters may be a title", std::string(200, 't'), "title: " + std::string(200, 't')},
      {"201 characters are text", std::string(201, 't'), "body: " + std::string(201, 't')},
      {"an unwrapped text below a line makes it a title", "Title\n" + Long("One"),
       "title: Title | body: " + Long("One")},
      {"wrapped text without a title", "This is wrapped\nat some column\nand ends.",
       "body: This is wrapped\nat some column\nand ends."},
      {"Chinese", "标题\n\n小标题\n\n第一段。\n\n第二段！\n\n第三段。",
       "title: 标题 | heading: 小标题 | body: 第一段。 | body: 第二段！ | body: 第三段。"},
  };
  for (const PartsCase& c : cases) {
    const Decoded article(c.text, kText);
    EXPECT_TRUE(article->ok()) << c.what;
    EXPECT_EQ(article.Parts(), c.parts) << c.what;
  }
}

TEST(TextDecoderTest, PositionsCountInTheRecord) {
  const std::string text =
      "\xef\xbb\xbf"
      "Categories: A / B\r\n\r\nTitle “x”\r\n\r\nTitle “x”\r\n\r\nHead\r\n\r\nOne\r\ntwo.";
  const Decoded article(text, kText);
  ASSERT_TRUE(article->ok());
  EXPECT_TRUE(article->positions_in_record);
  EXPECT_FALSE(article->is_json);
  ASSERT_EQ(article->parts.size(), 3u);
  for (const TextPart& part : article->parts) {
    EXPECT_EQ(text.substr(part.start, part.text.size()), part.text);
    EXPECT_EQ(part.text.data(), article->value.data() + part.start) << "a view, not a copy";
    EXPECT_EQ(part.index, TextPart::kNoIndex);
  }
  // The repetition is skipped, not the title.
  EXPECT_EQ(article->parts[0].start, text.find("Title"));
}

TEST(TextDecoderTest, SplitsTheLineOfCategories) {
  struct Case {
    const char* line;
    std::vector<std::string_view> names;
  };
  const Case cases[] = {
      {"Categories: International Relations / Diplomacy", {"International Relations", "Diplomacy"}},
      {"Category: Sport", {"Sport"}},
      {"CATEGORIES:A;B ; C", {"A", "B", "C"}},
      {"categories: Arts, Culture / Radio/TV", {"Arts, Culture", "Radio/TV"}},
      {"Categories: A /  / ;; B /", {"A", "B /"}},
      {"Categories:", {}},
      {"Categories: ; / ", {}},
  };
  for (const Case& c : cases) {
    const Decoded article(std::string(c.line) + "\nTitle\n\nOne.", kText);
    EXPECT_THAT(article->categories, ::testing::ElementsAreArray(c.names)) << c.line;
    EXPECT_EQ(article.Parts(), "title: Title | body: One.") << c.line;
  }
}

TEST(TextDecoderTest, OnlyTheFirstLineHoldsCategories) {
  const Decoded article("Title\n\nCategories: A / B\n\nOne.", kText);
  EXPECT_THAT(article->categories, IsEmpty());
  EXPECT_EQ(article.Parts(), "title: Title | heading: Categories: A / B | body: One.");
}

TEST(TextDecoderTest, WritesTheTitleAsJson) {
  EXPECT_EQ(Decoded("A \"big\" day\n\nOne.", kText)->title_json, R"("A \"big\" day")");
  EXPECT_EQ(Decoded("It rained.", kText)->title_json, "");
  EXPECT_EQ(Decoded("Title", kText)->id_json, "");
  EXPECT_EQ(Decoded("Title", kText)->language_json, "");
}

TEST(TextDecoderTest, SpaceAloneIsNoText) {
  for (const char* text : {" ", "\n\n", "\r\n \t\v\f", "\xef\xbb\xbf", "\xef\xbb\xbf \n",
                           "Categories: A / B", "Category: A\n\n  \n"}) {
    const Decoded article(text, kText);
    EXPECT_EQ(FailureCode(article->failure), FailureCode(Failure::kNoText)) << text;
    EXPECT_THAT(article->categories, IsEmpty());
  }
}

}  // namespace
}  // namespace wiredesk
