// A regex that is only looked for where a literal of it occurs is found wherever it is found
// without that condition; engines are the same after they were kept and loaded.
#include "stages/regex_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "stages/canonicaliser.h"
#include "stages/engine_factory.h"
#include "stages/gram_gate.h"

namespace wiredesk {
namespace {

const char* const kWords[] = {"bank",   "embankment", "bankers",    "chapter",    "chapters",
                              "stolen", "password",   "credential", "seven",      "11",
                              "7",      "the",        "minister",   "Minister's", "größe",
                              "U.S.",   "中国",       "a.",         "$",          "$"};

std::string RandomText(std::mt19937_64& random, std::size_t words) {
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    text.append(kWords[random() % std::size(kWords)]).push_back(' ');
  }
  return text;
}

std::string RandomRegex(std::mt19937_64& random) {
  static const char* const kRegexes[] = {"chapters? (7|11)",
                                         "[ $]+chapter",
                                         "[a-z]+ minister \\w+",
                                         "\\d+ (7 )?chapter",
                                         "stolen (passwords?|credentials?)",
                                         "bank[a-z]*",
                                         "[a-z]*bank",
                                         "MINISTER",
                                         "minister.{1,20}bank",
                                         "(?:seven|eleven)",
                                         "\\d+ chapter",
                                         "größe",
                                         "the (?:chapter|minister)s?",
                                         "bank(er)+s",
                                         "us minister",
                                         "(ab)?chapter",
                                         "sev",
                                         " bank ",
                                         "stole[nm] \\w+",
                                         "(stolen ){2}",
                                         "credential{1,2}s?",
                                         "中 国",
                                         "ers .{0,9}chapter"};
  return kRegexes[random() % std::size(kRegexes)];
}

using Hit = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;

std::vector<Hit> Find(const PatternEngine& engine, const Article& article) {
  Hits hits;
  engine.NewScanner()->Scan(article, hits);
  std::vector<Hit> found;
  for (const PatternHit& hit : hits.regexes) found.emplace_back(hit.end, hit.begin, hit.pattern);
  std::sort(found.begin(), found.end());
  return found;
}

// One article, canonicalised.
std::unique_ptr<Batch> Canonicalised(const std::string& text) {
  auto batch = std::make_unique<Batch>(1);
  Article& article = batch->Append({}, "");
  article.parts = batch->arena().AllocateArray<TextPart>(1);
  article.parts[0] = TextPart{batch->arena().Copy(text)};
  Canonicaliser().Process(*batch);
  return batch;
}

TEST(RegexEngine, FindsTheSameWithAndWithoutGates) {
  std::size_t found = 0;
  std::size_t gated_count = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<std::string> regexes;
    for (std::size_t i = 0; i < 1 + seed % 12; ++i) regexes.push_back(RandomRegex(random));
    const auto open = RegexEngine::Build(regexes, 1000);
    const auto gated = RegexEngine::Build(regexes, 1);
    ASSERT_TRUE(open.ok() && gated.ok());
    ASSERT_EQ((*open)->gated_count(), 0u);
    gated_count += (*gated)->gated_count();
    for (int i = 0; i < 20; ++i) {
      const auto batch = Canonicalised(RandomText(random, random() % 40));
      const std::vector<Hit> expected = Find(**open, batch->articles()[0]);
      ASSERT_EQ(Find(**gated, batch->articles()[0]), expected) << "seed " << seed;
      found += expected.size();
    }
  }
  EXPECT_GT(found, 5000u);
  EXPECT_GT(gated_count, 200u);
}

