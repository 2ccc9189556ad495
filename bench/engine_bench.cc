// What a set of literals or regexes costs an article, by every engine, after canonicalisation.
//
//   engine_bench                      the default: small enough for a minute
//   engine_bench all                  up to 1,000,000 literals and 500 regexes
//   engine_bench literals 1000 10000  these numbers of literals only; likewise "regexes"
//   engine_bench density              10,000 literals that occur never, seldom, often, everywhere
//
// Each row is the best of some rounds, in processor time of its thread, and a ratio to bare
// Hyperscan in the same round: literals without their spaces, and a look at the bytes beside each
// hit. Engines must agree on the number of hits before a row counts. See corpus.h and keywords.h
// for what it is measured with.
#include <hs.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#if defined(WIREDESK_HAVE_RE2)
#include <re2/set.h>
#endif

#include "bench/keywords.h"
#include "bench/prepared_corpus.h"
#include "config/check.h"
#include "stages/engine_factory.h"
#include "stages/hyperscan.h"
#include "stages/regex_engine.h"
#include "stages/word_index.h"

namespace wiredesk {
namespace {

// One way to find the patterns: how often it finds something in an article.
struct Contender {
  std::string name;
  std::function<std::size_t(const Article&)> find;
  std::size_t articles_max = ~std::size_t{0};
  bool counts_patterns = false;  // Each pattern once an article, instead of every place.
  std::string note;
};

struct Expected {  // Of the first n articles, for each n.
  std::vector<std::size_t> places = {0};
  std::vector<std::size_t> patterns = {0};
};

Contender ForEngine(std::string name, std::shared_ptr<const PatternEngine> engine,
                    std::string note = {}) {
  std::shared_ptr<PatternScanner> scanner = engine->NewScanner();
  auto hits = std::make_shared<Hits>();
  return {std::move(name),
          [engine, scanner, hits](const Article& article) {
            hits->Clear();
            scanner->Scan(article, *hits);
            return hits->literals.size() + hits->regexes.size();
          },
          ~std::size_t{0}, false, std::move(note)};
}

Expected Count(const PatternEngine& engine, const PreparedCorpus& prepared) {
  Expected expected;
  Hits hits;
  const auto scanner = engine.NewScanner();
  for (const Article* article : prepared.articles) {
    hits.Clear();
    scanner->Scan(*article, hits);
    std::set<std::uint32_t> distinct;
    for (const PatternHit& hit : hits.literals) distinct.insert(hit.pattern);
    for (const PatternHit& hit : hits.regexes) distinct.insert(hit.pattern);
    expected.places.push_back(expected.places.back() + hits.literals.size() + hits.regexes.size());
    expected.patterns.push_back(expected.patterns.back() + distinct.size());
  }
  return expected;
}

// Bare Hyperscan: literals without their spaces, and whether a hit stands between two.
class BareLiterals {
 public:
  explicit BareLiterals(const std::vector<LiteralPattern>& literals) {
    std::vector<LiteralPattern> bare = literals;
    for (LiteralPattern& literal : bare) {
      literal.text = literal.text.substr(1, literal.text.size() - 2);
      sizes_.push_back(static_cast<std::uint32_t>(literal.text.size()));
    }
    auto database = CompileLiterals(bare);
    WIREDESK_CHECK(database.ok());
    database_ = *std::move(database);
    GrowScratch(database_.get(), scratch_);
  }

  std::size_t Find(const Article& article) {
    text_ = article.canonical.data();
    found_ = 0;
    ScanText(database_.get(), article.canonical, scratch_.get(), OnMatch, this);
    return found_;
  }

 private:
  static int OnMatch(unsigned id, unsigned long long, unsigned long long end, unsigned,
                     void* context) {
    auto& self = *static_cast<BareLiterals*>(context);
    self.found_ += self.text_[end] == ' ' && self.text_[end - self.sizes_[id] - 1] == ' ';
    return 0;
  }

