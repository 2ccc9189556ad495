#include "app/eval_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/text_output.h"
#include "pipeline/statistics.h"

namespace wiredesk {

namespace {

// Topics that were expected or found anywhere, those that are expected most first.
std::vector<std::uint32_t> JudgedTopics(const EvalResult& result) {
  const auto topics = result.evaluation.topics();
  std::vector<std::uint32_t> judged;
  for (std::uint32_t i = 0; i < topics.size(); ++i) {
    if (topics[i].expected() + topics[i].found() > 0) judged.push_back(i);
  }
  std::stable_sort(judged.begin(), judged.end(), [&](std::uint32_t a, std::uint32_t b) {
    return topics[a].expected() > topics[b].expected();
  });
  return judged;
}

std::string Row(const std::string& name, std::size_t name_columns, const AgreementCounts& counts) {
  return PadTo(name, name_columns) + fmt::format(" {:>8} {:>8} {:>8}   {:.3f}   {:.3f}   {:.3f}\n",
                                                 counts.expected(), counts.found(),
                                                 counts.true_positives, counts.precision(),
                                                 counts.recall(), counts.f1());
}

std::string RenderErrors(const EvalResult& result, const TopicTree& tree,
                         const Terminal& terminal) {
  std::string out;
  const EvalError* before = nullptr;
  for (const EvalError& error : result.errors) {
    if (before == nullptr || before->topic != error.topic ||
        before->is_false_positive != error.is_false_positive) {
      const TopicTree::Node& topic = tree.nodes()[error.topic];
      out += "\n" + Styled(terminal, Style::kBold, topic.id + " " + topic.label) + ", " +
             (error.is_false_positive ? "found but not expected" : "expected but not found") + "\n";
    }
    before = &error;
    out += "  " + OneLine(error.article + "  " + error.title, terminal.width - 2) + "\n";
  }
  return out;
}

std::string RenderNotes(const EvalResult& result) {
  std::string out;
  if (result.unlabelled > 0) {
    out += fmt::format("{} articles have no labels and were not judged\n",
                       WithThousands(result.unlabelled));
  }
  if (result.unjudged_tags > 0) {
    out += fmt::format("{} tags are of topics that no label stands for, and were not judged\n",
                       WithThousands(result.unjudged_tags));
  }
  if (!result.unknown_labels.empty()) {
    constexpr std::size_t kShown = 8;
    out += fmt::format("labels that stand for no topic: {}, as", result.unknown_labels.size());
    std::size_t shown = 0;
    for (const auto& [label, count] : result.unknown_labels) {
      if (++shown > kShown) break;
      out += fmt::format("{} {} ({})", shown == 1 ? "" : ",", OneLine(label, 40), count);
    }
    out += result.unknown_labels.size() > kShown ? ", ...\n" : "\n";
  }
  return out;
}

nlohmann::json CountsJson(const AgreementCounts& counts) {
  return {{"expected", counts.expected()},
          {"found", counts.found()},
          {"true_positives", counts.true_positives},
          {"false_positives", counts.false_positives},
          {"false_negatives", counts.false_negatives},
          {"precision", counts.precision()},
          {"recall", counts.recall()},
          {"f1", counts.f1()}};
}

}  // namespace

std::string RenderEvaluation(const EvalResult& result, const TopicTree& tree,
                             const Terminal& terminal) {
  const std::vector<std::uint32_t> judged = JudgedTopics(result);
  std::vector<std::string> names;
  std::size_t columns = 20;
  for (const std::uint32_t topic : judged) {
    const TopicTree::Node& node = tree.nodes()[topic];
    names.push_back(OneLine(node.id + " " + node.label + std::string(StateMark(node.state)), 60));
    columns = std::max(columns, DisplayWidth(names.back()));
  }
  std::string out =
      Styled(terminal, Style::kBold,
             PadTo("topic", columns) + " expected    found    right    prec.  recall      F1\n");
  for (std::size_t i = 0; i < judged.size(); ++i) {
    out += Row(names[i], columns, result.evaluation.topics()[judged[i]]);
  }
  const AgreementMeans macro = result.evaluation.Macro();
  out += "\n" + Row("micro (all decisions)", columns, result.evaluation.Micro());
  out += PadTo(fmt::format("macro ({} topics)", macro.topics), columns + 27) +
         fmt::format("   {:.3f}   {:.3f}   {:.3f}\n", macro.precision, macro.recall, macro.f1);
  out += fmt::format("{} articles judged\n", WithThousands(result.articles));
  return out + RenderNotes(result) + RenderErrors(result, tree, terminal);
}

nlohmann::json EvaluationJson(const EvalResult& result, const TopicTree& tree) {
  nlohmann::json topics = nlohmann::json::array();
  for (const std::uint32_t topic : JudgedTopics(result)) {
    const TopicTree::Node& node = tree.nodes()[topic];
    nlohmann::json entry = CountsJson(result.evaluation.topics()[topic]);
    entry["id"] = node.id;
    entry["label"] = node.label;
    entry["state"] = StateName(node.state);
    topics.push_back(std::move(entry));
  }
  nlohmann::json errors = nlohmann::json::array();
  for (const EvalError& error : result.errors) {
    errors.push_back({{"kind", error.is_false_positive ? "false_positive" : "false_negative"},
                      {"topic", tree.nodes()[error.topic].id},
                      {"article", error.article},
                      {"title", error.title}});
  }
  const AgreementMeans macro = result.evaluation.Macro();
  return {{"articles", result.articles},
          {"unlabelled", result.unlabelled},
          {"unjudged_tags", result.unjudged_tags},
          {"unknown_labels", result.unknown_labels},
          {"topics", std::move(topics)},
          {"micro", CountsJson(result.evaluation.Micro())},
          {"macro",
           {{"topics", macro.topics},
            {"precision", macro.precision},
            {"recall", macro.recall},
            {"f1", macro.f1}}},
          {"errors", std::move(errors)}};
}

}  // namespace wiredesk
