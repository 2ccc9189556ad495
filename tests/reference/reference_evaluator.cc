#include "tests/reference/reference_evaluator.h"

#include <algorithm>
#include <charconv>

#include "config/check.h"

namespace wiredesk::reference {

namespace {

using Kind = RuleNode::Kind;
using Comparison = RuleNode::Comparison;

const RuleNode& MacroOf(const RuleNode& node, const RulePack& pack) {
  for (const NamedNode& named : pack.lets) {
    if (named.name == node.text) return named.node;
  }
  WIREDESK_CHECK(false && "a macro that is not there");
  return node;
}

const TermList& ListOf(const RuleNode& node, const RulePack& pack) {
  for (const TermList& list : pack.lists) {
    if (list.name == node.text) return list;
  }
  WIREDESK_CHECK(false && "a list that is not there");
  return pack.lists.front();
}

bool IsTerm(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kInflected:
    case Kind::kExact:
    case Kind::kPrefix:
    case Kind::kRegex:
      return true;
    default:
      return false;
  }
}

bool IsOfTwo(const RuleNode& node) {
  return node.kind == Kind::kNear || node.kind == Kind::kBefore || node.kind == Kind::kSentence ||
         node.kind == Kind::kParagraph;
}

std::string Shown(const RuleNode& term) {
  switch (term.kind) {
    case Kind::kInflected:
      return term.text + "~";
    case Kind::kExact:
      return "=" + term.text;
    case Kind::kPrefix:
      return term.text + "*";
    case Kind::kRegex:
      return "/" + term.text + "/";
    default:
      return term.text;
  }
}

bool Contains(const Place& outer, const Place& inner) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

std::string Trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string Comparable(const std::string& text) { return Trimmed(Fold(text)); }

// A whole text that is a decimal number.
bool ReadNumber(const std::string& text, double& number) {
  const std::string trimmed = Trimmed(text);
  const char* const end = trimmed.data() + trimmed.size();
  const auto [stopped, error] = std::from_chars(trimmed.data(), end, number);
  return error == std::errc() && stopped == end && !trimmed.empty();
}

bool CompareNumbers(Comparison comparison, double value, double with) {
  switch (comparison) {
    case Comparison::kLess:
      return value < with;
    case Comparison::kAtMost:
      return value <= with;
    case Comparison::kGreater:
      return value > with;
    default:
      return value >= with;
  }
}

}  // namespace

const std::vector<Sequence>& TermCache::Read(const RuleNode& term, const RulePack& pack) {
  // What a phrase's parts are is told by their shown text.
  std::string text = term.text;
  for (const RuleNode& child : term.children) text += "\n" + Shown(child);
  const auto key = std::make_tuple(term.kind, pack.language, pack.fold_accents, text);
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  return known_[key] = SequencesOf(term, pack.language, pack.fold_accents);
}

Evaluator::Evaluator(const std::vector<RulePack>& packs, const SourceArticle& article,
                     const std::vector<Token>& tokens, const Options& options, TermCache& cache)
    : packs_(packs), article_(article), tokens_(tokens), options_(options), cache_(cache) {
  for (const SourceArticle::Part& part : article.parts) texts_.push_back(part.text);
  NumberZones();
  FindLead();
}

// Consecutive parts of one field are a zone.
void Evaluator::NumberZones() {
  std::size_t zone = 0;
  for (std::size_t i = 0; i < article_.parts.size(); ++i) {
    const bool is_same = i > 0 && article_.parts[i].field == article_.parts[i - 1].field;
    if (!is_same || Is(Mistake::kZoneIsPart)) ++zone;
    zones_.push_back(zone);
  }
}

// The lead: the first two paragraphs of the body that hold a word.
void Evaluator::FindLead() {
  std::set<std::size_t> paragraphs;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (article_.parts[tokens_[i].part].field != "body") continue;
    paragraphs.insert(tokens_[i].paragraph);
    if (paragraphs.size() <= (Is(Mistake::kLeadOfThreeParagraphs) ? 3u : 2u)) lead_.insert(i);
  }
}

