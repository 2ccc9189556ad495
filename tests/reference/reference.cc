#include "tests/reference/reference.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "tests/reference/reference_evaluator.h"

namespace wiredesk::reference {

namespace {

// A place that speaks for a tag, with its strength.
struct Proof {
  Place place;
  std::int64_t points = 0;
  std::string term;
};

std::vector<Proof> ScoreProofs(Evaluator& evaluator, const RulePack& pack, const Topic& topic) {
  std::vector<Proof> proofs;
  const Scope scope = {&pack, ""};
  for (const ScoreItem& item : topic.scores) {
    if (item.weight < 0) continue;
    for (const Evaluator::Counted& counted : evaluator.CountedOf(item, pack)) {
      if (counted.points <= 0) continue;
      for (const Hit& hit : evaluator.HitsWithin(item.term, scope, {counted.place})) {
        // A leaf's own hits are its places; one that lies in another was dropped.
        proofs.push_back({hit.place, counted.points, hit.term});
      }
    }
  }
  return proofs;
}

std::vector<Proof> WhenProofs(Evaluator& evaluator, const RulePack& pack, const Topic& topic) {
  std::vector<Proof> proofs;
  if (!topic.when) return proofs;
  for (const Hit& hit : evaluator.EvidenceOf(*topic.when, {&pack, ""})) {
    const std::int64_t boost = evaluator.BoostOf(hit.place, pack);
    proofs.push_back({hit.place, std::max<std::int64_t>(boost, 1), hit.term});
  }
  return proofs;
}

// One a place, the strongest first.
std::vector<Evidence> Rank(const std::vector<Proof>& proofs, const std::vector<Token>& tokens,
                           std::size_t most) {
  std::map<Place, Proof> best;
  for (const Proof& proof : proofs) {
    const auto [found, is_new] = best.try_emplace(proof.place, proof);
    if (is_new) continue;
    const bool is_better =
        std::tie(found->second.points, proof.term) < std::tie(proof.points, found->second.term);
    if (is_better) found->second = proof;
  }
  std::vector<Proof> order;
  for (const auto& [place, proof] : best) order.push_back(proof);
  std::stable_sort(order.begin(), order.end(), [](const Proof& a, const Proof& b) {
    return a.points != b.points ? a.points > b.points : a.place < b.place;
  });
  if (order.size() > most) order.resize(most);
  std::vector<Evidence> evidence;
  for (const Proof& proof : order) {
    const Token& first = tokens[proof.place.begin];
    const Token& last = tokens[proof.place.end - 1];
    evidence.push_back({first.part, first.start, last.end, proof.term});
  }
  return evidence;
}

}  // namespace

struct Reference::Cache {
  TermCache terms;
};

Reference::Reference(const std::vector<RulePack>& packs, const Options& options)
    : packs_(packs), options_(options), cache_(std::make_unique<Cache>()) {}

Reference::~Reference() = default;

std::vector<Token> Reference::Read(const SourceArticle& article) {
  std::vector<std::string> texts;
  for (const SourceArticle::Part& part : article.parts) texts.push_back(part.text);
  return ReadText(texts, article.language);
}

std::vector<FoundTag> Reference::Tag(const SourceArticle& article) {
  return Tag(article, Read(article));
}

std::vector<FoundTag> Reference::Tag(const SourceArticle& article,
                                     const std::vector<Token>& tokens) {
  Evaluator evaluator(packs_, article, tokens, options_, cache_->terms);
  std::vector<FoundTag> tags;
  for (const RulePack& pack : packs_) {
    for (const Topic& topic : pack.topics) {
      const bool is_shown =
          topic.state == TopicState::kLive ||
          (topic.state == TopicState::kShadow && options_.mistake == Mistake::kShadowIsShown);
      if (!topic.has_rule || !is_shown || !evaluator.TopicHolds(pack, topic)) continue;
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      FoundTag& tag = tags.emplace_back();
      tag.topic = topic.id;
      tag.score = topic.scores.empty()
                      ? 1
                      : static_cast<std::int32_t>(std::min(evaluator.ScoreOf(pack, topic), kMost));
      std::vector<Proof> proofs = ScoreProofs(evaluator, pack, topic);
      for (const Proof& proof : WhenProofs(evaluator, pack, topic)) proofs.push_back(proof);
      const std::size_t most = topic.emit.hits_max == EmitSettings::kDefault
                                   ? options_.evidence_max
                                   : static_cast<std::size_t>(topic.emit.hits_max);
      tag.evidence = Rank(proofs, tokens, most);
    }
  }
  std::sort(tags.begin(), tags.end(), [](const FoundTag& a, const FoundTag& b) {
    return std::tie(b.score, a.topic) < std::tie(a.score, b.topic);
  });
  return tags;
}

std::vector<FoundTag> Tag(const std::vector<RulePack>& packs, const SourceArticle& article,
                          const Options& options) {
  return Reference(packs, options).Tag(article);
}

}  // namespace wiredesk::reference
