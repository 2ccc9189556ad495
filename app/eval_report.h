// What `rules eval` found, for people and for programs. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/pretty.h"
#include "app/topic_tree.h"
#include "stages/evaluation.h"

namespace wiredesk {

// A tag that an article has and should not have, or the other way round.
struct EvalError {
  bool is_false_positive;
  std::uint32_t topic;  // In the tree.
  std::string article;
  std::string title;
};

struct EvalResult {
  explicit EvalResult(std::size_t topic_count) : evaluation(topic_count) {}
  Evaluation evaluation;  // By the topics' numbers in the tree.
  std::uint64_t articles = 0;
  std::uint64_t unlabelled = 0;                         // Not judged: no member with labels.
  std::map<std::string, std::uint64_t> unknown_labels;  // That stand for no topic.
  std::uint64_t unjudged_tags = 0;  // Of topics that no label of the corpus stands for.
  std::vector<EvalError> errors;    // Those that are to be listed.
};

std::string RenderEvaluation(const EvalResult& result, const TopicTree& tree,
                             const Terminal& terminal);

nlohmann::json EvaluationJson(const EvalResult& result, const TopicTree& tree);

}  // namespace wiredesk