  std::vector<std::uint32_t> sizes_;
  HyperscanDatabase database_;
  HyperscanScratch scratch_;
  const char* text_ = nullptr;
  std::size_t found_ = 0;
};

void Run(const std::string& title, std::vector<Contender> contenders, const Expected& expected,
         const PreparedCorpus& prepared) {
  constexpr int kRounds = 5;
  std::vector<double> best(contenders.size(), 1e9);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t c = 0; c < contenders.size(); ++c) {
      Contender& contender = contenders[c];
      const std::size_t count = std::min(contender.articles_max, prepared.articles.size());
      std::size_t found = 0;
      const double start = ThreadSeconds();
      for (std::size_t i = 0; i < count; ++i) {
        if (i + 1 < count) PrefetchForScan(*prepared.articles[i + 1]);  // As the matcher does.
        found += contender.find(*prepared.articles[i]);
      }
      const double seconds = (ThreadSeconds() - start) / static_cast<double>(count);
      best[c] = std::min(best[c], seconds);
      const std::size_t wanted =
          contender.counts_patterns ? expected.patterns[count] : expected.places[count];
      if (found == wanted) continue;
      std::fprintf(stderr, "%s, %s: found %zu, not %zu\n", title.c_str(), contender.name.c_str(),
                   found, wanted);
      std::exit(1);
    }
  }
  const auto articles = static_cast<double>(prepared.articles.size());
  std::printf("%s: %.1f hits an article\n", title.c_str(),
              static_cast<double>(expected.places.back()) / articles);
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    std::printf("  %-22s %12.0f ns  %9.3f x  %s\n", contenders[c].name.c_str(), best[c] * 1e9,
                best[c] / best[0], contenders[c].note.c_str());
  }
  std::fflush(stdout);
}