bool Evaluator::InField(const Place& place, const Scope& scope) const {
  std::vector<std::string> wanted = {scope.field};
  if (scope.field.empty()) wanted = scope.pack->fields;
  if (wanted.empty()) return true;
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& field) {
    return field == article_.parts[tokens_[place.begin].part].field ||
           (field == "lead" && lead_.contains(place.begin));
  });
}

std::int64_t Evaluator::BoostOf(const Place& place, const RulePack& pack) const {
  const auto factor_of = [&pack](const std::string& field) -> const FieldBoost* {
    for (const FieldBoost& boost : pack.boosts) {
      if (boost.field == field) return &boost;
    }
    return nullptr;
  };
  const std::size_t token = Is(Mistake::kFieldOfLastToken) ? place.end - 1 : place.begin;
  const bool in_lead = lead_.contains(token) && !Is(Mistake::kBoostOfLeadIgnored);
  const FieldBoost* boost = in_lead ? factor_of("lead") : nullptr;
  if (boost == nullptr) boost = factor_of(article_.parts[tokens_[token].part].field);
  return boost == nullptr ? 1 : boost->factor;
}

bool Evaluator::IsLeaf(const RuleNode& node, const RulePack& pack) const {
  switch (node.kind) {
    case Kind::kList:
      return true;
    case Kind::kMacro:
      return IsLeaf(MacroOf(node, pack), pack);
    case Kind::kAnyOf:
    case Kind::kOr:
    case Kind::kField:
      return std::all_of(node.children.begin(), node.children.end(),
                         [&](const RuleNode& child) { return IsLeaf(child, pack); });
    default:
      return IsTerm(node);
  }
}

// What words in a row give with the mistakes that are about terms.
Places Evaluator::FindSpoiled(std::vector<Sequence> sequences) const {
  if (Is(Mistake::kOneReadingOnly)) sequences.resize(1);
  for (Sequence& sequence : sequences) {
    for (Element& element : sequence) {
      if (Is(Mistake::kExactIgnored)) element.exact.reset();
      if (Is(Mistake::kPrefixIsWord)) element.is_prefix = false;
    }
  }
  std::vector<Token> tokens = tokens_;
  for (Token& token : tokens) {
    if (Is(Mistake::kPhraseCrossesSentences)) token.sentence = token.paragraph;
  }
  return Find(sequences, tokens, texts_);
}

std::vector<Hit> Evaluator::TermHits(const RuleNode& term, const Scope& scope) {
  Places places;
  if (term.kind == Kind::kRegex) {
    places = FindRegex(term.text, tokens_);
  } else if (Is(Mistake::kNone)) {
    places = Find(cache_.Read(term, *scope.pack), tokens_, texts_);
  } else {
    places = FindSpoiled(cache_.Read(term, *scope.pack));
  }
  std::vector<Hit> hits;
  for (const Place& place : places) {
    if (InField(place, scope)) hits.push_back({place, Shown(term)});
  }
  return hits;
}

std::vector<Hit> Evaluator::ListHits(const RuleNode& node, const Scope& scope) {
  std::vector<Hit> hits;
  for (const TermList::Entry& entry : ListOf(node, *scope.pack).entries) {
    RuleNode term;
    term.kind = entry.is_exact ? Kind::kExact : Kind::kPhrase;
    term.text = entry.text;
    for (Hit& hit : TermHits(term, scope)) {
      hit.factor = Is(Mistake::kFactorIgnored) ? 1 : entry.weight;
      hits.push_back(hit);
    }
  }
  return hits;
}

std::vector<Hit> Evaluator::AllHits(const RuleNode& leaf, const Scope& scope) {
  switch (leaf.kind) {
    case Kind::kList:
      return ListHits(leaf, scope);
    case Kind::kMacro:
      return AllHits(MacroOf(leaf, *scope.pack), scope);
    case Kind::kField:
      return AllHits(leaf.children[0], {scope.pack, leaf.text});
    case Kind::kAnyOf:
    case Kind::kOr: {
      std::vector<Hit> hits;
      for (const RuleNode& child : leaf.children) {
        for (const Hit& hit : AllHits(child, scope)) hits.push_back(hit);
      }
      return hits;
    }
    default:
      return TermHits(leaf, scope);
  }
}

