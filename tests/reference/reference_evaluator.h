// What the expressions of rules say of one article: places, truth, and the places that speak for
// it.
//
// One article's, one thread's. The packs and the article outlive it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/reference/reference.h"

namespace wiredesk::reference {

// The ways to read each term, by kind, language and text; kept from article to article.
class TermCache {
 public:
  const std::vector<Sequence>& Read(const RuleNode& term, const RulePack& pack);

 private:
  std::map<std::tuple<RuleNode::Kind, std::string, bool, std::string>, std::vector<Sequence>>
      known_;
};

// Places with the factors of the lists that gave them; of several the greatest.
using WeighedPlaces = std::map<Place, std::int64_t>;

// A place of a leaf, with the term that found it and the factor of its list.
struct Hit {
  Place place;
  std::string term;  // As shown to people.
  std::int64_t factor = 1;
};

// Where an expression stands: its pack, and the field around it or "".
struct Scope {
  const RulePack* pack = nullptr;
  std::string field;
};

class Evaluator {
 public:
  Evaluator(const std::vector<RulePack>& packs, const SourceArticle& article,
            const std::vector<Token>& tokens, const Options& options, TermCache& cache);

  // Whether the topic's rule holds, whatever its state.
  bool TopicHolds(const RulePack& pack, const Topic& topic);

  // A node made of terms, sets, unions, lists, macros and fields over such.
  bool IsLeaf(const RuleNode& node, const RulePack& pack) const;
  bool Holds(const RuleNode& node, const Scope& scope);
  Places PlacesOf(const RuleNode& node, const Scope& scope);
  WeighedPlaces WeighedPlacesOf(const RuleNode& node, const Scope& scope);
  // A leaf's hits, overlaps dropped. A place is there once: with the smallest term, or if
  // `by_factor` with the smallest of those with the greatest factor.
  std::vector<Hit> LeafHits(const RuleNode& leaf, const Scope& scope, bool by_factor = false);
  // Those hits of all leaves under `node` that lie in one of `within`.
  std::vector<Hit> HitsWithin(const RuleNode& node, const Scope& scope, const Places& within);
  // What speaks for a node that holds.
  std::vector<Hit> EvidenceOf(const RuleNode& node, const Scope& scope);

  // Of a hit's field.
  std::int64_t BoostOf(const Place& place, const RulePack& pack) const;

  // The score's hits of a place that count, strongest first, with what each gives.
  struct Counted {
    Place place;
    std::int64_t points = 0;
  };
  std::vector<Counted> CountedOf(const ScoreItem& item, const RulePack& pack);
  std::int64_t ScoreOf(const RulePack& pack, const Topic& topic);

 private:
  bool Is(Mistake mistake) const { return options_.mistake == mistake; }
  void NumberZones();
  void FindLead();
  bool InField(const Place& place, const Scope& scope) const;
  std::vector<Hit> AllHits(const RuleNode& leaf, const Scope& scope);
  Places FindSpoiled(std::vector<Sequence> sequences) const;
  std::vector<Hit> TermHits(const RuleNode& term, const Scope& scope);
  std::vector<Hit> ListHits(const RuleNode& node, const Scope& scope);
  Places JointPlaces(const RuleNode& node, const Scope& scope);
  WeighedPlaces PlacesOutside(const RuleNode& node, const Scope& scope);
  bool IsPair(const RuleNode& node, const Place& x, const Place& y) const;
  bool MetadataHolds(const RuleNode& node) const;
  bool CountHolds(const RuleNode& node, const Scope& scope);
  bool ReferredTopicHolds(const std::string& id);
  std::vector<std::string> ValuesOf(const std::string& name) const;
  void AddLeaves(const RuleNode& node, const Scope& scope,
                 std::vector<std::pair<const RuleNode*, Scope>>& leaves) const;

  const std::vector<RulePack>& packs_;
  const SourceArticle& article_;
  const std::vector<Token>& tokens_;
  const Options& options_;
  TermCache& cache_;
  std::vector<std::string> texts_;  // Of the parts.
  std::vector<std::size_t> zones_;  // By part.
  std::set<std::size_t> lead_;      // Tokens.
};

}  // namespace wiredesk::reference
