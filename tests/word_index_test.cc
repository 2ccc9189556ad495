// The word index finds what a search of the canonical text finds, and what Hyperscan finds: on
// random literals, prefixes and texts, with hashes that collide, and after it was kept and loaded.
#include "stages/word_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "stages/canonicaliser.h"
#include "stages/engine_factory.h"
#include "stages/token_hash.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Hit = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;  // End, begin, pattern.

// An article whose body is `parts`, canonicalised.
class Text {
 public:
  explicit Text(const std::vector<std::string>& parts) : batch_(1) {
    Article& article = batch_.Append({}, "");
    article.language = "en";
    article.parts = batch_.arena().AllocateArray<TextPart>(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      article.parts[i] = TextPart{batch_.arena().Copy(parts[i])};
    }
    Canonicaliser().Process(batch_);
  }
  const Article& article() const { return batch_.articles()[0]; }

 private:
  Batch batch_;
};

LiteralPattern Literal(std::string text) {
  const bool is_prefix = text.back() != ' ';
  const auto spaces = std::count(text.begin(), text.end(), ' ');
  return {std::move(text), static_cast<std::uint32_t>(spaces - (is_prefix ? 0 : 1)), is_prefix};
}

std::vector<LiteralPattern> Literals(const std::vector<std::string>& texts) {
  std::vector<LiteralPattern> literals;
  for (const std::string& text : texts) literals.push_back(Literal(text));
  return literals;
}

