// What is a word, and where it stands: a table of surprises; then the fast paths against the path
// by code point, and the sentence ends against ICU, on random texts.
#include "stages/tokeniser.h"

#include <gtest/gtest.h>
#include <unicode/brkiter.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "stages/arena.h"
#include "stages/token_hash.h"

namespace wiredesk {
namespace {

// A text with the readable bytes behind it that the tokeniser asks for.
class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(text), size_(text.size()) {
    bytes_.append(kPadding, '\0');
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_;
};

std::string Canonical(std::string_view text, ApostropheMode mode = ApostropheMode::kEnglish) {
  Tokeniser tokeniser;
  const Padded padded(text);
  tokeniser.Begin(mode, FindAbbreviations("en"));
  tokeniser.AddPart(padded.view());
  std::string shown(tokeniser.canonical());
  for (char& c : shown) {
    if (c == kSentenceMark) c = '|';
    if (c == kParagraphMark) c = '#';
  }
  return shown;
}

struct Surprise {
  const char* text;
  const char* canonical;
};

const Surprise kSurprises[] = {
    {"", " "},
    {"  \t\n ", " "},
    {"New York", " new york "},
    {"New\nYork", " new york "},
    {"New\r\nYork", " new york "},
    {"New\n\nYork", " new # york "},
    {"New\r\n \r\nYork", " new # york "},
    {"“Quoted” text—dashed–twice", " quoted text dashed twice "},
    {"state-of-the-art", " state of the art "},
    {"anti\u00addrug \u200bzero", " antidrug zero "},
    {"The firm's and the firms’ and firm’s", " the firm and the firms and firm "},
    {"don't can’t 'quoted' O'Brien", " dont cant quoted obrien "},
    {"rock 'n' roll 's", " rock n roll s "},
    {"U.S. forces, U.S.-led, e.g. this", " us forces us led eg this "},
    {"the U.S.", " the us "},
    {"Backpage.com cost $5 or 1,000 or 3.5% of €2bn",
     " backpage com cost $ 5 or 1,000 or 3.5 % of € 2bn "},
    {"Stop. Go! Why? No.", " stop | go | why | no "},
    {"Mr. Lee met Gov. Kim at 5 p.m. today. Then", " mr lee met gov kim at 5 pm today | then "},
    {"He said \"Stop.\" Then he left.", " he said stop | then he left "},
    {"It rose 3.5.Then", " it rose 3.5 | then "},
    {"etc. and so on", " etc and so on "},
    {"Straße STRASSE ÉCOLE école e\u0301cole", " strasse strasse école école école "},
    {"Ｆｕｌｌ ﬁne №5", " full fine 5 "},
    {"中国的CPU服务", " 中 国 的 cpu 服 务 "},
    {"中国。日本", " 中 国 | 日 本 "},
    {"ภาษาไทย abc", " ภ า ษ า ไ ท ย abc "},
    {"カ\u3099", " ガ "},
    {"İstanbul", " i\u0307stanbul "},
    {"snake_case", " snake_case "},
    {"covid-19 a1b2 2nd", " covid 19 a1b2 2nd "},
    {"a.b.c.d", " abcd "},
    {"J.R.R. Tolkien", " jrr tolkien "},
    {"Plan B. Then", " plan b then "},  // "B." is in ICU's list of abbreviations.
    {"x\xe2\x80\xa9y", " x # y "},
};

TEST(Tokeniser, SplitsAndFolds) {
  for (const Surprise& row : kSurprises) {
    EXPECT_EQ(Canonical(row.text), row.canonical) << row.text;
  }
}

TEST(Tokeniser, TreatsApostrophesByLanguage) {
  EXPECT_EQ(ApostropheModeOf("fr-CA"), ApostropheMode::kSplit);
  EXPECT_EQ(ApostropheModeOf("nl"), ApostropheMode::kJoin);
  EXPECT_EQ(ApostropheModeOf(""), ApostropheMode::kEnglish);
  EXPECT_EQ(Canonical("l’Europe d'eau", ApostropheMode::kSplit), " l europe d eau ");
  EXPECT_EQ(Canonical("auto's", ApostropheMode::kJoin), " autos ");
}

TEST(Tokeniser, LeadsEachTokenBackToItsBytes) {
  const std::string text = "“Straße,” said the U.S.’s don’t 1,000 中国";
  const Padded padded(text);
  Tokeniser tokeniser;
  tokeniser.Begin(ApostropheMode::kEnglish, nullptr);
  tokeniser.AddPart(padded.view());
  std::vector<std::string> originals;
  for (const Token& token : tokeniser.tokens()) {
    originals.push_back(text.substr(token.start, token.end - token.start));
  }
  EXPECT_EQ(originals, (std::vector<std::string>{"Straße", "said", "the", "U.S.", "s", "don’t",
                                                 "1,000", "中", "国"}));
}

TEST(Tokeniser, BreaksBetweenParts) {
  const Padded title("New");
  const Padded body("York. End");
  Tokeniser tokeniser;
  tokeniser.Begin(ApostropheMode::kEnglish, nullptr);
  tokeniser.AddPart(title.view());
  tokeniser.AddPart(Padded("").view());
  tokeniser.AddPart(body.view());
  EXPECT_EQ(tokeniser.canonical(), " new \x1d york \x1e end ");
  EXPECT_EQ(
      (std::vector<std::uint32_t>(tokeniser.sentences().begin(), tokeniser.sentences().end())),
      (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(
      (std::vector<std::uint32_t>(tokeniser.paragraphs().begin(), tokeniser.paragraphs().end())),
      (std::vector<std::uint32_t>{0, 1}));
}

// The tokeniser relies on it: whatever begins a token leaves something in the canonical text.
TEST(UnicodeTables, FoldNoLetterToNothing) {
  const UnicodeTables& tables = UnicodeTables::Get();
  for (char32_t c = 0; c < 0x110000; ++c) {
    const CharInfo& info = tables.Info(c);
    const bool is_token =
        info.char_class == CharClass::kWord || info.char_class == CharClass::kMark ||
        info.char_class == CharClass::kSingle || info.char_class == CharClass::kSymbol;
    if (!is_token || info.folds_to_itself) continue;
    const std::string_view folded = tables.Fold(info);
    ASSERT_FALSE(folded.empty()) << std::hex << static_cast<std::uint32_t>(c);
    ASSERT_EQ(folded.find(' '), std::string_view::npos)
        << std::hex << static_cast<std::uint32_t>(c);
  }
}

// Random texts of the kind that hurts: mixed scripts, quotes, dots, marks, line ends.
std::string RandomText(std::mt19937_64& random) {
  // clang-format off
  static const char* const pieces[] = {
    "a", "B", "word", "Word", "THE", "s", "S", "t", "x1", "5", "42", "1", "'", "’", "''", ".",
    ".", ",", "...", "!", "?", "\n", "\n\n", "\r\n", " ", " ", " ", " ", "  ", "\t", "-", "—",
    "“", "”", "(", ")", "$", "%", "€", "_", "é", "É", "Ê", "e\u0301", "\u0301", "ß",
    "\u00ad", "\u200b", "中", "国", "カ", "\u3099", "ｶ", "ﾞ", "ไ", "ท", "Ａ", "．",
    "。", "！", "؟", "İ", "\u2029", "\u2028", "\u0085", "😀", "ﷺ", "ﬁ", "Mr.", "U.S.",
    "e.g.", "No.", "\"", "!\" ", ".) ", ". ", ".\n", ".' ",
    "\x01", "averyveryverylongwordindeedthatgoeson", "한", "국", "ά", "Σ",
    "д", "\xf0\x9d\x94\xb8",
  };
  // clang-format on
  std::string text;
  const std::size_t count = random() % 40;
  for (std::size_t i = 0; i < count; ++i) text += pieces[random() % std::size(pieces)];
  if (random() % 8 != 0) return text;
  // As many words, or special characters, or sentences as a block of bytes can have.
  static const char* const dense[] = {"a ", "é ", "$", "a.", "! ", "\n", " ", "Ê"};
  const char* const first = dense[random() % std::size(dense)];
  for (std::size_t i = 0; i < 120; ++i) {
    text += random() % 16 == 0 ? dense[random() % std::size(dense)] : first;
  }
  return text;
}

struct Tokenised {
  std::string canonical;
  std::vector<std::array<std::uint32_t, 4>> tokens;  // Canonical, start, end, hash.
  std::vector<std::uint32_t> sentences;
  bool operator==(const Tokenised&) const = default;
};

Tokenised Tokenise(Tokeniser& tokeniser, std::string_view text, ApostropheMode mode) {
  const Padded padded(text);
  tokeniser.Begin(mode, FindAbbreviations("en"));
  tokeniser.AddPart(padded.view());
  Tokenised result;
  result.canonical = tokeniser.canonical();
  for (const Token& t : tokeniser.tokens()) {
    result.tokens.push_back({t.canonical, t.start, t.end, t.hash});
  }
  result.sentences.assign(tokeniser.sentences().begin(), tokeniser.sentences().end());
  return result;
}

TEST(Tokeniser, GivesTheSameByEveryPath) {
  Tokeniser slow;
  slow.ForceSlowPath();
  for (const NamedKernel& kernel : ChunkKernels()) {
    Tokeniser fast;
    fast.ForceKernel(kernel.run);
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
      std::mt19937_64 random(seed);
      const std::string text = RandomText(random);
      const auto mode = static_cast<ApostropheMode>(random() % 3);
      ASSERT_EQ(Tokenise(fast, text, mode), Tokenise(slow, text, mode))
          << kernel.name << ", seed " << seed << ": " << text;
    }
  }
}

// The blocks that have a path of their own, with what surrounds them; some letters with a mark.
TEST(Tokeniser, ReadsEveryLetterWithoutSpacesAlike) {
  std::string text;
  const auto append = [&text](std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t c = first; c <= last; ++c) {
      text += static_cast<char>(0xe0 | c >> 12);
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (c & 0x3f));
      if (c % 7 == 0) text += "\u3099";
      if (c % 50 == 0) text += "，";
    }
  };
  append(0x3000, 0x312f);
  append(0x4d00, 0xa0ff);
  Tokeniser slow;
  slow.ForceSlowPath();
  Tokeniser fast;
  EXPECT_EQ(Tokenise(fast, text, ApostropheMode::kJoin),
            Tokenise(slow, text, ApostropheMode::kJoin));
}

// Every token stands where the table says, in order, and folds to what the canonical text holds.
TEST(Tokeniser, KeepsItsTablesTrue) {
  Tokeniser tokeniser;
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    std::mt19937_64 random(seed);
    const std::string text = RandomText(random);
    const Tokenised result = Tokenise(tokeniser, text, ApostropheMode::kEnglish);
    ASSERT_EQ(result.canonical.front(), ' ');
    ASSERT_EQ(result.canonical.back(), ' ');
    std::uint32_t last_end = 0;
    for (const auto& [canonical, start, end, hash] : result.tokens) {
      ASSERT_GE(start, last_end) << "seed " << seed;
      ASSERT_LT(start, end);
      ASSERT_LE(end, text.size());
      ASSERT_EQ(result.canonical[canonical - 1], ' ');
      ASSERT_NE(result.canonical[canonical], ' ');
      const Padded word(
          result.canonical.substr(canonical, result.canonical.find(' ', canonical) - canonical));
      ASSERT_EQ(hash, HashToken(word.view().data(), word.view().size()));
      last_end = end;
    }
    for (std::uint32_t first : result.sentences) {
      if (first == 0) continue;
      const char mark = result.canonical[result.tokens[first][0] - 2];
      ASSERT_TRUE(mark == kSentenceMark || mark == kParagraphMark);
    }
  }
}

