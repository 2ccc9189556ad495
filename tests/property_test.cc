// The compiled rules find what the slow reference finds: the same tags with the same scores and the
// same evidence, for random packs on random articles.
//
//   WIREDESK_PROPERTY_CASES  how many; a case is one set of packs on one article
//   WIREDESK_PROPERTY_SEED   where to start; a failure tells its seed
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/fast_path.h"
#include "tests/random_rules.h"
#include "tests/random_text.h"
#include "tests/shrink.h"

namespace wiredesk {
namespace {

using reference::FoundTag;
using reference::Mistake;
using reference::Reference;
using reference::SourceArticle;

constexpr std::size_t kCasesDefault = 100'000;
constexpr std::size_t kArticlesPerRound = 200;
constexpr std::uint64_t kRoundsPerPool = 16;  // Reading articles costs more than most rules.

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// Articles for the rounds that share them.
struct Pool {
  explicit Pool(std::uint64_t seed) : articles(Make(seed)), fast(articles) {
    for (const SourceArticle& article : articles) read.push_back(Reference::Read(article));
  }
  static std::vector<SourceArticle> Make(std::uint64_t seed) {
    Random random(seed ^ 0x7ea7);
    std::vector<SourceArticle> made;
    for (std::size_t i = 0; i < kArticlesPerRound; ++i) made.push_back(RandomArticle(random));
    return made;
  }