std::vector<Hit> Sorted(const std::vector<PatternHit>& hits) {
  std::vector<Hit> sorted;
  for (const PatternHit& hit : hits) sorted.emplace_back(hit.end, hit.begin, hit.pattern);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::vector<Hit> Find(const WordIndex& index, const Article& article) {
  WordIndex::Scratch scratch;
  std::vector<PatternHit> hits;
  index.Find(article, scratch, hits);
  EXPECT_TRUE(std::is_sorted(hits.begin(), hits.end(), [](const auto& a, const auto& b) {
    return std::tie(a.end, a.begin) < std::tie(b.end, b.begin);
  }));
  return Sorted(hits);
}

std::vector<Hit> Find(const PatternEngine& engine, const Article& article) {
  Hits hits;
  engine.NewScanner()->Scan(article, hits);
  EXPECT_TRUE(std::is_sorted(hits.literals.begin(), hits.literals.end(),
                             [](const auto& a, const auto& b) { return a.end < b.end; }));
  return Sorted(hits.literals);
}

std::vector<Hit> FindSlowly(const std::vector<LiteralPattern>& literals, const Article& article) {
  std::vector<Hit> found;
  for (std::uint32_t i = 0; i < literals.size(); ++i) {
    const std::string& text = literals[i].text;
    for (std::size_t at = 0; (at = article.canonical.find(text, at)) != std::string_view::npos;
         ++at) {
      std::uint32_t begin = 0;
      while (article.tokens[begin].canonical != at + 1) ++begin;
      found.emplace_back(begin + literals[i].token_count, begin, i);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

WordIndex Build(const std::vector<LiteralPattern>& literals, std::uint32_t mask = 0xffffffff) {
  absl::StatusOr<WordIndex> index = WordIndex::Build(literals, mask);
  EXPECT_TRUE(index.ok()) << index.status();
  return *std::move(index);
}

// What the hits of `texts` cover in the canonical text, in order.
std::vector<std::string> Found(const std::vector<std::string>& texts,
                               const std::vector<std::string>& parts) {
  const std::vector<LiteralPattern> literals = Literals(texts);
  const Text text(parts);
  std::vector<std::string> found;
  for (const auto& [end, begin, pattern] : Find(Build(literals), text.article())) {
    const std::uint32_t start = text.article().tokens[begin].canonical;
    const std::string_view rest = text.article().canonical.substr(start);
    std::size_t bytes = 0;
    for (std::uint32_t i = begin; i < end; ++i) bytes = rest.find(' ', bytes) + 1;
    found.push_back(literals[pattern].text + "=" + std::string(rest.substr(0, bytes - 1)));
  }
  return found;
}

TEST(WordIndex, FindsWordsPhrasesAndPrefixes) {
  EXPECT_THAT(Found({" york ", " new york ", " new york city ", " yorks "}, {"New York City york"}),
              ElementsAre(" new york =new york", " york =york", " new york city =new york city",
                          " york =york"));
  EXPECT_THAT(Found({" a a ", " a a a "}, {"a a a a"}),
              ElementsAre(" a a =a a", " a a a =a a a", " a a =a a", " a a a =a a a", " a a =a a"));
  EXPECT_THAT(Found({" insolv", " insolvent", " e mail"}, {"Insolvency, e-mails, insolv, insol"}),
              ElementsAre(" insolv=insolvency", " e mail=e mails", " insolv=insolv"));
  EXPECT_THAT(Found({" 中 国 ", " 国 的 "}, {"在中国的人"}),
              ElementsAre(" 中 国 =中 国", " 国 的 =国 的"));
}

TEST(WordIndex, CrossesNoEndOfASentenceOrPart) {
  EXPECT_THAT(Found({" new york ", " york "}, {"New. York"}), ElementsAre(" york =york"));
  EXPECT_THAT(Found({" new york "}, {"New\n\nYork"}), IsEmpty());
  EXPECT_THAT(Found({" new york ", " new yorks"}, {"new", "york"}), IsEmpty());
  EXPECT_THAT(Found({" e mail"}, {"e", "mail"}), IsEmpty());
}

TEST(WordIndex, FindsNothingInNothing) {
  EXPECT_THAT(Found({}, {"word"}), IsEmpty());
  EXPECT_THAT(Found({" word "}, {""}), IsEmpty());
  EXPECT_THAT(Found({" word word "}, {"word"}), IsEmpty());
  // The literal is longer than all that is left of the text.
  EXPECT_THAT(Found({" word " + std::string(300, 'x') + " "}, {"word"}), IsEmpty());
}

TEST(WordIndex, TellsEqualLiteralsApartByTheirNumbers) {
  const Text text({"word"});
  EXPECT_THAT(Find(Build(Literals({" word ", " word "})), text.article()),
              ElementsAre(Hit(1, 0, 0), Hit(1, 0, 1)));
}

TEST(WordIndex, RefusesWhatItCannotHold) {
  EXPECT_THAT(WordIndex::Build(Literals({" abc"})).status().ToString(),
              HasSubstr("behind 3 bytes"));
  EXPECT_THAT(WordIndex::Build(Literals({" " + std::string(70000, 'x') + " "})).status().ToString(),
              HasSubstr("is too long"));
  std::string words = " ";
  for (int i = 0; i < 20000; ++i) words += "x ";
  EXPECT_THAT(WordIndex::Build(Literals({words})).status().ToString(), HasSubstr("is too long"));
}

TEST(TokenHash, TellsWordsAparAndNothingBehindThem) {
  std::set<std::uint32_t> seen;
  std::string bytes(80, 'a');
  for (std::size_t size = 1; size <= 64; ++size) {
    bytes.assign(80, 'a');
    const std::uint32_t hash = HashToken(bytes.data(), size);
    EXPECT_TRUE(seen.insert(hash).second) << size;
    for (std::size_t i = size; i < bytes.size(); ++i) bytes[i] = 'x';
    EXPECT_EQ(HashToken(bytes.data(), size), hash) << size;
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] = 'b';
      EXPECT_NE(HashToken(bytes.data(), size), hash) << size << ", " << i;
      bytes[i] = 'a';
    }
  }
}

// Random texts and literals of few words, so that much is found, and overlaps.
class RandomCase {
 public:
  explicit RandomCase(std::uint64_t seed) : random_(seed) {
    // Literals are mostly pieces of a text, so that some are found.
    const Text source({Sentence(60), Sentence(20)});
    std::set<std::string> texts;
    const std::size_t count = 1 + random_() % 40;
    for (std::size_t i = 0; i < count; ++i) texts.insert(Piece(source.article()));
    for (const std::string& text : texts) literals_.push_back(Literal(text));
  }

  const std::vector<LiteralPattern>& literals() const { return literals_; }
  std::vector<std::string> Parts() {
    std::vector<std::string> parts;
    const std::size_t count = 1 + random_() % 3;
    for (std::size_t i = 0; i < count; ++i) parts.push_back(Sentence(random_() % 60));
    return parts;
  }

 private:
  std::string Sentence(std::size_t words) {
    static const char* const kWords[] = {
        "a",
        "b",
        "A",
        "the",
        "Bank",
        "banker",
        "bankers",
        "banks",
        "bank's",
        "élan",
        "élans",
        "中国",
        "中",
        "国人",
        "e-mail",
        "e-mailing",
        "U.S.",
        "1,000",
        "$5",
        "x.",
        "Y!",
        "z\n\n",
        "insolvency",
        "insolvent",
        "straße ",
        "STRASSEN ",
        "Юникод",
        "Юникоды",
        "averyveryverylongwordindeed",
        "averyveryverylongwordindeedthatgoesonandonandonand"
        "onandonandonandonandonandonandonandon",
        "averyveryverylongwordindeedthatgoesonandonandonandonandonandonandonandonandonandonand",
    };
    std::string text;
    for (std::size_t i = 0; i < words; ++i) {
      text.append(kWords[random_() % std::size(kWords)]);
      text.append(random_() % 8 == 0 ? ". " : " ");
    }
    return text;
  }

  // Some tokens of `article`; perhaps the last is cut, to a prefix.
  std::string Piece(const Article& article) {
    const std::size_t begin = random_() % article.tokens.size();
    const std::size_t end = std::min(begin + 1 + random_() % 4, article.tokens.size());
    std::string text = " ";
    std::string last;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string_view rest = article.canonical.substr(article.tokens[i].canonical);
      last = rest.substr(0, rest.find(' '));
      text.append(last).push_back(' ');
    }
    if (last.size() < 5 || random_() % 3 != 0) return text;
    std::size_t keep = 4 + random_() % (last.size() - 3);
    while (keep < last.size() && (static_cast<unsigned char>(last[keep]) & 0xc0) == 0x80) ++keep;
    return text.substr(0, text.size() - 1 - last.size() + keep);
  }

  std::mt19937_64 random_;
  std::vector<LiteralPattern> literals_;
};

TEST(WordIndex, FindsWhatASearchAndHyperscanFind) {
  std::size_t found = 0;
  std::size_t found_prefixes = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomCase random(seed);
    const auto hyperscan = MakeEngine(random.literals(), {}, EngineChoice::kHyperscan);
    ASSERT_TRUE(hyperscan.ok()) << hyperscan.status();
    std::vector<WordIndex> indexes;
    for (std::uint32_t mask : {0xffffffffu, 0x3u, 0xc0000000u, 0u}) {
      indexes.push_back(Build(random.literals(), mask));
    }
    for (int i = 0; i < 4; ++i) {
      const Text text(random.Parts());
      const std::vector<Hit> expected = FindSlowly(random.literals(), text.article());
      ASSERT_EQ(Find(**hyperscan, text.article()), expected) << "seed " << seed;
      for (const WordIndex& index : indexes) {
        ASSERT_EQ(Find(index, text.article()), expected) << "seed " << seed;
      }
      found += expected.size();
      for (const auto& [end, begin, pattern] : expected) {
        found_prefixes += random.literals()[pattern].is_prefix;
      }
    }
  }
  EXPECT_GT(found, 20000u);
  EXPECT_GT(found_prefixes, 2000u);
}

