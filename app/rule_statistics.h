// How often rules hold on real articles, and what they cost. One thread.
//
// A rule's cost is the time from when its turn comes until it is known whether it holds: its score,
// its `when`, and what they ask of the article that nobody asked before. It is taken of each
// kSampledEach-th article. Matching and collecting hits is shared by all rules and not in it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/frequent_terms.h"
#include "app/pretty.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"
#include "stages/rule_evaluator.h"

namespace wiredesk {

class RuleStatistics {
 public:
  static constexpr std::uint64_t kSampledEach = 4;

  // `rules` must outlive this.
  explicit RuleStatistics(const CompiledRules& rules);

  // REQUIRES: the article was matched by the rules.
  void Add(const Article& article);

  // The `top` of each list.
  std::string Render(const Terminal& terminal, std::size_t top) const;
  nlohmann::json ToJson(std::size_t top) const;

 private:
  struct Rule {
    std::uint64_t woken = 0;  // Articles for which it was evaluated.
    std::uint64_t held = 0;
    std::uint64_t samples = 0;
    double seconds = 0;  // Of the samples.
  };
  // What one rule took of the article.
  struct Sample {
    std::uint32_t rule;
    double seconds;
  };
  struct Term {
    std::string_view shown;
    TermCounts::Count count;
  };

  void Evaluate(std::uint32_t rule);
  void EvaluateTimed();
  std::vector<std::uint32_t> RulesBy(double (*key)(const Rule&)) const;
  std::vector<Term> HottestTerms() const;
  std::string RenderRules(std::vector<std::uint32_t> rules, const Terminal& terminal,
                          std::size_t top, std::string_view title) const;
  double ShareOf(const Rule& rule) const;
  std::vector<std::uint32_t> Silent() const;

  const CompiledRules& rules_;
  RuleEvaluator evaluator_;
  TermCounts terms_;
  std::vector<Rule> counts_;  // By topic.
  std::vector<Sample> samples_;
  double seconds_ = 0;
  std::uint64_t woken_ = 0;
  std::uint64_t held_ = 0;
};

}  // namespace wiredesk