TEST(RegexEngine, IsTheSameAfterItWasKept) {
  std::mt19937_64 random(1);
  std::vector<std::string> regexes = {"sev", "minister.{1,20}bank",
                                      "stolen (password|credential)s?"};
  for (std::size_t i = 0; i < 8; ++i) regexes.push_back(RandomRegex(random));
  const auto engine = RegexEngine::Build(regexes, 1);
  ASSERT_TRUE(engine.ok()) << engine.status();
  std::string bytes;
  (*engine)->Serialise(bytes);
  const auto loaded = RegexEngine::Load(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_GT((*loaded)->gated_count(), 2u);
  EXPECT_EQ((*loaded)->gated_count(), (*engine)->gated_count());
  std::size_t found = 0;
  for (int i = 0; i < 20; ++i) {
    const auto batch = Canonicalised(RandomText(random, 60));
    const std::vector<Hit> expected = Find(**engine, batch->articles()[0]);
    EXPECT_EQ(Find(**loaded, batch->articles()[0]), expected);
    found += expected.size();
  }
  EXPECT_GT(found, 50u);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 8) {
    EXPECT_FALSE(RegexEngine::Load(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

TEST(GramGate, FindsEveryPlaceOfEveryLiteral) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    const auto piece = [&random](std::size_t least, std::size_t most) {
      std::string text(least + random() % (most - least + 1), ' ');
      for (char& c : text) c = "aab"[random() % 3];
      return text;
    };
    std::vector<std::vector<std::string>> literals(1 + random() % 20);
    for (std::vector<std::string>& item : literals) {
      for (std::size_t i = 0; i < 1 + random() % 3; ++i) item.push_back(piece(7, 11));
    }
    const GramGate gate(literals);
    GramGate::Scratch scratch;
    for (int i = 0; i < 5; ++i) {
      std::string padded = piece(0, 60);
      const std::size_t size = padded.size();
      padded += "aaaaaaaaaaaa";  // What is behind the text is no part of it.
      const std::string_view text(padded.data(), size);
      std::vector<GramGate::Hit> hits;
      gate.Find(text, scratch, hits);
      std::sort(hits.begin(), hits.end());
      std::vector<GramGate::Hit> expected;
      for (std::uint32_t item = 0; item < literals.size(); ++item) {
        for (const std::string& literal : literals[item]) {
          for (std::size_t at = 0; (at = text.find(literal, at)) != std::string_view::npos; ++at) {
            expected.push_back({item, static_cast<std::uint32_t>(at),
                                static_cast<std::uint32_t>(at + literal.size())});
          }
        }
      }
      std::sort(expected.begin(), expected.end());
      ASSERT_EQ(hits, expected) << "seed " << seed << ": " << text;
    }
  }
}

TEST(EngineFactory, LoadsWhatItKept) {
  std::mt19937_64 random(1);
  const std::vector<LiteralPattern> literals = {{" bank ", 1, false}, {" chapter 11 ", 2, false}};
  std::vector<std::string> regexes;
  for (std::size_t i = 0; i < 8; ++i) {
    regexes.push_back(RandomRegex(random) + "( seven)?");
  }
  regexes.push_back("sev");
  for (EngineChoice choice :
       {EngineChoice::kAuto, EngineChoice::kWordIndex, EngineChoice::kHyperscan}) {
    const auto engine = MakeEngine(literals, regexes, choice);
    ASSERT_TRUE(engine.ok()) << engine.status();
    std::string bytes;
    (*engine)->Serialise(bytes);
    const auto loaded = LoadEngine(bytes);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const auto batch = Canonicalised(RandomText(random, 200));
    const Article& article = batch->articles()[0];
    EXPECT_FALSE(Find(**engine, article).empty());
    EXPECT_EQ(Find(**loaded, article), Find(**engine, article));
    Hits before;
    Hits after;
    (*engine)->NewScanner()->Scan(article, before);
    (*loaded)->NewScanner()->Scan(article, after);
    EXPECT_FALSE(before.literals.empty());
    EXPECT_EQ(before.literals.size(), after.literals.size());
    for (std::size_t size : {std::size_t{0}, std::size_t{7}, bytes.size() / 2, bytes.size() - 1}) {
      EXPECT_FALSE(LoadEngine(std::string_view(bytes).substr(0, size)).ok()) << size;
    }
  }
}

TEST(EngineFactory, FindsNothingWithoutPatterns) {
  const auto engine = MakeEngine({}, {});
  ASSERT_TRUE(engine.ok());
  const auto batch = Canonicalised("word");
  Hits hits;
  (*engine)->NewScanner()->Scan(batch->articles()[0], hits);
  EXPECT_TRUE(hits.literals.empty() && hits.regexes.empty());
}

TEST(EngineFactory, TellsWhyARegexIsRefused) { EXPECT_FALSE(MakeEngine({}, {"(?=x)abc"}).ok()); }

}  // namespace
}  // namespace wiredesk
