// Keywords to measure with: the file that WIREDESK_KEYWORDS names (one a line, or the first column
// of a TSV whose first line is a heading "term"; also gzip), then random pairs of words of the
// corpus. Without a file words and pairs of words of the corpus. Each as the canonical text has it.
#pragma once

#include <zlib.h>

#include <algorithm>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bench/corpus.h"
#include "stages/pattern_engine.h"
#include "stages/tokeniser.h"

namespace wiredesk {

class Keywords {
 public:
  // `words`: distinct folded words of the corpus, in any order. At most `count` keywords, all
  // different; a smaller set is the beginning of a larger one.
  Keywords(std::vector<std::string> words, std::size_t count)
      : words_(std::move(words)), count_(count) {
    if (const char* path = std::getenv("WIREDESK_KEYWORDS")) {
      LoadFile(path);
    } else {
      for (std::size_t i = 0; i < words_.size() / 2 && all_.size() < count; ++i) {
        Add(" " + Word() + " ");
        for (int k = 0; k < 3; ++k) AddPair();
      }
    }
    std::fprintf(stderr, "keywords: %zu of the file or words, the rest are pairs of %zu words\n",
                 all_.size(), words_.size());
    for (std::size_t tries = 0; all_.size() < count && tries < 4 * count; ++tries) AddPair();
  }

  std::vector<LiteralPattern> First(std::size_t count) const {
    return {all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(std::min(count, all_.size()))};
  }

 private:
  const std::string& Word() { return words_[random_() % words_.size()]; }
  void AddPair() { Add(" " + Word() + " " + Word() + " "); }

  void Add(std::string text) {
    if (all_.size() >= count_ || !known_.insert(text).second) return;
    const auto spaces = std::count(text.begin(), text.end(), ' ');
    all_.push_back({std::move(text), static_cast<std::uint32_t>(spaces - 1), false});
  }

  void AddWritten(std::string_view written) {
    std::string padded(written);
    padded.append(kPadding, '\0');
    tokeniser_.Begin(ApostropheMode::kEnglish, nullptr);
    tokeniser_.AddPart({padded.data(), written.size()});
    std::string text = " ";
    for (char c : tokeniser_.canonical().substr(1)) {
      // An abbreviation's full stop must not end a sentence within a keyword.
      const bool is_mark = c == kSentenceMark || c == kParagraphMark;
      if (!is_mark && (c != ' ' || text.back() != ' ')) text += c;
    }
    if (text.size() > 2) Add(std::move(text));
  }

  void LoadFile(const char* path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path, "rb"), gzclose);
    if (file == nullptr) return;
    char line[1 << 14];
    while (gzgets(file.get(), line, sizeof line) != nullptr) {
      std::string_view term(line);
      term = term.substr(0, term.find_first_of("\t\r\n"));
      if (term != "term" && !term.empty()) AddWritten(term);
    }
  }

  std::vector<std::string> words_;
  std::size_t count_;
  std::mt19937_64 random_{1};
  Tokeniser tokeniser_;
  std::unordered_set<std::string> known_;
  std::vector<LiteralPattern> all_;
};

}  // namespace wiredesk