std::string Escaped(std::string_view literal) {
  std::string escaped;
  for (char c : literal) {
    if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

#if defined(WIREDESK_HAVE_RE2)
void AddRe2(const std::vector<LiteralPattern>& literals, std::vector<Contender>& contenders) {
  RE2::Options options;
  options.set_max_mem(std::int64_t{1} << 30);
  auto set = std::make_shared<RE2::Set>(options, RE2::UNANCHORED);
  for (const LiteralPattern& literal : literals) {
    std::string error;
    WIREDESK_CHECK(set->Add(Escaped(literal.text), &error) >= 0);
  }
  if (!set->Compile()) return;
  auto ids = std::make_shared<std::vector<int>>();
  contenders.push_back(
      {"RE2::Set",
       [set, ids](const Article& article) {
         ids->clear();
         set->Match({article.canonical.data(), article.canonical.size()}, ids.get());
         return ids->size();
       },
       1000, true, "which literals only"});
}
#endif

void AddStdRegex(const std::vector<LiteralPattern>& literals, std::vector<Contender>& contenders) {
  auto regexes = std::make_shared<std::vector<std::regex>>();
  for (const LiteralPattern& literal : literals) {
    regexes->emplace_back(Escaped(literal.text), std::regex::optimize);
  }
  contenders.push_back({"a std::regex each",
                        [regexes](const Article& article) {
                          std::size_t found = 0;
                          for (const std::regex& regex : *regexes) {
                            found += std::regex_search(article.canonical.begin(),
                                                       article.canonical.end(), regex);
                          }
                          return found;
                        },
                        3, true, "which literals only"});
}

void BenchLiterals(const std::string& title, const std::vector<LiteralPattern>& literals,
                   const PreparedCorpus& prepared) {
  std::vector<Contender> contenders;
  const bool has_hyperscan = literals.size() <= 100'000;  // More takes it minutes to compile.
  if (has_hyperscan) {
    auto bare = std::make_shared<BareLiterals>(literals);
    contenders.push_back({"bare Hyperscan",
                          [bare](const Article& article) { return bare->Find(article); },
                          ~std::size_t{0}, false, "with a look at the bytes beside"});
  }
  const double start = ThreadSeconds();
  const absl::StatusOr<WordIndex> index = WordIndex::Build(literals);
  WIREDESK_CHECK(index.ok());
  const double seconds = ThreadSeconds() - start;
  char note[100];
  std::snprintf(note, sizeof note, "built in %.3f s, %.0f bytes a literal", seconds,
                static_cast<double>(index->memory_bytes()) / static_cast<double>(literals.size()));
  const auto make = [&literals](EngineChoice choice) {
    auto engine = MakeEngine(literals, {}, choice);
    WIREDESK_CHECK(engine.ok());
    return std::shared_ptr<const PatternEngine>(*std::move(engine));
  };
  const auto word_index = make(EngineChoice::kWordIndex);
  const Expected expected = Count(*word_index, prepared);
  contenders.push_back(ForEngine("word index", word_index, note));
  if (has_hyperscan) {
    contenders.push_back(ForEngine("Hyperscan, engine", make(EngineChoice::kHyperscan)));
  }
#if defined(WIREDESK_HAVE_RE2)
  if (literals.size() <= 10'000) AddRe2(literals, contenders);
#endif
  if (literals.size() <= 1000) AddStdRegex(literals, contenders);
  Run(title, std::move(contenders), expected, prepared);
}

// Of the forms that rule packs use, from words that are side by side in the corpus, and in no more
// than one of twenty articles.
std::vector<std::string> MakeRegexes(std::size_t count, const PreparedCorpus& prepared) {
  std::mt19937_64 random(1);
  const auto word_at = [](const Article& article, std::size_t token) {
    const std::string_view rest = article.canonical.substr(article.tokens[token].canonical);
    return std::string(rest.substr(0, rest.find(' ')));
  };
  const auto is_plain = [&prepared](const std::string& word) {
    return prepared.article_counts.at(word) <= prepared.articles.size() / 20 && word.size() >= 5 &&
           word.size() < 14 &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  };
  const auto neighbours = [&] {
    for (;;) {
      const Article& article = *prepared.articles[random() % prepared.articles.size()];
      if (article.tokens.size() < 2) continue;
      const std::size_t token = random() % (article.tokens.size() - 1);
      std::pair<std::string, std::string> pair(word_at(article, token),
                                               word_at(article, token + 1));
      if (is_plain(pair.first) && is_plain(pair.second)) return pair;
    }
  };
  std::vector<std::string> regexes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto [a, b] = neighbours();
    const auto [c, d] = neighbours();
    switch (i % 5) {
      case 0:
        regexes.push_back(a + " (" + b + "|" + c + ")");
        break;
      case 1:
        regexes.push_back(a + ".{1,30}" + b);
        break;
      case 2:
        regexes.push_back(a.substr(0, 4) + "[a-z]* " + b);
        break;
      case 3:
        regexes.push_back("(" + a + "|" + c + ")s? (\\d+|" + d + ")");
        break;
      default:
        regexes.push_back("\\d+ (million |billion )?" + a);
    }
  }
  return regexes;
}

void BenchRegexes(std::size_t count, const PreparedCorpus& prepared) {
  const std::vector<std::string> regexes = MakeRegexes(count, prepared);
  std::vector<Contender> contenders;
  Expected expected;
  for (std::size_t gated_min : {~std::size_t{0}, std::size_t{1}, RegexEngine::kGatedMin}) {
    const double start = ThreadSeconds();
    auto built = RegexEngine::Build(regexes, gated_min);
    WIREDESK_CHECK(built.ok());
    const double seconds = ThreadSeconds() - start;
    const std::shared_ptr<const RegexEngine> engine = *std::move(built);
    if (contenders.empty()) expected = Count(*engine, prepared);
    char note[100];
    std::snprintf(note, sizeof note, "%zu gated, built in %.2f s", engine->gated_count(), seconds);
    const char* const name = contenders.empty() ? "one database"
                             : gated_min == 1   ? "gated"
                                                : "used";
    contenders.push_back(ForEngine(name, engine, note));
  }
  Run(std::to_string(count) + " regexes", std::move(contenders), expected, prepared);
}

// Pairs of words of the corpus that are nowhere side by side in it.
std::vector<LiteralPattern> Strangers(std::size_t count, const PreparedCorpus& prepared) {
  std::mt19937_64 random(1);
  const auto word = [&] { return prepared.words[random() % prepared.words.size()]; };
  std::vector<LiteralPattern> pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.push_back({" " + word() + " " + word() + " ", 2});
  const absl::StatusOr<WordIndex> index = WordIndex::Build(pairs);
  WIREDESK_CHECK(index.ok());
  WordIndex::Scratch scratch;
  std::vector<PatternHit> hits;
  for (const Article* article : prepared.articles) index->Find(*article, scratch, hits);
  std::vector<bool> is_found(pairs.size());
  for (const PatternHit& hit : hits) is_found[hit.pattern] = true;
  std::vector<LiteralPattern> strangers;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!is_found[i]) strangers.push_back(pairs[i]);
  }
  return strangers;
}

