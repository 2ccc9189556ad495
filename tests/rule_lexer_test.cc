#include "config/rule_lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

struct Seen {
  Kind kind;
  std::string text;
  friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << static_cast<int>(seen.kind) << " <" << seen.text << ">";
}

std::vector<Seen> Lex(std::string_view text) {
  RuleLexer lexer(text);
  std::vector<Seen> tokens;
  for (RuleToken token = lexer.Next(); token.kind != Kind::kEnd; token = lexer.Next()) {
    tokens.push_back({token.kind, std::string(token.text)});
  }
  return tokens;
}

struct LexCase {
  std::string_view text;
  std::vector<Seen> tokens;
};

TEST(RuleLexerTest, SplitsText) {
  const LexCase cases[] = {
      {"", {}},
      {" \t\r\n # only a comment", {}},
      {"score # not this\n40", {{Kind::kWord, "score"}, {Kind::kWord, "40"}}},
      {"anti-drug AT&T O'Neill U.S retailer’s café",
       {{Kind::kWord, "anti-drug"},
        {Kind::kWord, "AT&T"},
        {Kind::kWord, "O'Neill"},
        {Kind::kWord, "U.S"},
        {Kind::kWord, "retailer’s"},
        {Kind::kWord, "café"}}},
      {"U.S. a-",
       {{Kind::kWord, "U.S"}, {Kind::kStray, "."}, {Kind::kWord, "a"}, {Kind::kStray, "-"}}},
      {"a--b", {{Kind::kWord, "a"}, {Kind::kStray, "-"}, {Kind::kStray, "-"}, {Kind::kWord, "b"}}},
      {"creditor~ x ~ y*",
       {{Kind::kInflected, "creditor"},
        {Kind::kWord, "x"},
        {Kind::kTilde, "~"},
        {Kind::kWildcard, "y"}}},
      {"-50 +3 -x",
       {{Kind::kNumber, "-50"}, {Kind::kNumber, "+3"}, {Kind::kStray, "-"}, {Kind::kWord, "x"}}},
      {"title:{a}",
       {{Kind::kField, "title"},
        {Kind::kOpenBrace, "{"},
        {Kind::kWord, "a"},
        {Kind::kCloseBrace, "}"}}},
      {"=Acme", {{Kind::kEquals, "="}, {Kind::kWord, "Acme"}}},
      {"@cyber-1 @", {{Kind::kMacro, "cyber-1"}, {Kind::kStray, "@"}}},
      {"NEAR/4 BEFORE/12x near/4/",
       {{Kind::kOperator, "NEAR/4"},
        {Kind::kOperator, "BEFORE/12"},
        {Kind::kWord, "x"},
        {Kind::kWord, "near"},
        {Kind::kRegex, "4"}}},
      {"( ) | & , * :",
       {{Kind::kOpenParen, "("},
        {Kind::kCloseParen, ")"},
        {Kind::kBar, "|"},
        {Kind::kAmpersand, "&"},
        {Kind::kComma, ","},
        {Kind::kStar, "*"},
        {Kind::kColon, ":"}}},
  };
  for (const LexCase& c : cases) EXPECT_EQ(Lex(c.text), c.tokens) << c.text;
}

TEST(RuleLexerTest, ReadsStringsAndRegexes) {
  const LexCase cases[] = {
      {R"("a b" "")", {{Kind::kString, "a b"}, {Kind::kString, ""}}},
      {R"("a \" b\\" c)", {{Kind::kString, R"(a \" b\\)"}, {Kind::kWord, "c"}}},
      {"“chapter 11”x", {{Kind::kString, "chapter 11"}, {Kind::kWord, "x"}}},
      {"„Konkurs“ «faillite»", {{Kind::kString, "Konkurs"}, {Kind::kString, "faillite"}}},
      {"“say \"yes\"”", {{Kind::kString, "say \"yes\""}}},
      {"\"He said “no”.\"", {{Kind::kString, "He said “no”."}}},
      {"\"# no comment\"", {{Kind::kString, "# no comment"}}},
      {R"(/chapter (7|11)/ x)", {{Kind::kRegex, "chapter (7|11)"}, {Kind::kWord, "x"}}},
      {R"(/a\/b\\/)", {{Kind::kRegex, R"(a\/b\\)"}}},
      {"\"open\nnext", {{Kind::kUnterminatedString, "\"open"}, {Kind::kWord, "next"}}},
      {"“open\"\nnext", {{Kind::kUnterminatedString, "“open\""}, {Kind::kWord, "next"}}},
      {"\"open\\", {{Kind::kUnterminatedString, "\"open\\"}}},
      {"/open\\\nnext", {{Kind::kUnterminatedRegex, "/open\\"}, {Kind::kWord, "next"}}},
      {"'single' ‘curly’",
       {{Kind::kStray, "'"},
        {Kind::kWord, "single"},
        {Kind::kStray, "'"},
        {Kind::kStray, "‘"},
        {Kind::kWord, "curly’"}}},
  };
  for (const LexCase& c : cases) EXPECT_EQ(Lex(c.text), c.tokens) << c.text;
}

