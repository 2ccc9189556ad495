// Stage 3: where the terms of the rules occur. Hits of the pattern engine become spans of tokens;
// what only counts in its exact spelling is compared with the original, and phrases with wildcards
// are put together. An article with more occurrences than match.matches_max is a failure: with some
// of them left out, its tags would be wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "stages/compiled_rules.h"
#include "stages/stage.h"

namespace wiredesk {

class Matcher : public Stage {
 public:
  explicit Matcher(const MatchSettings& settings = {})
      : matches_max_(static_cast<std::size_t>(settings.matches_max)) {}
  std::string_view name() const override { return "match"; }
  // REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  // Words that stand at the first places of a phrase.
  struct Partial {
    std::uint32_t before;  // Another one of the same places.
    std::uint32_t begin;   // Tokens.
    std::uint32_t end;
  };

  void Use(const CompiledRules& rules);
  void Match(Article& article, Arena& arena);
  bool AddLiterals(const Article& article);
  void AddSpecial(const Article& article, const PatternHit& hit);
  void AddPhrasePart(const Article& article, const PhrasePart& part, const PatternHit& hit);
  void AddPartial(const PhrasePart& part, std::uint32_t begin, std::uint32_t end);
  void AddRegexes();
  bool HasExactSpelling(const Article& article, std::uint32_t term,
                        std::uint32_t first_token) const;

  const std::size_t matches_max_;
  const CompiledRules* rules_ = nullptr;
  std::uint64_t generation_ = 0;             // Of rules_.
  std::unique_ptr<PatternScanner> scanner_;  // Of rules_'s engine.
  Hits hits_;
  std::vector<wiredesk::Match> matches_;
  std::vector<Partial> partials_;             // Of the article.
  std::vector<std::uint32_t> last_partials_;  // By place of all phrases; kNoIndex between articles.
  std::vector<std::uint32_t> open_places_;    // Those with a partial.
};

}  // namespace wiredesk
