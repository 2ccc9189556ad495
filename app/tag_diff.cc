#include "app/tag_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/statistics.h"

namespace wiredesk {

namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers SortedTopics(std::span<const Tag> tags, const Numbers& numbers) {
  Numbers topics;
  for (const Tag& tag : tags) topics.push_back(numbers[tag.topic]);
  std::sort(topics.begin(), topics.end());
  return topics;
}

}  // namespace

TagDiff::TagDiff(const CompiledRules& before, const CompiledRules& after, std::size_t list_max)
    : list_max_(list_max) {
  std::map<std::string, std::string> labels;
  for (const CompiledRules* rules : {&before, &after}) {
    for (const CompiledTopic& topic : rules->topics()) {
      labels[std::string(topic.id)] = std::string(topic.label);
    }
  }
  for (const auto& [id, label] : labels) {
    Topic& topic = topics_.emplace_back();
    topic.id = id;
    topic.label = label;
  }
  before_numbers_ = NumbersOf(before);
  after_numbers_ = NumbersOf(after);
}

std::vector<std::uint32_t> TagDiff::NumbersOf(const CompiledRules& rules) const {
  Numbers numbers;
  for (const CompiledTopic& compiled : rules.topics()) {
    const auto found =
        std::lower_bound(topics_.begin(), topics_.end(), std::string_view(compiled.id),
                         [](const Topic& topic, std::string_view id) { return topic.id < id; });
    numbers.push_back(static_cast<std::uint32_t>(found - topics_.begin()));
  }
  return numbers;
}

void TagDiff::SetBefore(std::span<const Tag> tags) {
  before_tags_ = SortedTopics(tags, before_numbers_);
  for (const std::uint32_t topic : before_tags_) ++topics_[topic].before;
}

void TagDiff::Compare(std::span<const Tag> tags, std::string_view article, std::string_view title) {
  ++articles_;
  const Numbers after = SortedTopics(tags, after_numbers_);
  for (const std::uint32_t topic : after) ++topics_[topic].after;
  Numbers difference;
  std::set_difference(after.begin(), after.end(), before_tags_.begin(), before_tags_.end(),
                      std::back_inserter(difference));
  for (const std::uint32_t topic : difference) Count(topics_[topic].gained, article, title);
  bool changed = !difference.empty();
  difference.clear();
  std::set_difference(before_tags_.begin(), before_tags_.end(), after.begin(), after.end(),
                      std::back_inserter(difference));
  for (const std::uint32_t topic : difference) Count(topics_[topic].lost, article, title);
  changed |= !difference.empty();
  if (changed) ++changed_;
}

void TagDiff::Count(Change& change, std::string_view article, std::string_view title) const {
  if (++change.count <= list_max_) change.listed.emplace_back(article, title);
}

std::string TagDiff::Render(const Terminal& terminal) const {
  std::string out;
  std::uint64_t gained = 0;
  std::uint64_t lost = 0;
  for (const Topic& topic : topics_) {
    if (!topic.changed()) continue;
    gained += topic.gained.count;
    lost += topic.lost.count;
    out += fmt::format("{} {}: {} articles before, {} after, {} gained, {} lost\n", topic.id,
                       Styled(terminal, Style::kBold, OneLine(topic.label, 60)), topic.before,
                       topic.after, topic.gained.count, topic.lost.count);
    const auto list = [&](const Change& change, const char* sign, Style style) {
      for (const auto& [article, title] : change.listed) {
        out += "  " + Styled(terminal, style, sign) + " " +
               OneLine(article + "  " + title, terminal.width - 4) + "\n";
      }
      if (change.count > change.listed.size() && !change.listed.empty()) {
        out += fmt::format("  {} and {} more\n", sign, change.count - change.listed.size());
      }
    };
    list(topic.gained, "+", Style::kGood);
    list(topic.lost, "-", Style::kBad);
  }
  return out + fmt::format("{} of {} articles differ; tags gained: {}, lost: {}\n",
                           WithThousands(changed_), WithThousands(articles_), WithThousands(gained),
                           WithThousands(lost));
}

nlohmann::json TagDiff::ToJson() const {
  nlohmann::json topics = nlohmann::json::array();
  const auto listed = [](const Change& change) {
    nlohmann::json articles = nlohmann::json::array();
    for (const auto& [article, title] : change.listed) {
      articles.push_back({{"article", article}, {"title", title}});
    }
    return articles;
  };
  for (const Topic& topic : topics_) {
    if (!topic.changed()) continue;
    topics.push_back({{"id", topic.id},
                      {"label", topic.label},
                      {"before", topic.before},
                      {"after", topic.after},
                      {"gained", topic.gained.count},
                      {"lost", topic.lost.count},
                      {"gained_articles", listed(topic.gained)},
                      {"lost_articles", listed(topic.lost)}});
  }
  return {{"articles", articles_}, {"articles_changed", changed_}, {"topics", std::move(topics)}};
}

}  // namespace wiredesk