  const std::vector<SourceArticle> articles;
  std::vector<std::vector<reference::Token>> read;
  FastArticles fast;
};

std::string ShowTags(const std::vector<FoundTag>& tags) {
  std::string shown;
  for (const FoundTag& tag : tags) {
    shown += "  " + tag.topic + " " + std::to_string(tag.score) + ":";
    for (const reference::Evidence& e : tag.evidence) {
      shown += " " + std::to_string(e.part) + "/" + std::to_string(e.start) + "-" +
               std::to_string(e.end) + " by " + e.term + ",";
    }
    shown += "\n";
  }
  return shown.empty() ? "  nothing\n" : shown;
}

// Each gets every second seed.
EngineChoice EngineOf(std::uint64_t seed) {
  return seed % 2 == 0 ? EngineChoice::kWordIndex : EngineChoice::kHyperscan;
}

std::vector<FoundTag> TagFast(const RuleCase& rule_case, EngineChoice engine) {
  std::string errors;
  const std::shared_ptr<const CompiledRules> rules = Compile(rule_case.packs, errors, engine);
  if (rules == nullptr) return {{"error: " + errors, 0, {}}};
  const std::vector<SourceArticle> articles = {rule_case.article};
  return FastArticles(articles).Tag(*rules)[0];
}

bool Differs(const RuleCase& rule_case, EngineChoice engine) {
  std::string errors;
  return Compile(rule_case.packs, errors, engine) != nullptr &&
         TagFast(rule_case, engine) != reference::Tag(rule_case.packs, rule_case.article);
}

std::string Explain(std::uint64_t seed, const RuleCase& found) {
  const EngineChoice engine = EngineOf(seed);
  const auto differs = [engine](const RuleCase& tried) { return Differs(tried, engine); };
  const RuleCase small = differs(found) ? Shrink(found, differs) : found;
  return "WIREDESK_PROPERTY_SEED=" + std::to_string(seed) + "\n" + Show(small.packs) +
         Show(small.article) + "the compiled rules (" +
         (engine == EngineChoice::kHyperscan ? "hyperscan" : "word_index") + ") find\n" +
         ShowTags(TagFast(small, engine)) + "the reference finds\n" +
         ShowTags(reference::Tag(small.packs, small.article));
}

// Rounds of one set of packs on a pool of articles, from the seed on.
class Rounds {
 public:
  explicit Rounds(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t seed() const { return seed_; }
  const std::vector<RulePack>& packs() const { return packs_; }
  const Pool& pool() const { return *pool_; }
  const std::vector<std::vector<FoundTag>>& fast() const { return fast_; }
  const std::string& errors() const { return errors_; }

  // False if the compiler refuses the packs.
  bool Next() {
    ++seed_;
    const std::uint64_t pool_seed = seed_ / kRoundsPerPool;
    if (pool_ == nullptr || pool_seed != pool_seed_) {
      pool_ = std::make_unique<Pool>(pool_seed);
      pool_seed_ = pool_seed;
    }
    Random random(seed_);
    packs_ = RandomPacks(random);
    const std::shared_ptr<const CompiledRules> rules = Compile(packs_, errors_, EngineOf(seed_));
    if (rules == nullptr) return false;
    fast_ = pool_->fast.Tag(*rules);
    return true;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t pool_seed_ = 0;
  std::unique_ptr<Pool> pool_;
  std::vector<RulePack> packs_;
  std::vector<std::vector<FoundTag>> fast_;
  std::string errors_;
};

// As the reference shows it: "word 3-7 # word 9-12 | ", with ends of paragraphs and sentences.
std::string ShowText(const Article& article) {
  const auto begins = [](std::span<const std::uint32_t> starts, std::uint32_t token) {
    return std::binary_search(starts.begin(), starts.end(), token);
  };
  std::string shown;
  for (std::uint32_t i = 0; i < article.tokens.size(); ++i) {
    const Token& token = article.tokens[i];
    if (begins(article.sentences, i)) shown += begins(article.paragraphs, i) ? "# " : "| ";
    const std::string_view rest = article.canonical.substr(token.canonical);
    shown.append(rest.substr(0, rest.find(' ') + 1));
    shown += std::to_string(&PartOf(article, i) - article.parts.data()) + "/";
    shown += std::to_string(token.start) + "-" + std::to_string(token.end) + " ";
  }
  return shown;
}

std::string ShowText(const std::vector<reference::Token>& tokens) {
  std::string shown;
  std::size_t sentence = 0;
  std::size_t paragraph = 0;
  for (const reference::Token& token : tokens) {
    if (token.sentence != sentence) shown += token.paragraph != paragraph ? "# " : "| ";
    sentence = token.sentence;
    paragraph = token.paragraph;
    shown += token.folded + " " + std::to_string(token.part) + "/" + std::to_string(token.start) +
             "-" + std::to_string(token.end) + " ";
  }
  return shown;
}

TEST(Articles, AreReadAsTheReferenceReadsThem) {
  const std::uint64_t pools = FromEnvironment("WIREDESK_PROPERTY_CASES", kCasesDefault) / 1000;
  for (std::uint64_t seed = 0; seed < pools; ++seed) {
    const Pool pool(seed);
    for (std::size_t i = 0; i < pool.articles.size(); ++i) {
      ASSERT_EQ(ShowText(pool.fast.articles()[i]), ShowText(pool.read[i]))
          << "pool " << seed << ", article " << i << "\n"
          << Show(pool.articles[i]);
    }
  }
}

TEST(CompiledRules, FindWhatTheReferenceFinds) {
  const std::size_t cases = FromEnvironment("WIREDESK_PROPERTY_CASES", kCasesDefault);
  Rounds rounds(FromEnvironment("WIREDESK_PROPERTY_SEED", 1) - 1);
  std::size_t tags = 0;
  std::size_t evidence = 0;
  std::size_t done = 0;
  while (done < cases) {
    ASSERT_TRUE(rounds.Next()) << "WIREDESK_PROPERTY_SEED=" << rounds.seed() << "\n"
                               << rounds.errors() << Show(rounds.packs());
    Reference reference(rounds.packs());
    for (std::size_t i = 0; i < rounds.pool().articles.size(); ++i, ++done) {
      const SourceArticle& article = rounds.pool().articles[i];
      const std::vector<FoundTag> expected = reference.Tag(article, rounds.pool().read[i]);
      ASSERT_TRUE(rounds.fast()[i] == expected)
          << Explain(rounds.seed(), {rounds.packs(), article});
      tags += expected.size();
      for (const FoundTag& tag : expected) evidence += tag.evidence.size();
    }
  }
  std::printf("%zu cases, %zu tags, %zu places\n", done, tags, evidence);
  // Else the comparison would be of nothing with nothing.
  EXPECT_GT(tags, cases / 2);
  EXPECT_GT(evidence, tags / 2);
}

// The comparison is worth something: a reference that is wrong in one way is found out.
class PlantedMistakes : public ::testing::TestWithParam<int> {};

TEST_P(PlantedMistakes, AreFound) {
  reference::Options options;
  options.mistake = static_cast<Mistake>(GetParam());
  Rounds rounds(0);
  for (std::size_t done = 0; done < kCasesDefault / 2;) {
    ASSERT_TRUE(rounds.Next());
    Reference reference(rounds.packs(), options);
    for (std::size_t i = 0; i < rounds.pool().articles.size(); ++i, ++done) {
      if (rounds.fast()[i] != reference.Tag(rounds.pool().articles[i], rounds.pool().read[i])) {
        return;
      }
    }
  }
  FAIL() << "not in " << kCasesDefault / 2 << " cases";
}

INSTANTIATE_TEST_SUITE_P(Each, PlantedMistakes,
                         ::testing::Range(1, static_cast<int>(Mistake::kCount)));

}  // namespace
}  // namespace wiredesk
