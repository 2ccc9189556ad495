#include "config/regex_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wiredesk {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

TEST(RegexCheckTest, AcceptsTheAllowedSubset) {
  const std::string_view regexes[] = {
      "chapter (7|11)",
      "chapter (?:7|11|1[35])",
      " bank(rupt|ing)? ",
      "straße|strasse",
      "[a-zäöüß]{2,20}gesellschaft",
      "G-?20 summit",
      R"(\$\d{1,3}(,\d{3})* (million|billion))",
      R"(tax\w*)",
      R"(tax\s+cuts?)",
      R"(abc[^ ]*def)",
      R"(said .{0,64} that)",
      R"(a\/b\.c)",
      "colou?r scheme",
      "(foo)+",
      "((((foo)+)+)+)+",  // Linear for the matcher, unlike for backtracking ones.
      "(ab){3}",
      "foo|(bar|baz)",
      "foo+?bar",
      "中文",
      R"([\]\-x]foo)",
      "[-x]foo[x-]",
  };
  for (const std::string_view regex : regexes) {
    const RegexFindings findings = CheckRegex(regex);
    EXPECT_FALSE(findings.error) << regex << ": " << findings.error->message;
  }
}

struct RefusedCase {
  std::string_view regex;
  std::size_t offset;
  std::size_t length;
  std::string_view message;
};

const RefusedCase kRefusedCases[] = {
    // Not in the language of Hyperscan, or wrong beside letters outside ASCII.
    {"(?=foo)bar", 0, 3, "look-ahead"},
    {"foo(?!bar)", 3, 3, "look-ahead"},
    {"(?<=foo)bar", 0, 4, "look-behind"},
    {"foo(?<!a)b", 3, 4, "look-behind"},
    {R"((foo)\1)", 5, 2, "back-references"},
    {R"((foo)\k<n>)", 5, 2, "back-references"},
    {"(foo)(?P=n)", 5, 4, "back-references"},
    {R"(\bword)", 0, 2, R"(\b is not supported)"},
    {R"(wor\Bd)", 3, 2, R"(\B is not supported)"},
    {R"(foo\p{L}+)", 3, 2, R"(\p is not supported)"},
    {R"(foo[\p{L}])", 4, 2, R"(\p is not supported)"},
    {R"(foo[\b])", 4, 2, R"(\b is not supported)"},
    {R"(foo\x{110000})", 3, 2, R"(\x is not supported)"},
    {R"(foo\C)", 3, 2, R"(\C is not supported)"},
    {R"(foo\n)", 3, 2, R"(\n is not supported)"},
    {R"(foo\Q.\E)", 3, 2, R"(\Q is not supported)"},
    {R"(foo\é)", 3, 1, "a backslash before a letter"},
    {"foo\\", 3, 1, "a backslash ends"},
    {"^foo", 0, 1, "\"^\" is not supported"},
    {"foo$", 3, 1, "\"$\" is not supported"},
    {"(?i)foo", 0, 2, "flags"},
    {"(?x) a b", 0, 2, "flags"},
    {"(?P<n>foo)", 0, 4, "named groups"},
    {"(?<n>foo)", 0, 3, "named groups"},
    {"(?>foo)", 0, 3, "atomic groups"},
    {"(?#x)foo", 0, 3, "comments"},
    {"(?(1)foo)", 0, 3, "conditions"},
    {"foo(?R)", 3, 3, "recursion"},
    {"foo(?1)", 3, 3, "recursion"},
    {"(*UTF8)foo", 0, 2, "verbs"},
    {"[[:alpha:]]foo", 1, 2, "named classes"},
    // Broken.
    {"(foo", 0, 1, "never closed"},
    {"foo)", 3, 1, "closes nothing"},
    {"foo[a-", 3, 1, "never closed"},
    {"foo[]", 3, 2, "is empty"},
    {"foo[^]", 3, 3, "is empty"},
    {"foo]", 3, 1, "closes nothing"},
    {"foo}", 3, 1, "closes nothing"},
    {"*foo", 0, 1, "nothing to repeat"},
    {"foo|+", 4, 1, "nothing to repeat"},
    {"foo**", 4, 1, "nothing to repeat"},
    {"foo{2}{3}", 6, 1, "nothing to repeat"},
    {"fooo++", 4, 2, "possessive"},
    {"foo{x", 3, 1, "not a repeat"},
    {"foo{,2}", 3, 1, "not a repeat"},
    {"foo{2", 3, 1, "not a repeat"},
    {"foo[z-a]", 4, 3, "wrong way round"},
    {"foo[é-z]", 4, 4, "wrong way round"},
    {R"(foo[\d-z])", 4, 3, "range"},
    {R"(foo[a-\d])", 6, 2, "range"},
    {"foo[[]", 4, 1, "inside a class"},
    {"foo{2,1}", 3, 5, "wrong way round"},
    {"foo(bar){0}", 8, 3, "matches nothing"},
    // Without bound, too large, or without anything to look for.
    {"foo.*bar", 4, 1, "several words"},
    {"foo.+bar", 4, 1, "several words"},
    {"foo.{2,}", 4, 4, "several words"},
    {R"(foo[\s\S]*z)", 9, 1, "several words"},
    {"foo[^x]*z", 7, 1, "several words"},
    {R"(foo\D+)", 5, 1, "several words"},
    {R"(foo\W+bar)", 5, 1, "several words"},
    {R"(foo(\w+ )*)", 9, 1, "several words"},
    {R"(foo(?:a| )+)", 10, 1, "several words"},
    {"(.*foo){20}", 2, 1, "several words"},
    {"foo[ -z]+", 8, 1, "several words"},
    {"foo.{0,65}", 4, 6, "at most 64"},
    {"fooa{1,32000}", 4, 9, "at most 64"},
    {"fooa{99999999999999999999}", 4, 22, "at most 64"},
    {"((fooo{0,60}){0,60}){0,60}", 13, 6, "repeats written out"},
    {R"((foo\w{1,50}){40})", 13, 4, "repeats written out"},
    {"", 0, 0, "empty text"},
    {"a*", 0, 2, "empty text"},
    {"(?:)", 0, 4, "empty text"},
    {"foo|", 0, 4, "empty text"},
    {"(foo)?", 0, 6, "empty text"},
    {"(a|aa)+", 0, 7, "no literal"},
    {"(x+x+)+y", 0, 8, "no literal"},
    {R"(\d+1\d+2)", 0, 8, "no literal"},
    {R"(\\)", 0, 2, "no literal"},
    {"foobar|ab", 0, 9, "no literal"},
    {"ab[cd]ef", 0, 8, "no literal"},
    {"(foo)?ab", 0, 8, "no literal"},
    {"(?:a|b|ab)*c", 0, 12, "no literal"},
};

