#include "config/text_check.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wiredesk {
namespace {

using std::string_view_literals::operator""sv;

TEST(TextCheckTest, AcceptsCleanText) {
  for (const std::string_view text : {""sv, "plain\ttext\r\n"sv, "é “ü” 中文 \U0001F600 \u00A0"sv,
                                      "\U0010FFFF"sv, "\uD7FF\uE000"sv}) {
    EXPECT_FALSE(FindTextFault(text)) << text;
  }
}

struct FaultCase {
  std::string_view name;
  std::string_view text;
  TextFault::Kind kind;
  std::size_t offset;
};

TEST(TextCheckTest, FindsTheFirstFault) {
  constexpr auto kInvalid = TextFault::Kind::kInvalidUtf8;
  constexpr auto kControl = TextFault::Kind::kControlCharacter;
  const FaultCase cases[] = {
      {"NUL", "ab\0c"sv, kControl, 2},
      {"escape", "é\x1b["sv, kControl, 2},
      {"delete", "\x7f"sv, kControl, 0},
      {"C1", "a\xC2\x85"sv, kControl, 1},
      {"lone continuation", "a\x80"sv, kInvalid, 1},
      {"cut at the end", "abc\xE2\x80"sv, kInvalid, 3},
      {"cut before ASCII", "\xC3("sv, kInvalid, 0},
      {"overlong two", "\xC0\xAF"sv, kInvalid, 0},
      {"overlong three", "\xE0\x80\xAF"sv, kInvalid, 0},
      {"overlong four", "\xF0\x80\x80\xAF"sv, kInvalid, 0},
      {"surrogate", "\xED\xA0\x80"sv, kInvalid, 0},
      {"above U+10FFFF", "\xF4\x90\x80\x80"sv, kInvalid, 0},
      {"Latin-1", "caf\xE9 au lait"sv, kInvalid, 3},
  };
  for (const FaultCase& c : cases) {
    const auto fault = FindTextFault(c.text);
    ASSERT_TRUE(fault) << c.name;
    EXPECT_EQ(fault->kind, c.kind) << c.name;
    EXPECT_EQ(fault->offset, c.offset) << c.name;
  }
}

TEST(TextCheckTest, GoesOnWhereItIsTold) {
  const auto fault = FindTextFault("\x01 ok \x02"sv, 1);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->offset, 5U);
}

}  // namespace
}  // namespace wiredesk