TEST(WordIndex, IsTheSameAfterItWasKept) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    RandomCase random(seed);
    std::string bytes;
    Build(random.literals()).Serialise(bytes);
    const absl::StatusOr<WordIndex> loaded = WordIndex::Load(bytes);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const Text text(random.Parts());
    EXPECT_EQ(Find(*loaded, text.article()), FindSlowly(random.literals(), text.article()));
    std::string again;
    loaded->Serialise(again);
    EXPECT_EQ(again, bytes);
  }
}

TEST(WordIndex, LoadsNoBytesThatAreCutOffOrOthers) {
  std::string bytes;
  Build(Literals({" word ", " two words ", " pref"})).Serialise(bytes);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 16) {
    EXPECT_FALSE(WordIndex::Load(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(WordIndex::Load(bytes + "x").ok());
  bytes[10] ^= 1;
  EXPECT_FALSE(WordIndex::Load(bytes).ok());
}

TEST(WordIndex, TakesLittleMemoryForMuch) {
  std::vector<LiteralPattern> literals;
  for (int i = 0; i < 100'000; ++i) {
    literals.push_back(Literal(" first" + std::to_string(i % 997) + " " + std::to_string(i) + " "));
  }
  EXPECT_LT(Build(literals).memory_bytes(), literals.size() * 100);
}

}  // namespace
}  // namespace wiredesk
