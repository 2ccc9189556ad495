// Checks keyword rules on a whole feed: what the fast path finds must be what a count by hash map
// finds, which reads the articles with the slow reference.
//
//   WIREDESK_FEED=FEED.ndjson.gz feed_check KEYWORDS.tsv...
//
// The first column of a keyword file, below its heading, is a term; each becomes a topic of its
// own. Files may be gzip. Without arguments WIREDESK_KEYWORDS names one file. Exits with 1 if
// something differs, with 77 if there is nothing to check.
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/corpus.h"
#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/matcher.h"
#include "stages/tagger.h"
#include "tests/fast_path.h"
#include "tests/reference/reference_terms.h"
#include "tests/rule_nodes.h"

namespace wiredesk {
namespace {

constexpr int kSkipped = 77;
constexpr std::size_t kBatchArticles = 64;
constexpr int kHitsMax = 1000;
constexpr int kDifferencesShown = 10;

std::vector<std::string> ReadKeywords(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::vector<std::string> keywords;
  std::set<std::string> known;
  char line[1 << 16];
  bool is_heading = true;
  while (file != nullptr && gzgets(file.get(), line, sizeof line) != nullptr) {
    std::string keyword(line);
    keyword.resize(std::min(keyword.size(), keyword.find_first_of("\t\r\n")));
    const bool is_new = !keyword.empty() && known.insert(keyword).second;
    if (is_new && !is_heading) keywords.push_back(keyword);
    is_heading = false;
  }
  return keywords;
}

RulePack PackOfKeywords(const std::vector<std::string>& keywords) {
  RulePack pack = Pack({});
  pack.language = "any";
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    pack.topics.push_back(
        MakeTopic("k" + std::to_string(i), {Item(1, Phrase(keywords[i]), kHitsMax)}));
  }
  return pack;
}

// Keywords in a hash map, by their folded words.
class KeywordMap {
 public:
  explicit KeywordMap(const std::vector<std::string>& keywords) {
    for (std::size_t i = 0; i < keywords.size(); ++i) {
      for (const reference::Sequence& sequence :
           reference::SequencesOf(Phrase(keywords[i]), "any")) {
        std::string words;
        for (const reference::Element& element : sequence) words += *element.forms.begin() + " ";
        if (words.empty()) continue;
        keywords_[words].push_back(i);
        words_max_ = std::max(words_max_, sequence.size());
      }
    }
  }

  // Where each keyword stands, by topic id; overlaps of one with itself dropped.
  std::map<std::string, std::vector<reference::Place>> Find(
      const std::vector<reference::Token>& tokens) const {
    std::map<std::size_t, reference::Places> all;
    for (std::size_t begin = 0; begin < tokens.size(); ++begin) {
      std::string words;
      for (std::size_t end = begin; end < tokens.size() && end - begin < words_max_; ++end) {
        if (tokens[end].sentence != tokens[begin].sentence) break;
        words += tokens[end].folded + " ";
        const auto found = keywords_.find(words);
        if (found == keywords_.end()) continue;
        for (std::size_t keyword : found->second) all[keyword].insert({begin, end + 1});
      }
    }
    std::map<std::string, std::vector<reference::Place>> by_topic;
    for (const auto& [keyword, places] : all) {
      by_topic["k" + std::to_string(keyword)] = reference::WithoutOverlaps(places);
    }
    return by_topic;
  }

