#include "app/explain_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "app/topic_tree.h"

namespace wiredesk {

namespace {

using Kind = ProgramNode::Kind;

// Of a list of places; the rest is counted.
constexpr std::size_t kPlacesShown = 6;

class Explanation {
 public:
  Explanation(const ExplainedRule& rule, const CompiledRules& rules, const Article& article,
              const Terminal& terminal)
      : rule_(rule),
        topic_(rules.topics()[rule.topic]),
        rules_(rules),
        article_(article),
        terminal_(terminal) {}

  std::string Render() {
    Heading();
    Excludes();
    When();
    Score();
    if (!rule_.holds) Obstacles();
    out_ += "\n" + RenderMarkedParts(article_.parts, Marks(), terminal_, {});
    return std::move(out_);
  }

 private:
  std::string Sign(bool holds) const {
    return holds ? Styled(terminal_, Style::kGood, "✓") : Styled(terminal_, Style::kBad, "✗");
  }

  void Line(std::size_t indent, const std::string& sign, std::string_view text,
            std::string_view detail) {
    out_.append(indent, ' ');
    out_ += sign + " " + OneLine(text, 200);
    if (!detail.empty()) out_ += "  " + Styled(terminal_, Style::kDim, OneLine(detail, 200));
    out_ += '\n';
  }

  void Heading() {
    out_ += fmt::format("{} {} {}{}: the rule {}\n", Sign(rule_.holds), topic_.id,
                        Styled(terminal_, Style::kBold, OneLine(topic_.label, 80)),
                        StateMark(topic_.state), rule_.holds ? "holds" : "does not hold");
  }

  void Excludes() {
    for (const ExplainedNode& exclude : rule_.excludes) {
      out_ += "  " + Styled(terminal_, Style::kBad, "excluded by the pack") + "\n";
      Node(exclude, 4);
    }
  }

  void When() {
    if (!rule_.when) return;
    out_ += "  when\n";
    Node(*rule_.when, 4);
  }

  void Node(const ExplainedNode& node, std::size_t indent) {
    std::string detail = node.detail;
    const std::string found = PlacesText(node.places);
    if (!detail.empty() && !found.empty()) detail += ": ";
    Line(indent, Sign(node.holds), node.text, detail + found);
    for (const ExplainedNode& child : node.children) Node(child, indent + 2);
  }

  // "bank ×2 (title), lenders (body)"
  std::string PlacesText(const std::vector<FoundPlace>& places) const {
    std::vector<std::pair<std::string, int>> counts;
    for (const FoundPlace& place : places) {
      std::string text = fmt::format("“{}” ({})", OneLine(TextOf(place), 60),
                                     rules_.FieldName(article_.parts[place.part].field));
      const auto found = std::find_if(counts.begin(), counts.end(),
                                      [&](const auto& entry) { return entry.first == text; });
      if (found == counts.end()) {
        counts.emplace_back(std::move(text), 1);
      } else {
        ++found->second;
      }
    }
    std::string list;
    for (std::size_t i = 0; i < std::min(counts.size(), kPlacesShown); ++i) {
      if (i > 0) list += ", ";
      list += counts[i].first;
      if (counts[i].second > 1) list += fmt::format(" ×{}", counts[i].second);
    }
    if (counts.size() > kPlacesShown) {
      list += fmt::format(" and {} more", counts.size() - kPlacesShown);
    }
    return list;
  }

  std::string_view TextOf(const FoundPlace& place) const {
    return article_.parts[place.part].text.substr(place.start, place.end - place.start);
  }

  void Score() {
    if (!rule_.has_score()) return;
    out_ += fmt::format("  score {} of {}\n", rule_.score, rule_.need);
    for (const ExplainedEntry& entry : rule_.entries) Entry(entry);
  }

