// Packs that are broken in random places: the parser gives a pack or an error, and nothing worse.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "config/rule_json_writer.h"
#include "config/rule_parser.h"
#include "tests/pack_fault.h"

namespace wiredesk {
namespace {

constexpr std::string_view kWholePack = R"(# comment to end of line
pack mediatopics-en  version 2019.1  language en      # must come first
boost  title 3, heading 2, body 1
let cyber = { cyberattack~ "data breach" ransomware }
let front = title:{ @cyber outage }
topic medtop:04000000 "economy, business and finance"  # only a name and a place in the tree
topic medtop:20000174 "bankruptcy" parent medtop:04000000 {
  score  40 "chapter 11"   15 creditor~ max 2   20 title:{insolvency insolvent}
         -50 "tax bankruptcy joke"  10 @cyber max 3   8 /chapter (7|11)/   12 =Acme  5 ="Acme Inc"
  need   30
  test yes title:"Acme seeks creditor protection"
           body:"The retailer’s creditors met after it filed for Chapter 11."
  score  +7 @front
  test no  body:“He called the policy \"morally\" \\ bankrupt.”
}
)";

constexpr std::string_view kWholeLanguage = R"(
pack p version 1 language en  fold accents  fields title, body, summary
let cyber = {a (b NEAR/3 c) "d~ eeee*"}
let noise = title:(schedule & not diary) | lang = de
exclude everywhere @noise & source not in {x "y z"}
topic t "T" {
  state shadow  emit hits 3, snippet 80
  when @cyber & (count(a OUTSIDE b) >= 3 | atleast 2 of {c d /eeee f/}) & not version > 1.5
  score 5 {k~ pre1234*} SENTENCE (l BEFORE/2 =M) max 2  -3 title:x | y  need 4
  test yes title:"a" category:"b"
}
)";

// What is awkward to meet.
constexpr std::string_view kPieces[] = {"{",
                                        "}",
                                        "\"",
                                        "“",
                                        "”",
                                        "/",
                                        "\\",
                                        "@",
                                        "=",
                                        "~",
                                        ":",
                                        "*",
                                        "(",
                                        ")",
                                        "|",
                                        "&",
                                        ",",
                                        "\n",
                                        "#",
                                        " ",
                                        "-",
                                        "+",
                                        "0",
                                        "99999999999999999999",
                                        "pack ",
                                        "topic ",
                                        "score ",
                                        "need ",
                                        "test yes ",
                                        "let ",
                                        "boost ",
                                        "max ",
                                        "parent ",
                                        "when ",
                                        "state ",
                                        "emit hits 3 ",
                                        "exclude everywhere ",
                                        "file x = \"y\" ",
                                        "fields a, b ",
                                        "atleast 2 of ",
                                        "count(",
                                        " >= 2 ",
                                        " in {",
                                        "@topic ",
                                        " SENTENCE ",
                                        "(((((((((((((((((((((((((((((((((",
                                        "bank*",
                                        "source = ",
                                        "not ",
                                        "NEAR/3 ",
                                        "title:",
                                        "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
                                        "/(((((((((((/",
                                        "/[a-/",
                                        "/a{2/",
                                        "\xE2\x80",
                                        "\xFF",
                                        "\x01",
                                        "@cyber",
                                        "/x(?=y)/",
                                        "\u00A0",
                                        "'"};

// Mutates valid packs: bytes changed, pieces cut out, doubled or swapped in from a list of what is
// awkward to meet.
class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string Mutate(std::string text, std::size_t changes_max) {
    const std::size_t changes = 1 + Below(changes_max);
    for (std::size_t i = 0; i < changes; ++i) MutateOnce(text);
    return text;
  }

 private:
  std::size_t Below(std::size_t bound) { return random_() % bound; }

  void MutateOnce(std::string& text) {
    const std::size_t at = Below(text.size() + 1);
    const std::size_t length = std::min(Below(30), text.size() - at);
    switch (Below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(Below(text.size() + 1), Below(80)));
        break;
      case 2:
        text.insert(at, kPieces[Below(std::size(kPieces))]);
        break;
      case 3:
        text.replace(at, length, kPieces[Below(std::size(kPieces))]);
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(Below(256));
    }
  }

  std::mt19937 random_;
};

void ExpectPackOrError(const std::string& text, const std::string& file, int& packs) {
  std::optional<RulePack> pack;
  ASSERT_EQ(PackFault(text, file, pack), "");
  packs += pack ? 1 : 0;
}

// That both ways were walked: else the mutations are too mild or too wild to test anything.
void ExpectBothWays(int packs, int cases) {
  EXPECT_GT(packs, cases / 50);
  EXPECT_LT(packs, cases * 4 / 5);
}

TEST(RuleMutationTest, GivesAPackOrAnErrorForAnyText) {
  int packs = 0;
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    const std::string text =
        Mutator(seed).Mutate(std::string(seed % 2 == 0 ? kWholePack : kWholeLanguage), 4);
    ExpectPackOrError(text, "desk.rules", packs);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << "\n" << text;
  }
  ExpectBothWays(packs, 5000);
}

TEST(RuleMutationTest, GivesAPackOrAnErrorForAnyJson) {
  Diagnostics diagnostics;
  const auto whole = ParseRulePack(kWholeLanguage, "desk.rules", diagnostics);
  ASSERT_TRUE(whole) << Render(diagnostics);
  const std::string json = WriteRuleJson(*whole);
  int packs = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    const std::string text = Mutator(seed).Mutate(json, 1);
    ExpectPackOrError(text, "desk.json", packs);
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << "\n" << text;
  }
  ExpectBothWays(packs, 3000);
}

}  // namespace
}  // namespace wiredesk