TEST(RuleLexerTest, TakesPastedSpacesForSpaces) {
  EXPECT_EQ(Lex("40\u00A0x\u2009y\u202Fz\u3000\uFEFFw"), (std::vector<Seen>{{Kind::kWord, "40"},
                                                                            {Kind::kWord, "x"},
                                                                            {Kind::kWord, "y"},
                                                                            {Kind::kWord, "z"},
                                                                            {Kind::kWord, "w"}}));
}

TEST(RuleLexerTest, CountsLinesAndColumnsInBytes) {
  RuleLexer lexer("é x # “\r\n  “ü”~\n");
  EXPECT_EQ(lexer.Next().position.column, 1);
  const RuleToken x = lexer.Next();
  EXPECT_EQ(x.position.column, 4);
  EXPECT_FALSE(x.first_on_line);
  const RuleToken string = lexer.Next();
  EXPECT_EQ(string.position.line, 2);
  EXPECT_EQ(string.position.column, 3);
  EXPECT_EQ(string.position.length, 8);
  EXPECT_EQ(string.text_column, 6);
  EXPECT_TRUE(string.first_on_line);
  EXPECT_EQ(lexer.Next().position.column, 11);
  EXPECT_EQ(lexer.Next().kind, Kind::kEnd);
  EXPECT_EQ(lexer.Next().kind, Kind::kEnd);
}

TEST(RuleLexerTest, RereadsAnIdWhereATokenBegan) {
  RuleLexer lexer(" medtop:04/0.a_b-c{ \"x\"");
  const RuleToken field = lexer.Next();
  EXPECT_EQ(field.kind, Kind::kField);
  const RuleToken id = lexer.RereadAsId(field);
  EXPECT_EQ(id.text, "medtop:04/0.a_b-c");
  EXPECT_EQ(id.position.column, 2);
  EXPECT_EQ(id.position.length, 17);
  EXPECT_EQ(lexer.Next().kind, Kind::kOpenBrace);
  const RuleToken string = lexer.Next();
  EXPECT_TRUE(lexer.RereadAsId(string).text.empty());
  EXPECT_EQ(lexer.Next().kind, Kind::kEnd);
}

TEST(RuleLexerTest, ReadsComparisons) {
  EXPECT_EQ(Lex("a=b != < <= > >= == ! x_y _z"), (std::vector<Seen>{{Kind::kWord, "a"},
                                                                    {Kind::kEquals, "="},
                                                                    {Kind::kWord, "b"},
                                                                    {Kind::kComparison, "!="},
                                                                    {Kind::kComparison, "<"},
                                                                    {Kind::kComparison, "<="},
                                                                    {Kind::kComparison, ">"},
                                                                    {Kind::kComparison, ">="},
                                                                    {Kind::kComparison, "=="},
                                                                    {Kind::kStray, "!"},
                                                                    {Kind::kWord, "x_y"},
                                                                    {Kind::kWord, "_z"}}));
}

TEST(RuleLexerTest, ResolvesEscapes) {
  std::size_t bad = 0;
  EXPECT_EQ(ResolveEscapes(R"(a \"b\" \\ ’)", StringUse::kName, bad), R"(a "b" \ ’)");
  EXPECT_EQ(bad, std::string_view::npos);
  ResolveEscapes(R"(\\ \n \t)", StringUse::kName, bad);
  EXPECT_EQ(bad, 3U);
  EXPECT_EQ(ResolveEscapes(R"(a\n\*b)", StringUse::kText, bad), "a\n\\*b");
  EXPECT_EQ(bad, 3U);
  EXPECT_EQ(ResolveEscapes(R"(a\*\~b\n)", StringUse::kTerm, bad), "a*~b\\n");
  EXPECT_EQ(bad, 6U);
  EXPECT_EQ(ResolveSlashes(R"(a\/b\\\/c\.)"), R"(a/b\\/c\.)");
}

}  // namespace
}  // namespace wiredesk
