// Stage 3: where the terms of the rules occur. Hits of the pattern engine become spans of tokens.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "stages/compiled_rules.h"
#include "stages/stage.h"

namespace wiredesk {

class Matcher : public Stage {
 public:
  std::string_view name() const override { return "match"; }
  // REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  void Use(const CompiledRules& rules);
  void Match(Article& article, Arena& arena);
  void AddLiterals(const Article& article);
  void AddRegexes();
  bool HasExactSpelling(const Article& article, std::uint32_t term,
                        std::uint32_t first_token) const;

  const CompiledRules* rules_ = nullptr;
  std::unique_ptr<PatternScanner> scanner_;  // Of rules_'s engine.
  Hits hits_;
  std::vector<wiredesk::Match> matches_;
};

}  // namespace wiredesk