// The words that are in most articles, and each with the next: nearly every word is a hit.
std::vector<LiteralPattern> Frequent(std::size_t count, const PreparedCorpus& prepared) {
  std::vector<std::string> words = prepared.words;
  std::stable_sort(words.begin(), words.end(), [&](const std::string& a, const std::string& b) {
    return prepared.article_counts.at(a) > prepared.article_counts.at(b);
  });
  std::vector<LiteralPattern> literals;
  for (std::size_t i = 0; i < words.size() && literals.size() < count; ++i) {
    literals.push_back({" " + words[i] + " ", 1});
  }
  for (std::size_t i = 1; i < words.size() && literals.size() < count; ++i) {
    literals.push_back({" " + words[i - 1] + " " + words[i] + " ", 2});
  }
  return literals;
}

void BenchDensities(const Keywords& keywords, const PreparedCorpus& prepared) {
  constexpr std::size_t kCount = 10'000;
  const std::vector<LiteralPattern> strangers = Strangers(kCount, prepared);
  std::vector<LiteralPattern> few = keywords.First(kCount / 10);
  few.insert(few.end(), strangers.begin(),
             strangers.begin() + std::min(strangers.size(), kCount - few.size()));
  BenchLiterals("10000 that occur nowhere", strangers, prepared);
  BenchLiterals("10000 of which a tenth are keywords", few, prepared);
  BenchLiterals("10000 keywords", keywords.First(kCount), prepared);
  BenchLiterals("10000 most frequent words", Frequent(kCount, prepared), prepared);
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  using namespace wiredesk;
  std::vector<std::size_t> literal_counts;
  std::vector<std::size_t> regex_counts;
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "literals" || mode == "regexes") {
    for (int i = 2; i < argc; ++i) {
      (mode == "literals" ? literal_counts : regex_counts)
          .push_back(std::strtoul(argv[i], nullptr, 10));
    }
  } else if (mode != "density") {
    literal_counts = {100, 1000, 10'000};
    regex_counts = {1, 50};
    if (mode == "all") {
      literal_counts.insert(literal_counts.end(), {100'000, 1'000'000});
      regex_counts.push_back(500);
    }
  }
  const PreparedCorpus prepared;
  const std::size_t most = literal_counts.empty()
                               ? 10'000
                               : *std::max_element(literal_counts.begin(), literal_counts.end());
  const Keywords keywords(prepared.words, most);
  for (std::size_t count : literal_counts) {
    BenchLiterals(std::to_string(count) + " literals", keywords.First(count), prepared);
  }
  if (mode != "literals" && mode != "regexes") BenchDensities(keywords, prepared);
  for (std::size_t count : regex_counts) BenchRegexes(count, prepared);
}
