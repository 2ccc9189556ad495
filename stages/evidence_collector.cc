#include "stages/evidence_collector.h"

#include <algorithm>
#include <tuple>

namespace wiredesk {

namespace {

using Kind = ProgramNode::Kind;

bool IsInsideCharacter(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

}  // namespace

void WidenToSnippet(std::string_view text, std::uint32_t bytes, std::uint32_t& start,
                    std::uint32_t& end) {
  start -= std::min(bytes, start);
  while (IsInsideCharacter(text, start)) ++start;
  end += std::min(bytes, static_cast<std::uint32_t>(text.size()) - end);
  while (IsInsideCharacter(text, end)) --end;
}

std::span<const Evidence> EvidenceCollector::Collect(std::uint32_t rule, std::size_t evidence_max,
                                                     RuleEvaluator& evaluator,
                                                     const CompiledRules& rules, Arena& arena) {
  evaluator_ = &evaluator;
  rules_ = &rules;
  pack_ = rules.tables().rules[rule].pack;
  proofs_.clear();
  const CompiledTopic& topic = rules.topics()[rule];
  if (topic.hits_max != EmitSettings::kDefault) {
    evidence_max = static_cast<std::size_t>(topic.hits_max);
  }
  if (evidence_max == 0) return {};
  evaluator.ForEachItem(rule, [this](std::uint32_t item) { AddItem(item); });
  const CompiledRule& compiled = rules.tables().rules[rule];
  if (compiled.when != kNoIndex) AddWhen(rules.node(compiled.when));
  return Finish(topic, evidence_max, arena);
}

void EvidenceCollector::AddItem(std::uint32_t index) {
  const CompiledItem& item = rules_->tables().items[index];
  if (item.weight < 0) return;
  const ProgramNode& node = rules_->node(item.node);
  scored_.clear();
  for (const SetHit& hit : evaluator_->ItemHits(index)) {
    const std::int64_t points = RuleEvaluator::PointsOf(item, evaluator_->BoostsOf(pack_), hit);
    if (points <= 0) continue;
    if (node.kind == Kind::kLeaf) {
      proofs_.push_back({points, hit.begin, hit.end, hit.shown});
    } else {
      scored_.push_back({{hit.begin, hit.end, 1}, points});
    }
  }
  if (scored_.empty()) return;
  std::sort(scored_.begin(), scored_.end(),
            [](const Scored& a, const Scored& b) { return a.place.begin < b.place.begin; });
  AddScoredLeaves(node);
}

// The hits of the leaves in scored_, whose places do not overlap.
void EvidenceCollector::AddScoredLeaves(const ProgramNode& node) {
  if (node.kind != Kind::kLeaf) {
    const std::span<const ProgramNode> children = rules_->children(node);
    const std::size_t count = node.kind == Kind::kOutside ? 1 : children.size();
    for (const ProgramNode& child : children.first(count)) AddScoredLeaves(child);
    return;
  }
  for (const SetHit& hit : evaluator_->LeafHits(node, false)) {
    const auto behind = std::upper_bound(
        scored_.begin(), scored_.end(), hit.begin,
        [](std::uint32_t begin, const Scored& scored) { return begin < scored.place.begin; });
    if (behind == scored_.begin() || hit.end > (behind - 1)->place.end) continue;
    proofs_.push_back({(behind - 1)->points, hit.begin, hit.end, hit.shown});
  }
}

// REQUIRES: the node is true.
void EvidenceCollector::AddWhen(const ProgramNode& node) {
  switch (node.kind) {
    case Kind::kLeaf:
      return AddLeaf(node);
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kUnion:
    case Kind::kAtLeast:
      for (const ProgramNode& child : rules_->children(node)) {
        if (node.kind == Kind::kAnd || evaluator_->IsTrue(child)) AddWhen(child);
      }
      return;
    case Kind::kCount:
      if (node.comparison == RuleNode::Comparison::kAtLeast) AddWithin(rules_->node(node.first));
      return;
    case Kind::kNot:
    case Kind::kMetadata:
    case Kind::kTopic:
      return;
    default:
      return AddWithin(node);
  }
}

void EvidenceCollector::AddWithin(const ProgramNode& node) {
  if (node.kind == Kind::kLeaf) return AddLeaf(node);
  evaluator_->FindPlaces(node, places_);
  // From here on the end of a place is the furthest of those that begin at or before it.
  for (std::size_t i = 1; i < places_.size(); ++i) {
    places_[i].end = std::max(places_[i].end, places_[i - 1].end);
  }
  AddLeavesInside(node);
}

// The hits of the leaves in places_.
void EvidenceCollector::AddLeavesInside(const ProgramNode& node) {
  if (node.kind != Kind::kLeaf) {
    const std::span<const ProgramNode> children = rules_->children(node);
    const std::size_t count = node.kind == Kind::kOutside ? 1 : children.size();
    for (const ProgramNode& child : children.first(count)) AddLeavesInside(child);
    return;
  }
  for (const SetHit& hit : evaluator_->LeafHits(node, false)) {
    const auto behind = std::upper_bound(
        places_.begin(), places_.end(), hit.begin,
        [](std::uint32_t begin, const Place& place) { return begin < place.begin; });
    if (behind == places_.begin() || hit.end > (behind - 1)->end) continue;
    proofs_.push_back({WhenPoints(hit), hit.begin, hit.end, hit.shown});
  }
}

void EvidenceCollector::AddLeaf(const ProgramNode& leaf) {
  for (const SetHit& hit : evaluator_->LeafHits(leaf, false)) {
    proofs_.push_back({WhenPoints(hit), hit.begin, hit.end, hit.shown});
  }
}

std::int64_t EvidenceCollector::WhenPoints(const SetHit& hit) const {
  return std::max<std::int64_t>(1, evaluator_->BoostsOf(pack_)[hit.field]);
}

// Of proofs_, the strongest first.
std::span<const Evidence> EvidenceCollector::Finish(const CompiledTopic& topic,
                                                    std::size_t evidence_max, Arena& arena) {
  // Entries may share a term: a place is shown once, with what counts most there.
  const auto by_place = [this](const Proof& a, const Proof& b) {
    if (a.begin != b.begin || a.end != b.end || a.points != b.points) {
      return std::tie(a.begin, a.end, b.points) < std::tie(b.begin, b.end, a.points);
    }
    return a.shown != b.shown && rules_->text(a.shown) < rules_->text(b.shown);
  };
  const auto same_place = [](const Proof& a, const Proof& b) {
    return a.begin == b.begin && a.end == b.end;
  };
  const auto stronger = [](const Proof& a, const Proof& b) {
    return std::tie(b.points, a.begin, a.end) < std::tie(a.points, b.begin, b.end);
  };
  std::sort(proofs_.begin(), proofs_.end(), by_place);
  proofs_.erase(std::unique(proofs_.begin(), proofs_.end(), same_place), proofs_.end());
  std::sort(proofs_.begin(), proofs_.end(), stronger);
  const Article& article = evaluator_->view().article();
  const std::span<Evidence> evidence =
      arena.AllocateArray<Evidence>(std::min(proofs_.size(), evidence_max));
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const Proof& proof = proofs_[i];
    const TextPart& part = PartOf(article, proof.begin);
    Evidence& entry = evidence[i];
    entry.part = static_cast<std::uint32_t>(&part - article.parts.data());
    entry.start = article.tokens[proof.begin].start;
    entry.end = article.tokens[proof.end - 1].end;
    entry.term = rules_->text(proof.shown);
    entry.snippet_start = entry.snippet_end = 0;
    if (topic.snippet_bytes == 0) continue;
    entry.snippet_start = entry.start;
    entry.snippet_end = entry.end;
    WidenToSnippet(part.text, static_cast<std::uint32_t>(topic.snippet_bytes), entry.snippet_start,
                   entry.snippet_end);
  }
  return evidence;
}

}  // namespace wiredesk