// ICU's own sentence iterator, told that line ends are spaces, must agree wherever a word starts.
TEST(SentenceBreaks, AgreeWithIcu) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> icu_breaks(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), error));
  ASSERT_TRUE(U_SUCCESS(error));
  for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
    std::mt19937_64 random(seed);
    std::string text = RandomText(random);
    for (char& c : text) {
      if (c == '\n' || c == '\r') c = ' ';
    }
    for (const char* separator : {"\u2028", "\u0085"}) {
      for (std::size_t at; (at = text.find(separator)) != std::string::npos;) {
        text.replace(at, std::string_view(separator).size(), " ");
      }
    }
    const icu::UnicodeString units = icu::UnicodeString::fromUTF8(text);
    icu_breaks->setText(units);
    for (std::size_t at = 0; at < text.size(); at += DecodeUtf8(text.data() + at).bytes) {
      const CharInfo& info = UnicodeTables::Get().Info(DecodeUtf8(text.data() + at).c);
      if (info.sentence_class != SentenceClass::kDot &&
          info.sentence_class != SentenceClass::kEnd) {
        continue;
      }
      // The first character behind the terminator that is neither closing, space nor extending.
      std::size_t next = at + DecodeUtf8(text.data() + at).bytes;
      bool terminator_follows = false;
      while (next < text.size()) {
        const SentenceClass found =
            UnicodeTables::Get().Info(DecodeUtf8(text.data() + next).c).sentence_class;
        terminator_follows = found == SentenceClass::kDot || found == SentenceClass::kEnd ||
                             found == SentenceClass::kParagraph;
        if (found != SentenceClass::kClose && found != SentenceClass::kSpace &&
            found != SentenceClass::kExtend) {
          break;
        }
        next += DecodeUtf8(text.data() + next).bytes;
      }
      if (next >= text.size() || terminator_follows) continue;
      // ICU may break before closing characters that follow a space; any break up to `next` counts.
      const std::int32_t from = icu::UnicodeString::fromUTF8(text.substr(0, at)).length();
      const std::int32_t to = icu::UnicodeString::fromUTF8(text.substr(0, next)).length();
      const std::int32_t found = icu_breaks->following(from);
      const bool icu_says = found != icu::BreakIterator::DONE && found <= to;
      ASSERT_EQ(EndsSentence(text, at, nullptr), icu_says)
          << "seed " << seed << " at " << at << ": " << text;
    }
  }
}

}  // namespace
}  // namespace wiredesk
