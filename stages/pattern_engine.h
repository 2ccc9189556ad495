// Finds the patterns of the compiled rules in canonical texts. Engines differ in how; all give the
// same hits.
//
// An engine is immutable and shared; a scanner is one thread's, with that thread's working memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace wiredesk {

// A literal ends before byte `end` of the canonical text.
struct LiteralHit {
  std::uint32_t literal;
  std::uint32_t end;
};

// A regex covers bytes [start, end) of the canonical text.
struct RegexHit {
  std::uint32_t regex;
  std::uint32_t start;
  std::uint32_t end;
};

// What a scanner found in one article: literals by ascending end, at the same end in any order;
// regexes in any order, with every end that the pattern allows.
struct Hits {
  std::vector<LiteralHit> literals;
  std::vector<RegexHit> regexes;
  void Clear() {
    literals.clear();
    regexes.clear();
  }
};

class PatternScanner {
 public:
  virtual ~PatternScanner() = default;
  // Finds every pattern in the canonical text of one valid article.
  virtual void Scan(std::string_view canonical, Hits& hits) = 0;
};

class PatternEngine {
 public:
  virtual ~PatternEngine() = default;
  virtual std::unique_ptr<PatternScanner> NewScanner() const = 0;
};

}  // namespace wiredesk
