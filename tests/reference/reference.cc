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
      if (!evaluator.IsLeaf(item.term, pack)) {
        for (const Hit& hit : evaluator.HitsWithin(item.term, scope, {counted.place})) {
          proofs.push_back({hit.place, counted.points, hit.term});
        }
        continue;
      }
      for (const Hit& hit : evaluator.LeafHits(item.term, scope, true)) {
        if (hit.place == counted.place) proofs.push_back({hit.place, counted.points, hit.term});
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
std::vector<Proof> Rank(const std::vector<Proof>& proofs) {
  std::map<Place, Proof> best;
  for (const Proof& proof : proofs) {
    const auto [found, is_new] = best.try_emplace(proof.place, proof);
    if (is_new) continue;
    const Proof& known = found->second;
    const bool is_better =
        proof.points != known.points ? proof.points > known.points : proof.term < known.term;
    if (is_better) found->second = proof;
  }
  std::vector<Proof> order;
  for (const auto& [place, proof] : best) order.push_back(proof);
  std::stable_sort(order.begin(), order.end(), [](const Proof& a, const Proof& b) {
    return a.points != b.points ? a.points > b.points : a.place < b.place;
  });
  return order;
}

// With so many bytes of the text around it, but no half characters.
void AddSnippet(const std::string& text, std::size_t bytes, Evidence& evidence) {
  const auto is_inside = [&text](std::size_t at) {
    return at < text.size() && (text[at] & 0xc0) == 0x80;
  };
  evidence.snippet_start = evidence.start > bytes ? evidence.start - bytes : 0;
  evidence.snippet_end = std::min(evidence.end + bytes, text.size());
  while (is_inside(evidence.snippet_start)) ++evidence.snippet_start;
  while (is_inside(evidence.snippet_end)) --evidence.snippet_end;
}

std::vector<Evidence> EvidenceFrom(std::vector<Proof> proofs, const EmitSettings& emit,
                                   std::size_t most, const SourceArticle& article,
                                   const std::vector<Token>& tokens) {
  if (emit.hits_max != EmitSettings::kDefault) most = static_cast<std::size_t>(emit.hits_max);
  if (proofs.size() > most) proofs.resize(most);
  std::vector<Evidence> all;
  for (const Proof& proof : proofs) {
    const Token& first = tokens[proof.place.begin];
    const Token& last = tokens[proof.place.end - 1];
    Evidence& evidence = all.emplace_back();
    evidence.part = first.part;
    evidence.start = first.start;
    evidence.end = last.end;
    evidence.term = proof.term;
    const auto bytes = static_cast<std::size_t>(emit.snippet_bytes);
    if (bytes > 0) AddSnippet(article.parts[first.part].text, bytes, evidence);
  }
  return all;
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
      tag.evidence = EvidenceFrom(Rank(proofs), topic.emit, options_.evidence_max, article, tokens);
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