TEST(RegexCheckTest, RefusesTheRestWhereItStands) {
  for (const RefusedCase& c : kRefusedCases) {
    const RegexFindings findings = CheckRegex(c.regex);
    ASSERT_TRUE(findings.error) << c.regex;
    EXPECT_THAT(findings.error->message, HasSubstr(c.message)) << c.regex;
    EXPECT_EQ(findings.error->offset, c.offset) << c.regex;
    EXPECT_EQ(findings.error->length, c.length) << c.regex;
  }
}

TEST(RegexCheckTest, RefusesDeepNestingWithoutDeepRecursion) {
  const std::string deep = std::string(100'000, '(') + "foo" + std::string(100'000, ')');
  const RegexFindings findings = CheckRegex(deep);
  ASSERT_TRUE(findings.error);
  EXPECT_THAT(findings.error->message, HasSubstr("nested"));
  const std::string allowed = std::string(32, '(') + "foo" + std::string(32, ')');
  EXPECT_FALSE(CheckRegex(allowed).error);
  std::string side_by_side = "foo";
  for (int i = 0; i < 40; ++i) side_by_side += "(a|b)";
  EXPECT_FALSE(CheckRegex(side_by_side).error);
}

TEST(RegexCheckTest, RefusesManySmallRepeatsThatAddUp) {
  std::string regex = "foo";
  for (int i = 0; i < 40; ++i) regex += "a{60}";
  const RegexFindings findings = CheckRegex(regex);
  ASSERT_TRUE(findings.error);
  EXPECT_THAT(findings.error->message, HasSubstr("repeats written out"));
}

TEST(RegexCheckTest, WarnsOfWhatTheTextNeverHolds) {
  const RegexFindings hyphen = CheckRegex("anti-drug");
  EXPECT_FALSE(hyphen.error);
  ASSERT_TRUE(hyphen.warning);
  EXPECT_EQ(hyphen.warning->offset, 4U);
  const RegexFindings slash = CheckRegex(R"(foo\/bar)");
  ASSERT_TRUE(slash.warning);
  EXPECT_EQ(slash.warning->offset, 3U);
  EXPECT_EQ(slash.warning->length, 2U);
  EXPECT_FALSE(CheckRegex(R"(\$1,000 für 5%)").warning);
}

std::vector<std::string> BestSet(std::string_view regex) {
  const RegexFindings findings = CheckRegex(regex);
  return findings.required.empty() ? std::vector<std::string>() : findings.required.front();
}

TEST(RegexCheckTest, NamesTheLiteralsOneOfWhichOccurs) {
  const struct {
    const char* regex;
    std::vector<std::string> required;
  } table[] = {
      {"Chapter (7|11)", {"chapter 7", "chapter 11"}},
      {"Chapter (\\d+|x)", {"chapter "}},
      {"stolen (words?|keys)", {"stolen word", "stolen keys"}},
      {"(words?|keys) stolen", {"word stolen", "words stolen", "keys stolen"}},
      {"banks?", {"bank"}},
      {"xbanks?(?:er)", {"xbanker", "xbankser"}},
      {"(?:abc)?", {}},
      {"abc(?:d(?:e|f))?gh", {"abcdegh", "abcdfgh", "abcgh"}},
      {"[xy]abc(?:d|e){1,2}fg", {"abcdfg", "abcddfg", "abcdefg", "abcefg", "abcedfg", "abceefg"}},
      {"(?:a|b){6}cdef", {"bcdef", "acdef"}},
      {"bank[a-z]*", {"bank"}},
      {"ab+cde", {"cde"}},
      {"(?:abc){2}d", {"abcabcd"}},
      {"(?:abc){2,3}d", {"abcabcd"}},
      {"(?:abcdef)?ghi", {"ghi"}},
      {"(?:abcdef|ghi)", {"abcdef", "ghi"}},
      {"abcdef|ghi|jklm", {"abcdef", "ghi", "jklm"}},
      {"größe", {"gr"}},
      {"(größe|ab)cde", {"cde"}},
      {R"(3\.5 per)", {"3.5 per"}},
      {R"(\d+ million)", {" million"}},
      {"x(a(b)c)y", {"xabcy"}},
      {"foo(?=x)", {}},
  };
  for (const auto& row : table) {
    EXPECT_THAT(BestSet(row.regex), UnorderedElementsAreArray(row.required)) << row.regex;
  }
  std::string many = "(foo0";
  for (int i = 1; i < 40; ++i) many += "|foo" + std::to_string(i);
  EXPECT_TRUE(CheckRegex(many + ")").required.empty());
  EXPECT_EQ(BestSet(many + ") bar"), std::vector<std::string>{" bar"});
  using Sets = std::vector<std::vector<std::string>>;
  EXPECT_EQ(CheckRegex("alpha.{1,9}be(ta|ll)s? 1\\d+ x").required,
            (Sets{{"betas 1", "beta 1", "bells 1", "bell 1"}, {"alpha"}, {"ta", "ll"}, {" x"}}));
  EXPECT_EQ(CheckRegex("(?:alpha.be){2}(?:gamma.de)?").required, (Sets{{"alpha"}, {"be"}}));
  EXPECT_EQ(CheckRegex("alpha.be|gamma.de").required, (Sets{{"alpha", "gamma"}}));
}

TEST(RegexCheckTest, CountsTheSpacesOfAMatch) {
  const struct {
    const char* regex;
    std::size_t spaces;
  } table[] = {
      {"foobar", 0},          {"foo bar", 1},          {"foo( bar)?", 1},
      {"foo( bar| x y)", 2},  {"foo.{1,30}bar", 30},   {"foo(a b ){2,3}", 6},
      {R"(foo\w+\s+bar)", 1}, {"foo [a-z]* bar", 2},   {"foo[ ]+bar", 1},
      {"foo[^0-9]bar", 1},    {"foo[ $%]+", 1u << 20}, {R"(\d+ (million |billion )?foo)", 2},
  };
  for (const auto& row : table)
    EXPECT_EQ(CheckRegex(row.regex).spaces_max, row.spaces) << row.regex;
}

}  // namespace
}  // namespace wiredesk