std::vector<Hit> Evaluator::LeafHits(const RuleNode& leaf, const Scope& scope, bool by_factor) {
  std::map<Place, Hit> by_place;
  Places places;
  for (const Hit& hit : AllHits(leaf, scope)) {
    places.insert(hit.place);
    const auto [found, is_new] = by_place.try_emplace(hit.place, hit);
    if (is_new) continue;
    const Hit& known = found->second;
    const bool is_better = by_factor && hit.factor != known.factor
                               ? hit.factor > known.factor
                               : (hit.term < known.term) != Is(Mistake::kTermShownIsGreatest);
    if (is_better) found->second = hit;
  }
  std::vector<Hit> hits;
  for (const Place& place : WithoutOverlaps(places, Is(Mistake::kShortestStays))) {
    hits.push_back(by_place[place]);
  }
  return hits;
}

bool Evaluator::IsPair(const RuleNode& node, const Place& x, const Place& y) const {
  const bool x_first = x.end <= y.begin;
  if (!x_first && y.end > x.begin) return false;  // They overlap.
  const Place& first = x_first ? x : y;
  const Place& second = x_first ? y : x;
  const Token& first_token = tokens_[first.begin];
  const Token& last_token = tokens_[second.end - 1];
  switch (node.kind) {
    case Kind::kSentence:
      return first_token.sentence == last_token.sentence ||
             (Is(Mistake::kSentenceIsParagraph) && first_token.paragraph == last_token.paragraph);
    case Kind::kParagraph:
      return first_token.paragraph == last_token.paragraph;
    case Kind::kBefore:
      if (!x_first && !Is(Mistake::kBeforeInAnyOrder)) return false;
      break;
    default:
      break;
  }
  const std::size_t reach =
      static_cast<std::size_t>(node.number) + (Is(Mistake::kNearReachesOneFurther) ? 1 : 0);
  const bool same_zone = zones_[first_token.part] == zones_[last_token.part];
  return second.begin - first.end <= reach && (same_zone || Is(Mistake::kNearCrossesFields));
}

// The spans of all pairs, less those that hold another.
Places Evaluator::JointPlaces(const RuleNode& node, const Scope& scope) {
  Places all;
  for (const Place& x : PlacesOf(node.children[0], scope)) {
    for (const Place& y : PlacesOf(node.children[1], scope)) {
      if (IsPair(node, x, y)) all.insert({std::min(x.begin, y.begin), std::max(x.end, y.end)});
    }
  }
  Places smallest;
  for (const Place& place : all) {
    const bool holds_another = std::any_of(all.begin(), all.end(), [&place](const Place& other) {
      return other != place && Contains(place, other);
    });
    if (!holds_another || Is(Mistake::kNearKeepsAllSpans)) smallest.insert(place);
  }
  return smallest;
}

WeighedPlaces Evaluator::PlacesOutside(const RuleNode& node, const Scope& scope) {
  WeighedPlaces outside;
  const Places covers = PlacesOf(node.children[1], scope);
  for (const auto& [x, factor] : WeighedPlacesOf(node.children[0], scope)) {
    const Place place = x;
    const bool is_covered = std::any_of(covers.begin(), covers.end(), [&](const Place& y) {
      return Is(Mistake::kOutsideNeedsSamePlace) ? place == y : Contains(y, place);
    });
    if (!is_covered) outside[place] = factor;
  }
  return outside;
}

WeighedPlaces Evaluator::WeighedPlacesOf(const RuleNode& node, const Scope& scope) {
  WeighedPlaces places;
  const auto add = [&places](const Place& place, std::int64_t factor) {
    const auto [found, is_new] = places.try_emplace(place, factor);
    if (!is_new) found->second = std::max(found->second, factor);
  };
  if (IsLeaf(node, *scope.pack)) {
    for (const Hit& hit : AllHits(node, scope)) add(hit.place, hit.factor);
    return places;
  }
  if (IsOfTwo(node)) {
    for (const Place& place : JointPlaces(node, scope)) add(place, 1);
    return places;
  }
  switch (node.kind) {
    case Kind::kMacro:
      return WeighedPlacesOf(MacroOf(node, *scope.pack), scope);
    case Kind::kField:
      return WeighedPlacesOf(node.children[0], {scope.pack, node.text});
    case Kind::kOutside:
      return PlacesOutside(node, scope);
    default:
      WIREDESK_CHECK(node.kind == Kind::kAnyOf || node.kind == Kind::kOr);
      for (const RuleNode& child : node.children) {
        for (const auto& [place, factor] : WeighedPlacesOf(child, scope)) add(place, factor);
      }
      return places;
  }
}