  void Entry(const ExplainedEntry& entry) {
    std::string text = fmt::format("{:>6}  {} {}", entry.points, entry.weight, entry.node.text);
    if (entry.hits_max > 1) text += fmt::format(" max {}", entry.hits_max);
    std::string detail;
    for (std::size_t i = 0; i < std::min(entry.counted.size(), kPlacesShown); ++i) {
      const CountedPlace& counted = entry.counted[i];
      if (i > 0) detail += ", ";
      detail += fmt::format("“{}” {}", OneLine(TextOf(counted.place), 60), counted.field);
      if (counted.boost != 1) detail += fmt::format(" ×{}", counted.boost);
      if (counted.factor != 1) detail += fmt::format(" ×{}", counted.factor);
    }
    if (entry.counted.size() > kPlacesShown) {
      detail += fmt::format(" and {} more", entry.counted.size() - kPlacesShown);
    }
    if (entry.node.places.size() > entry.counted.size()) {
      detail += fmt::format("; {} more that don't count",
                            entry.node.places.size() - entry.counted.size());
    }
    Line(4, entry.counted.empty() ? "·" : Sign(entry.weight > 0), text, detail);
  }

  void Obstacles() {
    out_ += "\n" + Styled(terminal_, Style::kBold, "In the way") + "\n";
    for (const ExplainedNode& exclude : rule_.excludes) {
      Line(2, "-", "the pack excludes the article: " + exclude.written, "");
    }
    if (!rule_.score_suffices()) {
      Line(2, "-",
           fmt::format("the score is {} of {}: {} too few", rule_.score, rule_.need,
                       rule_.need - rule_.score),
           "");
    }
    if (!rule_.when) return;
    for (const Obstacle& obstacle : SmallestObstacles(*rule_.when, true)) {
      Line(2, "-", ObstacleText(obstacle), obstacle.node->detail);
    }
  }

 public:
  static std::string ObstacleText(const Obstacle& obstacle) {
    const std::string& text = obstacle.node->written;
    const bool is_set = HasPlaces({obstacle.node->kind, {}, 0, 0, 0, 0});
    if (obstacle.wanted) return (is_set ? "not found: " : "not true: ") + text;
    return (is_set ? "found, but must not be: " : "true, but must not be: ") + text;
  }

 private:
  void AddMarks(const ExplainedNode& node, std::size_t style, std::vector<PartMark>& marks) const {
    if (node.children.empty()) {
      for (const FoundPlace& place : node.places) {
        marks.push_back({place.part, place.start, place.end, style});
      }
    }
    for (const ExplainedNode& child : node.children) AddMarks(child, style, marks);
  }

  // Tag styles: what scores, what is asked for, what speaks against it.
  std::vector<PartMark> Marks() const {
    std::vector<PartMark> marks;
    for (const ExplainedEntry& entry : rule_.entries) {
      for (const CountedPlace& counted : entry.counted) {
        marks.push_back({counted.place.part, counted.place.start, counted.place.end,
                         entry.weight > 0 ? std::size_t{0} : std::size_t{3}});
      }
    }
    if (rule_.when) AddMarks(*rule_.when, 1, marks);
    for (const ExplainedNode& exclude : rule_.excludes) AddMarks(exclude, 3, marks);
    return marks;
  }

  const ExplainedRule& rule_;
  const CompiledTopic& topic_;
  const CompiledRules& rules_;
  const Article& article_;
  const Terminal& terminal_;
  std::string out_;
};

}  // namespace

std::string RenderExplanation(const ExplainedRule& rule, const CompiledRules& rules,
                              const Article& article, const Terminal& terminal) {
  return Explanation(rule, rules, article, terminal).Render();
}

std::string RenderNearMiss(const ExplainedRule& rule) {
  std::string text;
  const auto add = [&text](const std::string& reason) {
    if (!text.empty()) text += "; ";
    text += reason;
  };
  if (rule.has_score()) add(fmt::format("score {} of {}", rule.score, rule.need));
  if (!rule.excludes.empty()) add("excluded by the pack");
  if (rule.when) {
    for (const Obstacle& obstacle : SmallestObstacles(*rule.when, true)) {
      add(Explanation::ObstacleText(obstacle));
    }
  }
  return text;
}

}  // namespace wiredesk
