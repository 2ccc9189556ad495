// The corpus decoded and canonicalised, and its words: what matching starts from. The first 4,000
// articles, or as many as WIREDESK_ARTICLES says.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/corpus.h"
#include "config/check.h"
#include "stages/canonicaliser.h"
#include "stages/decoder.h"

namespace wiredesk {

// Processor time of this thread.
inline double ThreadSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct PreparedCorpus {
  std::vector<std::unique_ptr<Batch>> batches;
  std::vector<const Article*> articles;
  std::vector<std::string> words;  // Distinct; those of more than one letter.
  std::unordered_map<std::string, std::size_t> article_counts;  // In how many a word is.

  PreparedCorpus() {
    const Corpus& corpus = Corpus::Get();
    const char* const most = std::getenv("WIREDESK_ARTICLES");
    const std::size_t count =
        std::min<std::size_t>(corpus.size(), most ? std::strtoul(most, nullptr, 10) : 4000);
    DecodeSettings settings;
    settings.article_bytes_max = Corpus::kBytesMax;
    Decoder decoder(settings);
    Canonicaliser canonicaliser;
    for (std::size_t i = 0; i < count;) {
      Batch& batch = *batches.emplace_back(std::make_unique<Batch>(64));
      for (; i < count && !batch.full(); ++i) batch.Append({}, corpus[i]);
      decoder.Process(batch);
      canonicaliser.Process(batch);
      for (const Article& article : batch.articles()) {
        WIREDESK_CHECK(article.ok());
        articles.push_back(&article);
        AddWords(article);
      }
    }
    for (const auto& [word, n] : article_counts) {
      if (word.size() > 1) words.push_back(word);
    }
    std::sort(words.begin(), words.end());
  }

 private:
  void AddWords(const Article& article) {
    std::set<std::string_view> distinct;
    for (const Token& token : article.tokens) {
      const std::string_view rest = article.canonical.substr(token.canonical);
      distinct.insert(rest.substr(0, rest.find(' ')));
    }
    for (std::string_view word : distinct) ++article_counts[std::string(word)];
  }
};

}  // namespace wiredesk