Places Evaluator::PlacesOf(const RuleNode& node, const Scope& scope) {
  Places places;
  for (const auto& [place, factor] : WeighedPlacesOf(node, scope)) places.insert(place);
  return places;
}

std::vector<std::string> Evaluator::ValuesOf(const std::string& name) const {
  std::vector<std::string> values;
  if (name == "category") values = article_.categories;
  if (name == "source") values = {article_.source};
  if (name == "id") values = {article_.id};
  if (name == "lang" || name == "language") values = {article_.language};
  for (const SourceArticle::Part& part : article_.parts) {
    if (part.field == name) values.push_back(part.text);
  }
  std::erase(values, "");
  return values;
}

bool Evaluator::MetadataHolds(const RuleNode& node) const {
  const std::vector<std::string> values = ValuesOf(node.text);
  if (node.comparison != Comparison::kEqual && node.comparison != Comparison::kNotEqual) {
    return std::any_of(values.begin(), values.end(), [&node](const std::string& text) {
      double value = 0;
      double with = 0;
      return ReadNumber(text, value) && ReadNumber(node.values[0], with) &&
             CompareNumbers(node.comparison, value, with);
    });
  }
  const bool is_language = node.text == "lang" || node.text == "language";
  bool is_equal = false;
  for (const std::string& value : values) {
    for (const std::string& wanted : node.values) {
      const std::string a = Comparable(value);
      const std::string b = Comparable(wanted);
      is_equal |= a == b;
      is_equal |= is_language && (a.starts_with(b + "-") || a.starts_with(b + "_"));
    }
  }
  if (node.comparison == Comparison::kEqual) return is_equal;
  return !is_equal && !(values.empty() && Is(Mistake::kNotEqualNeedsValue));
}

bool Evaluator::CountHolds(const RuleNode& node, const Scope& scope) {
  const Places places = PlacesOf(node.children[0], scope);
  const std::size_t count =
      Is(Mistake::kCountKeepsOverlaps) ? places.size() : WithoutOverlaps(places).size();
  const auto number = static_cast<std::size_t>(node.number);
  return node.comparison == Comparison::kAtLeast ? count >= number : count <= number;
}

bool Evaluator::ReferredTopicHolds(const std::string& id) {
  for (const RulePack& pack : packs_) {
    for (const Topic& topic : pack.topics) {
      if (topic.id == id && topic.has_rule) return TopicHolds(pack, topic);
    }
  }
  WIREDESK_CHECK(false && "a topic that is not there");
  return false;
}

bool Evaluator::Holds(const RuleNode& node, const Scope& scope) {
  const auto child_holds = [&](const RuleNode& child) { return Holds(child, scope); };
  switch (node.kind) {
    case Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), child_holds);
    case Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), child_holds);
    case Kind::kNot:
      return !Holds(node.children[0], scope);
    case Kind::kAtLeast:
      return std::count_if(node.children.begin(), node.children.end(), child_holds) >=
             node.number + (Is(Mistake::kAtLeastOneMore) ? 1 : 0);
    case Kind::kCount:
      return CountHolds(node, scope);
    case Kind::kMetadata:
      return MetadataHolds(node);
    case Kind::kTopic:
      return ReferredTopicHolds(node.text);
    case Kind::kMacro:
      return Holds(MacroOf(node, *scope.pack), scope);
    case Kind::kField:
      return Holds(node.children[0], {scope.pack, node.text});
    default:
      return !PlacesOf(node, scope).empty();
  }
}

