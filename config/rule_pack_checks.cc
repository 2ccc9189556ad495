#include "config/rule_pack_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/language_codes.h"
#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {

void CheckLength(const SourcePosition& position, std::string_view text, std::size_t bytes_max,
                 RuleErrors& errors) {
  if (text.size() <= bytes_max) return;
  errors.Error(position, fmt::format("this has more than {} bytes",
                                     WithThousands(static_cast<std::int64_t>(bytes_max))));
}

void CheckLanguage(const SourcePosition& position, std::string_view code, RuleErrors& errors) {
  if (code == "any" || IsLanguageCode(code)) return;
  errors.Error(position, fmt::format("unknown language {}", Quoted(code)),
               SuggestName(code, kLanguageCodes,
                           "a language is a two-letter code such as en or de, or any"));
}

void TopicChecks::Begin(const SourcePosition& position, std::string_view id) {
  const std::size_t number = parent_positions_.size();
  parent_positions_.emplace_back();
  if (number == kPackTopicsMax) {
    errors_.Error(position,
                  fmt::format("a pack may have at most {} topics", WithThousands(kPackTopicsMax)));
  }
  if (!IsRuleId(id)) {
    errors_.Error(position, fmt::format("{} can't be a topic's id", Quoted(id)),
                  "an id is letters, digits and _ . : / -");
    return;
  }
  CheckLength(position, id, kTopicIdBytesMax, errors_);
  const auto [first, is_new] = topics_.try_emplace(std::string(id), Known{number, position.line});
  if (!is_new) {
    errors_.Error(position, fmt::format("topic \"{}\" is there twice; first in line {}", id,
                                        first->second.line));
  }
}

void TopicChecks::CheckLabel(const SourcePosition& position, std::string_view label) {
  CheckLength(position, label, kTopicLabelBytesMax, errors_);
  if (IsBlank(label)) errors_.Error(position, "this label is empty");
}

void TopicChecks::AddParent(const SourcePosition& position, std::string_view parent) {
  if (!IsRuleId(parent)) {
    errors_.Error(position, fmt::format("{} can't be a topic's id", Quoted(parent)),
                  "an id is letters, digits and _ . : / -");
  }
  CheckLength(position, parent, kTopicIdBytesMax, errors_);
  parent_positions_.back() = position;
}

void TopicChecks::CheckRule(const Topic& topic, bool has_need) {
  if (topic.scores.empty() && !topic.when) {
    errors_.Error(topic.position, fmt::format("topic \"{}\" has neither when nor score", topic.id),
                  "add one of them, or leave out the braces if it is only a name");
  } else if (topic.scores.empty() && has_need) {
    errors_.Error(topic.position, fmt::format("topic \"{}\" has a need but no score", topic.id),
                  "add a score clause, or leave out the need");
  } else if (!topic.scores.empty() && !has_need) {
    errors_.Warn(topic.position, fmt::format("topic \"{}\" has no need", topic.id),
                 "any positive score reaches it; write need 1 if that is meant");
  }
}

void TopicChecks::CheckTest(const RuleTest& test) {
  const bool has_text = std::any_of(
      test.fields.begin(), test.fields.end(),
      [](const TestField& field) { return !IsMetadataName(field.name) && !IsBlank(field.text); });
  if (!has_text) {
    errors_.Error(test.position, "this test has no text", "add title:\"...\" or body:\"...\"");
  }
}

// Follows each chain of parents once: a topic's mark is the number of the walk that met it.
void TopicChecks::CheckParents(const std::vector<Topic>& topics) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const std::size_t count = topics.size();
  std::vector<std::size_t> parents(count, kNone);
  for (std::size_t i = 0; i < count; ++i) {
    if (topics[i].parent.empty()) continue;
    const auto parent = topics_.find(topics[i].parent);
    if (parent != topics_.end()) parents[i] = parent->second.number;
  }
  std::vector<std::size_t> met(count, kNone);
  for (std::size_t walk = 0; walk < count; ++walk) {
    std::size_t at = walk;
    while (at != kNone && met[at] == kNone) {
      met[at] = walk;
      at = parents[at];
    }
    if (at != kNone && met[at] == walk) ReportCycle(at, topics, parents);
  }
}

// REQUIRES: the parents of `first` lead back to it.
void TopicChecks::ReportCycle(std::size_t first, const std::vector<Topic>& topics,
                              const std::vector<std::size_t>& parents) {
  constexpr int kShownMax = 5;
  std::string chain = topics[first].id;
  int shown = 0;
  for (std::size_t at = parents[first];; at = parents[at]) {
    if (++shown > kShownMax) {
      chain += " -> ...";
      break;
    }
    chain += " -> " + topics[at].id;
    if (at == first) break;
  }
  errors_.Error(parent_positions_[first],
                fmt::format("topic \"{}\" is its own ancestor", topics[first].id),
                "its parents: " + chain);
}

}  // namespace wiredesk