 private:
  std::unordered_map<std::string, std::vector<std::size_t>> keywords_;
  std::size_t words_max_ = 0;
};

struct Check {
  std::string file;
  std::unique_ptr<KeywordMap> map;
  std::shared_ptr<const CompiledRules> rules;
  std::unique_ptr<Matcher> matcher = std::make_unique<Matcher>();
  std::unique_ptr<Tagger> tagger = std::make_unique<Tagger>(OutputSettings{});
  std::size_t tags = 0;
  std::size_t hits = 0;
  int differences = 0;
};

// Whether a tag's score and the evidence that it shows are those of the places.
bool IsRight(const Article& article, const Tag& tag, const std::vector<reference::Token>& tokens,
             const std::vector<reference::Place>& places) {
  if (static_cast<std::size_t>(tag.score) != places.size()) return false;
  const auto most = static_cast<std::size_t>(OutputSettings{}.evidence_max);
  if (tag.evidence.size() != std::min(places.size(), most)) return false;
  for (std::size_t i = 0; i < tag.evidence.size(); ++i) {
    const Evidence& evidence = tag.evidence[i];
    const reference::Token& first = tokens[places[i].begin];
    const reference::Token& last = tokens[places[i].end - 1];
    if (evidence.part != first.part || evidence.start != first.start || evidence.end != last.end ||
        evidence.part >= article.parts.size()) {
      return false;
    }
  }
  return true;
}

void CompareArticle(const Article& article, const std::vector<reference::Token>& tokens,
                    Check& check) {
  const auto expected = check.map->Find(tokens);
  std::set<std::string> wrong;
  for (const auto& [topic, places] : expected) {
    wrong.insert(topic);
    check.hits += places.size();
  }
  check.tags += article.tags.size();
  for (const Tag& tag : article.tags) {
    const std::string topic(check.rules->topics()[tag.topic].id);
    const auto found = expected.find(topic);
    if (found != expected.end() && IsRight(article, tag, tokens, found->second)) {
      wrong.erase(topic);
    } else {
      wrong.insert(topic);
    }
  }
  for (const std::string& topic : wrong) {
    if (++check.differences > kDifferencesShown) continue;
    const std::string id(article.id_json);
    std::printf("%s: article %s, topic %s\n", check.file.c_str(), id.c_str(), topic.c_str());
  }
}

void CheckBatch(Batch& batch, std::vector<Check>& checks) {
  Canonicaliser().Process(batch);
  std::vector<std::vector<reference::Token>> read;
  for (const Article& article : batch.articles()) {
    std::vector<std::string> texts;
    for (const TextPart& part : article.parts) texts.emplace_back(part.text);
    read.push_back(reference::ReadText(texts, article.language));
  }
  for (Check& check : checks) {
    batch.rules = check.rules.get();
    check.matcher->Process(batch);
    check.tagger->Process(batch);
    for (std::size_t i = 0; i < read.size(); ++i) {
      CompareArticle(batch.articles()[i], read[i], check);
    }
  }
}

bool Prepare(const std::string& file, std::vector<Check>& checks) {
  const std::vector<std::string> keywords = ReadKeywords(file);
  if (keywords.empty()) {
    std::printf("%s holds no keywords\n", file.c_str());
    return false;
  }
  Check& check = checks.emplace_back();
  check.file = file;
  check.map = std::make_unique<KeywordMap>(keywords);
  std::string errors;
  check.rules = Compile({PackOfKeywords(keywords)}, errors);
  if (check.rules == nullptr) std::printf("%s: %s\n", file.c_str(), errors.c_str());
  return check.rules != nullptr;
}

int Run(const std::vector<std::string>& files) {
  std::vector<Check> checks;
  for (const std::string& file : files) {
    if (!Prepare(file, checks)) return 1;
  }
  const Corpus& corpus = Corpus::Get();
  for (std::size_t at = 0; at < corpus.size(); at += kBatchArticles) {
    Batch batch(kBatchArticles);
    for (std::size_t i = at; i < std::min(corpus.size(), at + kBatchArticles); ++i) {
      batch.Append({}, corpus[i]);
    }
    Decoder(DecodeSettings{}).Process(batch);
    batch.RemoveIf([](const Article& article) { return !article.ok(); });
    CheckBatch(batch, checks);
  }
  int differences = 0;
  for (const Check& check : checks) {
    std::printf("%s: %zu articles, %zu tags, %zu hits, %d differences\n", check.file.c_str(),
                corpus.size(), check.tags, check.hits, check.differences);
    differences += check.differences;
  }
  return differences == 0 ? 0 : 1;
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  std::vector<std::string> files(argv + 1, argv + argc);
  const char* const keywords = std::getenv("WIREDESK_KEYWORDS");
  if (files.empty() && keywords != nullptr) files.emplace_back(keywords);
  if (files.empty() || std::getenv("WIREDESK_FEED") == nullptr) {
    std::printf("SKIPPED: set WIREDESK_FEED to a feed and WIREDESK_KEYWORDS to keywords\n");
    return wiredesk::kSkipped;
  }
  return wiredesk::Run(files);
}