void Evaluator::AddLeaves(const RuleNode& node, const Scope& scope,
                          std::vector<std::pair<const RuleNode*, Scope>>& leaves) const {
  if (IsLeaf(node, *scope.pack)) {
    leaves.emplace_back(&node, scope);
  } else if (node.kind == Kind::kMacro) {
    AddLeaves(MacroOf(node, *scope.pack), scope, leaves);
  } else if (node.kind == Kind::kField) {
    AddLeaves(node.children[0], {scope.pack, node.text}, leaves);
  } else if (node.kind == Kind::kOutside && !Is(Mistake::kEvidenceOfCovers)) {
    AddLeaves(node.children[0], scope, leaves);
  } else {
    for (const RuleNode& child : node.children) AddLeaves(child, scope, leaves);
  }
}

std::vector<Hit> Evaluator::HitsWithin(const RuleNode& node, const Scope& scope,
                                       const Places& within) {
  std::vector<std::pair<const RuleNode*, Scope>> leaves;
  AddLeaves(node, scope, leaves);
  std::vector<Hit> hits;
  for (const auto& [leaf, leaf_scope] : leaves) {
    for (const Hit& hit : LeafHits(*leaf, leaf_scope)) {
      const bool is_within = std::any_of(within.begin(), within.end(), [&](const Place& place) {
        return Contains(place, hit.place);
      });
      if (is_within) hits.push_back(hit);
    }
  }
  return hits;
}

std::vector<Hit> Evaluator::EvidenceOf(const RuleNode& node, const Scope& scope) {
  if (IsLeaf(node, *scope.pack)) return LeafHits(node, scope);
  std::vector<Hit> hits;
  switch (node.kind) {
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kAnyOf:
    case Kind::kAtLeast:
      for (const RuleNode& child : node.children) {
        if (!Holds(child, scope) && !Is(Mistake::kEvidenceOfAllBranches)) continue;
        for (const Hit& hit : EvidenceOf(child, scope)) hits.push_back(hit);
      }
      return hits;
    case Kind::kNot:
    case Kind::kMetadata:
    case Kind::kTopic:
      return hits;
    case Kind::kCount:
      if (node.comparison == Comparison::kAtMost) return hits;
      return HitsWithin(node.children[0], scope, PlacesOf(node.children[0], scope));
    case Kind::kMacro:
      return EvidenceOf(MacroOf(node, *scope.pack), scope);
    case Kind::kField:
      return EvidenceOf(node.children[0], {scope.pack, node.text});
    default:
      return HitsWithin(node, scope, PlacesOf(node, scope));
  }
}

std::vector<Evaluator::Counted> Evaluator::CountedOf(const ScoreItem& item, const RulePack& pack) {
  WeighedPlaces weighed = WeighedPlacesOf(item.term, {&pack, ""});
  Places places;
  for (const auto& [place, factor] : weighed) places.insert(place);
  std::vector<Counted> counted;
  for (const Place& place : WithoutOverlaps(places, Is(Mistake::kShortestStays))) {
    counted.push_back({place, BoostOf(place, pack) * weighed[place]});
  }
  std::stable_sort(counted.begin(), counted.end(), [](const Counted& a, const Counted& b) {
    return a.points != b.points ? a.points > b.points : a.place < b.place;
  });
  const auto most = static_cast<std::size_t>(item.hits_max);
  if (counted.size() > most) counted.resize(most);
  for (Counted& hit : counted) hit.points *= item.weight;
  return counted;
}

std::int64_t Evaluator::ScoreOf(const RulePack& pack, const Topic& topic) {
  std::int64_t sum = 0;
  for (const ScoreItem& item : topic.scores) {
    for (const Counted& hit : CountedOf(item, pack)) sum += hit.points;
  }
  return sum;
}

bool Evaluator::TopicHolds(const RulePack& pack, const Topic& topic) {
  const Scope scope = {&pack, ""};
  for (const RuleNode& exclude : pack.excludes) {
    if (Holds(exclude, scope) && !Is(Mistake::kExcludeIgnored)) return false;
  }
  if (topic.when && !Holds(*topic.when, scope)) return false;
  const std::int64_t need = topic.need + (Is(Mistake::kNeedMustBeExceeded) ? 1 : 0);
  return topic.scores.empty() || ScoreOf(pack, topic) >= need;
}

}  // namespace wiredesk::reference
