// How often the terms of rules occur in articles. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

class TermCounts {
 public:
  struct Count {
    std::uint64_t articles = 0;  // That hold the term, in a field that some rule looks at.
    std::uint64_t matches = 0;
    std::uint64_t last_article = 0;
  };

  // `rules` must outlive this.
  explicit TermCounts(const CompiledRules& rules) : rules_(rules) {}

  // REQUIRES: the article was matched by the rules.
  void Add(const Article& article);

  std::uint64_t articles() const { return articles_; }
  // By the term as it is written.
  const std::unordered_map<std::string_view, Count>& counts() const { return counts_; }

 private:
  const CompiledRules& rules_;
  std::uint64_t articles_ = 0;
  std::unordered_map<std::string_view, Count> counts_;
  std::vector<std::string_view> shown_;  // Of one match.
};

// Warns of each term of `packs` that more than this part of the articles holds, where it first
// stands. `share` is 0 to 1.
void WarnOfFrequentTerms(std::span<const RulePack> packs, const TermCounts& counts, double share,
                         Diagnostics& diagnostics);

}  // namespace wiredesk
