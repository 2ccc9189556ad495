// Finds the patterns of the compiled rules in articles. Engines differ in how; all give the same
// hits, in tokens of the article.
//
// An engine is immutable and shared; a scanner is one thread's, with that thread's working memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stages/article.h"

namespace wiredesk {

// Folded words with one space between, before and behind: " new york ". Or the beginning of one
// word: " insolv".
struct LiteralPattern {
  std::string text;
  std::uint32_t token_count = 1;
  bool is_prefix = false;
};

// A pattern covers tokens [begin, end).
struct PatternHit {
  std::uint32_t pattern;
  std::uint32_t begin;
  std::uint32_t end;
};

// What a scanner found in one article. Literals and regexes are numbered each for themselves.
struct Hits {
  std::vector<PatternHit> literals;  // By ascending end; at the same end in any order.
  // In any order. A regex is looked for in each part of the article by itself, and covers every
  // token that it touches with more than a space. Of the hits up to one byte only the one that
  // starts first is there, and of those from one byte only the longest.
  std::vector<PatternHit> regexes;
  void Clear() {
    literals.clear();
    regexes.clear();
  }
};

// Starts to fetch what a scan of `article` will read. An article was written by another stage, and
// between them are all others of its batch: without this each scan begins with waiting for memory.
inline void PrefetchForScan(const Article& article) {
  constexpr std::size_t kLine = 64;
  const auto fetch = [](const void* data, std::size_t bytes) {
    const char* const start = static_cast<const char*>(data);
    for (std::size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(start + at);
  };
  // Of what is longer the processor has guessed the rest by then.
  constexpr std::size_t kBytesMax = 8192;
  fetch(article.tokens.data(), std::min(article.tokens.size_bytes(), kBytesMax));
  fetch(article.canonical.data(), std::min(article.canonical.size(), kBytesMax));
}

// May be destroyed, but not used, after its engine.
class PatternScanner {
 public:
  virtual ~PatternScanner() = default;
  // Adds every pattern in the canonical text of one valid article.
  virtual void Scan(const Article& article, Hits& hits) = 0;
};

class PatternEngine {
 public:
  virtual ~PatternEngine() = default;
  // The engine must outlive its scans.
  virtual std::unique_ptr<PatternScanner> NewScanner() const = 0;
  // Appends a form that LoadEngine() reads (engine_factory.h).
  virtual void Serialise(std::string& bytes) const = 0;
};

}  // namespace wiredesk
