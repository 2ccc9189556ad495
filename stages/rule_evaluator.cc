#include "stages/rule_evaluator.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace wiredesk {

namespace {

using Kind = ProgramNode::Kind;

// Looked at first where one false or true part decides.
bool IsCheap(const ProgramNode& node) {
  return node.kind == Kind::kLeaf || node.kind == Kind::kMetadata;
}

std::int64_t AddSaturating(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

}  // namespace

// Buffers go back for the next scope, so that only the deepest expression decides their number.
class RuleEvaluator::Buffer {
 public:
  explicit Buffer(RuleEvaluator& evaluator) : evaluator_(evaluator) {
    std::vector<std::unique_ptr<std::vector<Place>>>& free = evaluator_.free_buffers_;
    if (free.empty()) free.push_back(std::make_unique<std::vector<Place>>());
    places_ = std::move(free.back());
    free.pop_back();
  }
  ~Buffer() { evaluator_.free_buffers_.push_back(std::move(places_)); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  std::vector<Place>& operator*() { return *places_; }
  std::vector<Place>* operator->() { return places_.get(); }

 private:
  RuleEvaluator& evaluator_;
  std::unique_ptr<std::vector<Place>> places_;
};

void RuleEvaluator::Begin(const Article& article, const CompiledRules& rules) {
  Use(rules);
  Forget();
  view_.Begin(article, rules);
  CollectHits(article);
  WakeRules();
}

void RuleEvaluator::Use(const CompiledRules& rules) {
  if (rules.generation() == generation_) return;
  rules_ = &rules;
  generation_ = rules.generation();
  last_hits_.assign(rules.set_count(), kNoIndex);
  states_.assign(rules.topics().size(), {});
  items_.assign(rules.tables().items.size(), {});
  excluded_.assign(rules.tables().packs.size(), Truth::kUnknown);
  touched_sets_.clear();
  touched_items_.clear();
  woken_.clear();
}

void RuleEvaluator::Forget() {
  std::uint32_t* const last_hits = last_hits_.data();
  ItemState* const items = items_.data();
  RuleState* const states = states_.data();
  for (const std::uint32_t set : touched_sets_) last_hits[set] = kNoIndex;
  for (const std::uint32_t item : touched_items_) items[item] = {};
  for (const std::uint32_t rule : woken_) states[rule] = {};
  std::fill(excluded_.begin(), excluded_.end(), Truth::kUnknown);
  touched_sets_.clear();
  touched_items_.clear();
  woken_.clear();
}

void RuleEvaluator::CollectHits(const Article& article) {
  hits_.clear();
  // Matches come by ascending end, so their parts do as well, but for a match that began earlier.
  const TextPart* const first_part = article.parts.data();
  const TextPart* const last_part = first_part + article.parts.size() - 1;
  const TextPart* part = first_part;
  const Match* const matches = article.matches.data();
  const std::size_t count = article.matches.size();
  const FieldMask known_fields = rules_->all_fields();
  std::uint32_t* const last_hits = last_hits_.data();
  for (std::size_t i = 0; i < count; ++i) {
    // With many rules their uses are cold: fetched a few matches early.
    if (i + 8 < count) rules_->PrefetchUses(matches[i + 8].term);
    const Match& match = matches[i];
    while (part > first_part && part->first_token > match.begin) --part;
    while (part < last_part && part[1].first_token <= match.begin) ++part;
    const FieldId field = part->field;
    const FieldId slot = view_.SlotOf(match.begin, field);
    // A field that the rules don't know can have no bit in any of them.
    const FieldMask fields =
        ((FieldMask{1} << slot) | (FieldMask{1} << (field & 31))) & known_fields;
    for (const TermUse& use : rules_->uses(match.term)) {
      if ((use.fields & fields) == 0) continue;
      std::uint32_t& last = last_hits[use.set];
      if (last == kNoIndex) touched_sets_.push_back(use.set);
      hits_.push_back({last, match.begin, match.end, use.shown, use.factor, slot});
      last = static_cast<std::uint32_t>(hits_.size() - 1);
    }
  }
}

void RuleEvaluator::WakeRules() {
  // Pointers, here and in what follows: an index into a vector is checked each time.
  const CompiledItem* const records = rules_->tables().items.data();
  ItemState* const items = items_.data();
  RuleState* const states = states_.data();
  const auto wake = [this, states](std::uint32_t rule) {
    if (states[rule].is_woken) return;
    states[rule].is_woken = true;
    woken_.push_back(rule);
  };
  for (const std::uint32_t set : touched_sets_) {
    for (const SetUser user : rules_->users(set)) {
      if ((user & kRuleUser) != 0) {
        wake(user & ~kRuleUser);
        continue;
      }
      if (items[user].is_touched) continue;
      const std::uint32_t rule = records[user].rule;
      items[user] = {states[rule].first_item, true};
      states[rule].first_item = user;
      touched_items_.push_back(user);
      wake(rule);
    }
  }
}

bool RuleEvaluator::Holds(std::uint32_t rule) {
  RuleState& state = states_[rule];
  if (!state.is_woken) return false;
  if (state.holds == Truth::kUnknown) {
    state.holds = WorkOutHolds(rule) ? Truth::kTrue : Truth::kFalse;
  }
  return state.holds == Truth::kTrue;
}

bool RuleEvaluator::WorkOutHolds(std::uint32_t index) {
  const CompiledRule& rule = rules_->tables().rules[index];
  if (rule.item_count > 0 && Score(index) < rule.need) return false;
  if (rule.when != kNoIndex && !IsTrue(rules_->node(rule.when))) return false;
  return !IsExcluded(rule.pack);
}

bool RuleEvaluator::IsExcluded(std::uint32_t pack) {
  if (excluded_[pack] == Truth::kUnknown) {
    const PackRecord& record = rules_->tables().packs[pack];
    bool is_excluded = false;
    for (std::uint32_t i = 0; i < record.exclude_count && !is_excluded; ++i) {
      is_excluded = IsTrue(rules_->node(rules_->tables().exclude_nodes[record.first_exclude + i]));
    }
    excluded_[pack] = is_excluded ? Truth::kTrue : Truth::kFalse;
  }
  return excluded_[pack] == Truth::kTrue;
}

std::int64_t RuleEvaluator::Score(std::uint32_t rule) {
  RuleState& state = states_[rule];
  if (state.has_score) return state.score;
  std::int64_t score = rules_->tables().rules[rule].item_count == 0 ? 1 : 0;
  ForEachItem(rule, [&](std::uint32_t item) { score = AddSaturating(score, ScoreItem(item)); });
  if (state.is_woken) {
    state.score = score;
    state.has_score = true;
  }
  return score;
}

std::int64_t RuleEvaluator::ScoreItem(std::uint32_t index) {
  const CompiledItem& item = rules_->tables().items.data()[index];
  const std::int32_t* const boosts = BoostsOf(item.pack);
  // Most items are one term set with one hit.
  if (item.set != kNoIndex) {
    const std::uint32_t last = last_hits_.data()[item.set];
    if (last == kNoIndex) return 0;
    const SetHit& hit = hits_.data()[last];
    if (hit.next == kNoIndex) return PointsOf(item, boosts, hit);
  }
  std::int64_t points = 0;
  for (const SetHit& hit : ItemHits(index)) {
    points = AddSaturating(points, PointsOf(item, boosts, hit));
  }
  return points;
}

std::span<const SetHit> RuleEvaluator::ItemHits(std::uint32_t index) {
  const CompiledItem& item = rules_->tables().items[index];
  const ProgramNode& node = rules_->node(item.node);
  if (node.kind == Kind::kLeaf) {
    LeafHits(node, true);
  } else {
    Buffer places(*this);
    FindPlaces(node, *places);
    selected_.clear();
    for (const Place& place : *places) {
      selected_.push_back(
          {kNoIndex, place.begin, place.end, kNoIndex, place.factor, view_.SlotOf(place.begin)});
    }
    DropOverlaps(true);
  }
  const auto most = static_cast<std::size_t>(item.hits_max);
  if (selected_.size() <= most) return selected_;
  const std::int32_t* const boosts = BoostsOf(item.pack);
  const auto stronger = [boosts](const SetHit& a, const SetHit& b) {
    const std::int64_t a_points = std::int64_t{boosts[a.field]} * a.factor;
    const std::int64_t b_points = std::int64_t{boosts[b.field]} * b.factor;
    return std::tie(b_points, a.begin) < std::tie(a_points, b.begin);
  };
  if (most == 1) {  // As in most items.
    selected_.front() = *std::min_element(selected_.begin(), selected_.end(), stronger);
  } else {
    std::partial_sort(selected_.begin(), selected_.begin() + item.hits_max, selected_.end(),
                      stronger);
  }
  selected_.resize(most);
  return selected_;
}

std::span<const SetHit> RuleEvaluator::LeafHits(const ProgramNode& leaf, bool by_factor) {
  selected_.clear();
  bool overlap = false;
  std::uint32_t first_begin = kNoIndex;
  for (const std::uint32_t set : rules_->sets(leaf)) {
    // The hits of one term set come from the last to the first, by their ends.
    const SetHit* const hits = hits_.data();
    for (std::uint32_t i = last_hits_[set]; i != kNoIndex; i = hits[i].next) {
      overlap |= hits[i].end > first_begin;
      first_begin = hits[i].begin;
      selected_.push_back(hits[i]);
    }
  }
  if (overlap) DropOverlaps(by_factor);
  return selected_;
}

// Leaves the longest of overlapping hits in selected_.
void RuleEvaluator::DropOverlaps(bool by_factor) {
  const auto longer = [&](const SetHit& a, const SetHit& b) {
    const std::uint32_t a_tokens = a.end - a.begin;
    const std::uint32_t b_tokens = b.end - b.begin;
    if (a_tokens != b_tokens) return a_tokens > b_tokens;
    if (a.begin != b.begin) return a.begin < b.begin;
    if (by_factor && a.factor != b.factor) return a.factor > b.factor;
    if (a.shown == b.shown || a.shown == kNoIndex || b.shown == kNoIndex) return false;
    return rules_->text(a.shown) < rules_->text(b.shown);
  };
  std::sort(selected_.begin(), selected_.end(), longer);
  TokenMarks marks(view_.article().tokens.size(), place_buffers_);
  std::erase_if(selected_, [&marks](const SetHit& hit) { return !marks.Take(hit.begin, hit.end); });
}

bool RuleEvaluator::HasHits(const ProgramNode& leaf) const {
  for (const std::uint32_t set : rules_->sets(leaf)) {
    if (last_hits_[set] != kNoIndex) return true;
  }
  return false;
}

bool RuleEvaluator::IsTrue(const ProgramNode& node) {
  switch (node.kind) {
    case Kind::kLeaf:
      return HasHits(node);
    case Kind::kUnion:
    case Kind::kOr:
      return IsTrueAny(node);
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
    case Kind::kOutside: {
      Buffer places(*this);
      FindPlaces(node, *places);
      return !places->empty();
    }
    case Kind::kAnd:
      return IsTrueAll(node);
    case Kind::kNot:
      return !IsTrue(rules_->node(node.first));
    case Kind::kAtLeast:
      return IsTrueAtLeast(node);
    case Kind::kCount:
      return IsTrueCount(node);
    case Kind::kMetadata:
      return view_.Holds(rules_->tables().metadata_tests[node.first]);
    case Kind::kTopic:
      return Holds(node.first);
  }
  return false;
}

bool RuleEvaluator::IsTrueAll(const ProgramNode& node) {
  const std::span<const ProgramNode> children = rules_->children(node);
  for (const ProgramNode& child : children) {
    if (IsCheap(child) && !IsTrue(child)) return false;
  }
  return std::all_of(children.begin(), children.end(),
                     [this](const ProgramNode& child) { return IsCheap(child) || IsTrue(child); });
}

bool RuleEvaluator::IsTrueAny(const ProgramNode& node) {
  const std::span<const ProgramNode> children = rules_->children(node);
  for (const ProgramNode& child : children) {
    if (IsCheap(child) && IsTrue(child)) return true;
  }
  return std::any_of(children.begin(), children.end(),
                     [this](const ProgramNode& child) { return !IsCheap(child) && IsTrue(child); });
}

bool RuleEvaluator::IsTrueAtLeast(const ProgramNode& node) {
  std::int32_t missing = node.number;
  for (const bool cheap : {true, false}) {
    for (const ProgramNode& child : rules_->children(node)) {
      if (IsCheap(child) == cheap && IsTrue(child) && --missing == 0) return true;
    }
  }
  return false;
}

bool RuleEvaluator::IsTrueCount(const ProgramNode& node) {
  const ProgramNode& counted = rules_->node(node.first);
  const auto bound = static_cast<std::size_t>(node.number);
  if (node.comparison == RuleNode::Comparison::kAtMost) {
    return CountPlaces(counted) <= bound;
  }
  if (bound <= 1) return bound == 0 || IsTrue(counted);
  return CountPlaces(counted) >= bound;
}

std::size_t RuleEvaluator::CountPlaces(const ProgramNode& node) {
  Buffer places(*this);
  FindPlaces(node, *places);
  return CountWithoutOverlaps(*places, view_.article().tokens.size(), place_buffers_);
}

void RuleEvaluator::FindPlaces(const ProgramNode& node, std::vector<Place>& places) {
  switch (node.kind) {
    case Kind::kLeaf:
      return FindLeafPlaces(node, places);
    case Kind::kUnion:
      return FindUnion(node, places);
    default:
      return FindPair(node, places);
  }
}

void RuleEvaluator::FindLeafPlaces(const ProgramNode& leaf, std::vector<Place>& places) {
  places.clear();
  for (const std::uint32_t set : rules_->sets(leaf)) {
    const std::size_t first = places.size();
    for (std::uint32_t i = last_hits_[set]; i != kNoIndex; i = hits_[i].next) {
      places.push_back({hits_[i].begin, hits_[i].end, hits_[i].factor});
    }
    std::reverse(places.begin() + static_cast<std::ptrdiff_t>(first), places.end());
  }
  SortPlaces(places);
}

void RuleEvaluator::FindUnion(const ProgramNode& node, std::vector<Place>& places) {
  places.clear();
  Buffer more(*this);
  for (const ProgramNode& child : rules_->children(node)) {
    FindPlaces(child, *more);
    places.insert(places.end(), more->begin(), more->end());
  }
  SortPlaces(places);
}

void RuleEvaluator::FindPair(const ProgramNode& node, std::vector<Place>& places) {
  places.clear();
  const std::span<const ProgramNode> children = rules_->children(node);
  // A leaf without hits spares the other side.
  if (children[0].kind == Kind::kLeaf && !HasHits(children[0])) return;
  const bool needs_both = node.kind != Kind::kOutside;
  if (needs_both && children[1].kind == Kind::kLeaf && !HasHits(children[1])) return;
  Buffer x(*this);
  Buffer y(*this);
  FindPlaces(children[0], *x);
  if (x->empty()) return;
  FindPlaces(children[1], *y);
  const auto gap_max = static_cast<std::uint32_t>(node.number);
  switch (node.kind) {
    case Kind::kNear:
      return JoinPlaces(*x, *y, gap_max, true, view_.zones(), place_buffers_, places);
    case Kind::kBefore:
      return JoinPlaces(*x, *y, gap_max, false, view_.zones(), place_buffers_, places);
    case Kind::kSentence:
      return JoinPlaces(*x, *y, kAnyGap, true, view_.sentences(), place_buffers_, places);
    case Kind::kParagraph:
      return JoinPlaces(*x, *y, kAnyGap, true, view_.paragraphs(), place_buffers_, places);
    default:
      return PlacesOutside(*x, *y, places);
  }
}

}  // namespace wiredesk
