#include "stages/rule_explainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/check.h"
#include "stages/rule_node_text.h"

namespace wiredesk {

namespace {

using Kind = ProgramNode::Kind;

constexpr std::size_t kTextColumns = 72;

std::string OperatorText(const ProgramNode& node) {
  switch (node.kind) {
    case Kind::kUnion:
    case Kind::kOr:
      return "any of";
    case Kind::kAnd:
      return "all of";
    case Kind::kNot:
      return "not";
    case Kind::kNear:
      return fmt::format("NEAR/{}", node.number);
    case Kind::kBefore:
      return fmt::format("BEFORE/{}", node.number);
    case Kind::kSentence:
      return "SENTENCE";
    case Kind::kParagraph:
      return "PARAGRAPH";
    case Kind::kOutside:
      return "OUTSIDE";
    case Kind::kAtLeast:
      return fmt::format("at least {} of", node.number);
    default:
      return {};
  }
}

bool IsPair(Kind kind) { return kind >= Kind::kNear && kind <= Kind::kOutside; }

void Append(std::vector<Obstacle>& to, const std::vector<Obstacle>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// The obstacles of the `count` children that have the fewest, of those that are not as wanted.
std::vector<Obstacle> Cheapest(const ExplainedNode& node, bool wanted, std::size_t count) {
  std::vector<std::vector<Obstacle>> choices;
  for (const ExplainedNode& child : node.children) {
    if (child.holds != wanted) choices.push_back(SmallestObstacles(child, wanted));
  }
  std::stable_sort(choices.begin(), choices.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::vector<Obstacle> obstacles;
  for (std::size_t i = 0; i < std::min(count, choices.size()); ++i) Append(obstacles, choices[i]);
  return obstacles;
}

std::vector<Obstacle> All(const ExplainedNode& node, bool wanted) {
  return Cheapest(node, wanted, node.children.size());
}

std::vector<Obstacle> AtLeastObstacles(const ExplainedNode& node, bool wanted) {
  const auto holding = static_cast<std::size_t>(
      std::count_if(node.children.begin(), node.children.end(),
                    [](const ExplainedNode& child) { return child.holds; }));
  const auto number = static_cast<std::size_t>(node.number);
  return Cheapest(node, wanted, wanted ? number - holding : holding - number + 1);
}

}  // namespace

void RuleExplainer::Begin(const Article& article) {
  article_ = &article;
  evaluator_.Begin(article, rules_);
}

ExplainedRule RuleExplainer::Explain(std::uint32_t topic) {
  const CompiledRule& rule = rules_.tables().rules[topic];
  ExplainedRule explained;
  explained.topic = topic;
  explained.holds = evaluator_.Holds(topic);
  explained.need = rule.need;
  explained.score = evaluator_.Score(topic);
  if (rule.when != kNoIndex) explained.when = ExplainNode(rule.when);
  for (std::uint32_t i = 0; i < rule.item_count; ++i) {
    explained.entries.push_back(ExplainItem(rule.first_item + i));
  }
  const PackRecord& pack = rules_.tables().packs[rule.pack];
  for (std::uint32_t i = 0; i < pack.exclude_count; ++i) {
    ExplainedNode exclude = ExplainNode(rules_.tables().exclude_nodes[pack.first_exclude + i]);
    if (exclude.holds) explained.excludes.push_back(std::move(exclude));
  }
  return explained;
}

ExplainedNode RuleExplainer::ExplainNode(std::uint32_t index) {
  const ProgramNode& node = rules_.node(index);
  ExplainedNode explained;
  explained.kind = node.kind;
  explained.number = node.number;
  explained.holds = evaluator_.IsTrue(node);
  explained.written = WrittenText(index);
  explained.text = TextOf(index, node);
  const bool has_children =
      node.kind != Kind::kLeaf && node.kind != Kind::kMetadata && node.kind != Kind::kTopic;
  for (std::uint32_t i = 0; has_children && i < node.count; ++i) {
    explained.children.push_back(ExplainNode(node.first + i));
  }
  if (HasPlaces(node)) AddPlaces(node, explained);
  explained.detail = DetailOf(node, explained);
  return explained;
}

void RuleExplainer::AddPlaces(const ProgramNode& node, ExplainedNode& explained) {
  if (node.kind == Kind::kLeaf) {
    for (const SetHit& hit : evaluator_.LeafHits(node, false)) {
      explained.places.push_back(PlaceOf(hit.begin, hit.end, rules_.text(hit.shown)));
    }
  } else {
    std::vector<Place> places;
    evaluator_.FindPlaces(node, places);
    for (const Place& place : places) {
      explained.places.push_back(PlaceOf(place.begin, place.end, {}));
    }
  }
  std::sort(explained.places.begin(), explained.places.end(),
            [](const FoundPlace& a, const FoundPlace& b) {
              return std::pair(a.part, a.start) < std::pair(b.part, b.start);
            });
}

ExplainedEntry RuleExplainer::ExplainItem(std::uint32_t index) {
  const CompiledItem& item = rules_.tables().items[index];
  ExplainedEntry entry;
  entry.weight = item.weight;
  entry.hits_max = item.hits_max;
  entry.node = ExplainNode(item.node);
  const std::int32_t* boosts = evaluator_.BoostsOf(rules_.tables().rules[item.rule].pack);
  for (const SetHit& hit : evaluator_.ItemHits(index)) {
    const std::string_view term =
        hit.shown == kNoIndex ? std::string_view() : rules_.text(hit.shown);
    const std::int64_t points = RuleEvaluator::PointsOf(item, boosts, hit);
    entry.counted.push_back({PlaceOf(hit.begin, hit.end, term),
                             rules_.FieldName(static_cast<FieldId>(hit.field)), boosts[hit.field],
                             hit.factor, points});
    entry.points += points;
  }
  std::sort(
      entry.counted.begin(), entry.counted.end(), [](const CountedPlace& a, const CountedPlace& b) {
        return std::pair(a.place.part, a.place.start) < std::pair(b.place.part, b.place.start);
      });
  return entry;
}

std::string RuleExplainer::WrittenText(std::uint32_t index) const {
  WIREDESK_CHECK(index < rules_.sources().size());
  const RuleNode* written = rules_.sources()[index].node;
  return written == nullptr ? OperatorText(rules_.node(index)) : ShortText(*written, kTextColumns);
}

std::string RuleExplainer::TextOf(std::uint32_t index, const ProgramNode& node) const {
  const RuleNode* written = rules_.sources()[index].node;
  const bool is_name = written != nullptr && written->kind == RuleNode::Kind::kMacro;
  const std::string operation = OperatorText(node);
  if (operation.empty()) return WrittenText(index);
  return is_name ? "@" + written->text + ": " + operation : operation;
}

std::string RuleExplainer::DetailOf(const ProgramNode& node, const ExplainedNode& explained) {
  switch (node.kind) {
    case Kind::kCount:
      return fmt::format("{} found", evaluator_.CountPlaces(rules_.node(node.first)));
    case Kind::kAtLeast:
      return fmt::format("{} of {} hold",
                         std::count_if(explained.children.begin(), explained.children.end(),
                                       [](const ExplainedNode& child) { return child.holds; }),
                         explained.children.size());
    default:
      break;
  }
  const bool both_there =
      IsPair(node.kind) && explained.children[0].holds && explained.children[1].holds;
  if (explained.holds || !both_there) return {};
  switch (node.kind) {
    case Kind::kOutside:
      return "each place lies inside of what stands behind OUTSIDE";
    case Kind::kBefore:
      return fmt::format("both are there, but not in this order within {} words", node.number);
    case Kind::kNear:
      return fmt::format("both are there, but not within {} words", node.number);
    case Kind::kSentence:
      return "both are there, but in no sentence together";
    default:
      return "both are there, but in no paragraph together";
  }
}

FoundPlace RuleExplainer::PlaceOf(std::uint32_t begin, std::uint32_t end,
                                  std::string_view term) const {
  const TextPart& part = PartOf(*article_, begin);
  const auto number = static_cast<std::uint32_t>(&part - article_->parts.data());
  // A place of several terms may go on in another part: what is in the first is shown.
  std::uint32_t last = end - 1;
  while (last > begin && &PartOf(*article_, last) != &part) --last;
  return {number, article_->tokens[begin].start, article_->tokens[last].end, term};
}

std::vector<Obstacle> SmallestObstacles(const ExplainedNode& node, bool wanted) {
  if (node.holds == wanted) return {};
  std::vector<Obstacle> obstacles;
  switch (node.kind) {
    case Kind::kAnd:
      obstacles = wanted ? All(node, true) : Cheapest(node, false, 1);
      break;
    case Kind::kOr:
    case Kind::kUnion:
      obstacles = wanted ? Cheapest(node, true, 1) : All(node, false);
      break;
    case Kind::kNot:
      obstacles = SmallestObstacles(node.children[0], !wanted);
      break;
    case Kind::kAtLeast:
      obstacles = AtLeastObstacles(node, wanted);
      break;
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
      if (wanted) obstacles = All(node, true);
      break;
    case Kind::kOutside:
      if (wanted) obstacles = SmallestObstacles(node.children[0], true);
      break;
    default:
      break;
  }
  if (obstacles.empty()) obstacles.push_back({&node, wanted});
  return obstacles;
}

}  // namespace wiredesk
