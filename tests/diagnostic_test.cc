#include "config/diagnostic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {
namespace {

Diagnostic Error(SourcePosition position, std::string source_line) {
  return {Diagnostic::Severity::kError, "desk.rules",          position, "unknown word \"tpic\"",
          "did you mean \"topic\"?",    std::move(source_line)};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

// Characters, not bytes, before `mark` in `line`.
std::size_t CharactersBefore(std::string_view line, std::string_view mark) {
  const std::string_view before = line.substr(0, line.find(mark));
  return static_cast<std::size_t>(std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

TEST(DiagnosticTest, ShowsPlaceMessageLineCaretAndHelp) {
  EXPECT_EQ(Render(Error({12, 9, 4}, "let x = tpic medtop:1")),
            "desk.rules:12:9: error: unknown word \"tpic\"\n"
            "   12 | let x = tpic medtop:1\n"
            "      |         ^~~~\n"
            "   help: did you mean \"topic\"?\n");
}

TEST(DiagnosticTest, LeavesOutWhatThereIsNot) {
  EXPECT_EQ(Render(Diagnostic{Diagnostic::Severity::kWarning, "a.rules", {}, "empty", "", ""}),
            "a.rules: warning: empty\n");
}

struct CaretCase {
  std::string_view name;
  std::string_view line;
  std::string_view marked;  // What must be above the caret.
};

// Names a case where GoogleTest would print its bytes.
void PrintTo(const CaretCase& one, std::ostream* out) { *out << one.name; }

class CaretTest : public testing::TestWithParam<CaretCase> {};

TEST_P(CaretTest, StandsBelowTheMarkedText) {
  const auto& [name, line, marked] = GetParam();
  const int column = static_cast<int>(line.find(marked)) + 1;
  const int length = static_cast<int>(marked.size());
  const auto lines = Lines(Render(Error({7, column, length}, std::string(line))));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(CharactersBefore(lines[1], marked), CharactersBefore(lines[2], "^"));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, CaretTest,
    testing::Values(CaretCase{"AfterTab", "\t\tneed tpic", "tpic"},
                    CaretCase{"AfterAccents", "title:\"\xC3\xA9t\xC3\xA9\" tpic", "tpic"},
                    CaretCase{"AfterFourByteCharacter", "\xF0\x9F\x93\xB0 tpic", "tpic"},
                    CaretCase{"AfterBrokenUtf8", "\xC3( \xFF tpic", "tpic"},
                    CaretCase{"AtTheStart", "tpic", "tpic"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(DiagnosticTest, UnderlinesCharactersNotBytes) {
  const auto lines = Lines(Render(Error({1, 1, 5}, "\xC3\xA9t\xC3\xA9 x")));
  EXPECT_EQ(lines[2], "      | ^~~");
}

TEST(DiagnosticTest, PutsTheCaretBehindTheLineForWhatIsMissingThere) {
  const auto lines = Lines(Render(Error({1, 5, 3}, "need")));
  EXPECT_EQ(lines[2], "      |     ^");
}

TEST(DiagnosticTest, CutsLongLinesAroundTheCaret) {
  for (const std::size_t before : {0U, 20U, 80U, 500U, 5000U}) {
    for (const std::size_t after : {0U, 20U, 80U, 500U, 5000U}) {
      const std::string line = std::string(before, 'a') + "TPIC" + std::string(after, '\xC3');
      const auto lines = Lines(Render(Error({1234567, static_cast<int>(before) + 1, 4}, line)));
      EXPECT_LE(CharactersBefore(lines[1], "never there"), 100U);
      EXPECT_NE(lines[1].find("TPIC"), std::string::npos) << before << " " << after;
      EXPECT_EQ(CharactersBefore(lines[1], "TPIC"), CharactersBefore(lines[2], "^"));
      EXPECT_TRUE(lines[2].ends_with(" ^~~~")) << lines[2];
    }
  }
}

TEST(DiagnosticTest, ShowsControlAndDirectionCharactersAsSpaces) {
  Diagnostic diagnostic = Error({1, 1, 1},
                                "a\x1B[31mb\x7F\xE2\x80\xAE"
                                "c\r\n");
  diagnostic.message = "odd\nname";
  const auto lines = Lines(Render(diagnostic));
  EXPECT_EQ(lines[0], "desk.rules:1:1: error: odd name");
  EXPECT_EQ(lines[1], "    1 | a [31mb  c");
}

TEST(DiagnosticTest, PrintsSeveralInOrderAndCountsThem) {
  Diagnostics diagnostics = {Error({2, 0, 1}, ""), Error({1, 0, 1}, ""), Error({3, 0, 1}, "")};
  diagnostics[2].severity = Diagnostic::Severity::kWarning;
  const auto lines = Lines(Render(diagnostics));
  EXPECT_EQ(lines[0].substr(0, 13), "desk.rules:2:");
  EXPECT_EQ(lines[2].substr(0, 13), "desk.rules:1:");
  EXPECT_EQ(lines.back(), "2 errors, 1 warning");
  diagnostics.erase(diagnostics.begin());
  EXPECT_EQ(Lines(Render(diagnostics)).back(), "1 error, 1 warning");
  diagnostics.erase(diagnostics.begin());
  EXPECT_EQ(Lines(Render(diagnostics)).back(), "1 warning");
  EXPECT_FALSE(HasErrors(diagnostics));
}

struct NameCase {
  std::string_view word;
  std::string_view nearest;
};

TEST(NearestNameTest, FindsWhatWasMeant) {
  constexpr std::string_view kNames[] = {"topic", "score", "need",  "test",
                                         "x",     "ab",    "label", "article_bytes_max"};
  const NameCase cases[] = {
      {"tpic", "topic"},    // one left out
      {"topicc", "topic"},  // one too many
      {"scroe", "score"},   // two swapped
      {"TOPIC", "topic"},   // case
      {"artcle_byte_max", "article_bytes_max"},
      {"window", ""},  // far from all
      {"zzz", ""},     //
      {"y", ""},       // nothing of it is right
      {"ba", "ab"},    //
      {"", ""},
  };
  for (const NameCase& one : cases)
    EXPECT_EQ(NearestName(one.word, kNames), one.nearest) << one.word;
}

TEST(NearestNameTest, PrefersTheNearestAndThenTheFirst) {
  constexpr std::string_view kNames[] = {"match", "march", "watch"};
  EXPECT_EQ(NearestName("marsh", kNames), "march");
  EXPECT_EQ(NearestName("xatch", kNames), "match");
}

}  // namespace
}  // namespace wiredesk
