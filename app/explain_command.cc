// wiredesk explain: why an article has a tag, or has not.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/article_feed.h"
#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/explain_report.h"
#include "app/fold_case.h"
#include "app/rule_packs.h"
#include "app/text_output.h"
#include "app/topic_tree.h"
#include "app/trial.h"
#include "pipeline/compressed_reader.h"
#include "stages/rule_explainer.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(ARTICLE is a file with one article, JSON or plain text, or NDJSON of which --id picks one;
- is the standard input. With --tag the topic's rule is shown as a tree, with what is true at each
node, how its score adds up, what is in the way if it does not hold, and the text with what was
found. Without, all tags are listed, and the topics that something speaks for and that are none.

Examples:
  wiredesk explain data/seed-article.txt --rules config/rules/mediatopics-en.rules
  wiredesk explain article.json --rules desk.rules --tag medtop:20000639
  wiredesk explain feed.ndjson.gz --id a-17 --rules desk.rules --tag diplomacy

Exit status: 0 explained, and with --tag the article has it; 1 it has not; 64 there is no such
topic, 65 it holds no such article, or none that can be tagged, 66 ARTICLE is not there, 74 it can't
be read, 78 rules or settings are wrong)";

struct ExplainOptions {
  std::string file;
  std::vector<std::string> packs;
  std::string tag;
  std::string id;
  std::string config;
  std::size_t near_misses = 10;
  std::string color = "auto";
};

int Fail(ExitCode code, const std::string& message) {
  std::fprintf(stderr, "wiredesk: %s\n", message.c_str());
  return code;
}

// The record to explain. `text` is the whole file.
std::optional<std::string_view> ChooseRecord(std::string_view text, const std::string& id) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && text[first] == '{';
  if (!is_json || nlohmann::json::accept(text)) {
    return id.empty() || ArticleKey(text) == id ? std::optional(text) : std::nullopt;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (id.empty() || ArticleKey(line) == id) return line;
  }
  return std::nullopt;
}

// The topic that --tag names: by its id, or by its label if no other has it.
std::optional<std::uint32_t> FindTopic(const CompiledRules& rules, const std::string& name) {
  std::optional<std::uint32_t> by_label;
  bool is_ambiguous = false;
  for (std::uint32_t i = 0; i < rules.topics().size(); ++i) {
    if (rules.topics()[i].id == name) return i;
    if (FoldCase(rules.topics()[i].label) != FoldCase(name)) continue;
    is_ambiguous |= by_label.has_value();
    by_label = i;
  }
  return is_ambiguous ? std::nullopt : by_label;
}

// How near a rule that does not hold is to holding: 0 to 1.
double Nearness(const ExplainedRule& rule) {
  double nearness = 1;
  if (rule.has_score()) {
    nearness = std::clamp(static_cast<double>(rule.score) / rule.need, 0.0, 1.0);
  }
  const std::size_t obstacles = rule.when ? SmallestObstacles(*rule.when, true).size() : 0;
  return nearness / static_cast<double>(1 + obstacles + rule.excludes.size());
}

std::string RenderOverview(RuleExplainer& explainer, const CompiledRules& rules,
                           const Terminal& terminal, std::size_t near_misses) {
  std::vector<ExplainedRule> tags;
  std::vector<ExplainedRule> misses;
  for (const std::uint32_t topic : explainer.woken()) {
    ExplainedRule rule = explainer.Explain(topic);
    (rule.holds ? tags : misses).push_back(std::move(rule));
  }
  std::stable_sort(tags.begin(), tags.end(), [](const ExplainedRule& a, const ExplainedRule& b) {
    return a.score != b.score ? a.score > b.score : a.topic < b.topic;
  });
  std::stable_sort(misses.begin(), misses.end(),
                   [](const ExplainedRule& a, const ExplainedRule& b) {
                     return std::pair(-Nearness(a), a.topic) < std::pair(-Nearness(b), b.topic);
                   });
  const auto line = [&](const ExplainedRule& rule, const std::string& about) {
    const CompiledTopic& topic = rules.topics()[rule.topic];
    const std::string name =
        OneLine(fmt::format("{} {}{}", topic.id, topic.label, StateMark(topic.state)), 48);
    return fmt::format(
        "  {} {} {}\n",
        rule.holds ? Styled(terminal, Style::kGood, "✓") : Styled(terminal, Style::kBad, "✗"),
        PadTo(name, 48), OneLine(about, 160));
  };
  std::string out = fmt::format("{} tag{}\n", tags.size(), tags.size() == 1 ? "" : "s");
  for (const ExplainedRule& rule : tags) {
    out += line(rule, rule.has_score() ? fmt::format("score {} of {}", rule.score, rule.need) : "");
  }
  out += fmt::format("{} near miss{}, the nearest first\n", misses.size(),
                     misses.size() == 1 ? "" : "es");
  for (std::size_t i = 0; i < std::min(near_misses, misses.size()); ++i) {
    out += line(misses[i], RenderNearMiss(misses[i]));
  }
  return out + "--tag ID shows one of them in full.\n";
}

int ExplainRecord(const ExplainOptions& options, const Settings& settings,
                  const CompiledRules& rules, std::string_view record) {
  Batch batch(1);
  batch.rules = &rules;
  batch.Append({}, record);
  Decoder(settings.decode).Process(batch);
  Canonicaliser().Process(batch);
  Matcher().Process(batch);
  const Article& article = batch.articles().front();
  if (!article.ok()) {
    return Fail(kExitData, fmt::format("{}: {}", options.file, FailureReason(article.failure)));
  }
  RuleExplainer explainer(rules);
  explainer.Begin(article);
  const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
  if (options.tag.empty()) {
    std::fputs(RenderOverview(explainer, rules, terminal, options.near_misses).c_str(), stdout);
    return kExitOk;
  }
  const std::optional<std::uint32_t> topic = FindTopic(rules, options.tag);
  if (!topic) {
    return Fail(kExitUsage,
                fmt::format("no rule, or more than one, is called \"{}\"", options.tag));
  }
  const ExplainedRule rule = explainer.Explain(*topic);
  std::fputs(RenderExplanation(rule, rules, article, terminal).c_str(), stdout);
  return rule.holds ? kExitOk : kExitFault;
}

int Explain(const ExplainOptions& options) {
  const std::optional<Settings> settings = TrialSettings(options.config);
  if (!settings) return kExitConfig;
  const auto reader = CompressedReader::Open(options.file, {});
  if (!reader.ok()) return ReportFailure(reader.status());
  std::string_view text;
  if ((*reader)->ReadRest(text) == CompressedReader::Result::kError) {
    return ReportFailure((*reader)->status());
  }
  const std::optional<std::string_view> record = ChooseRecord(text, options.id);
  if (!record) {
    return Fail(kExitData, fmt::format("{}: no article has the id {}", options.file, options.id));
  }
  CompileOptions compile = TrialCompileOptions(*settings, options.config);
  compile.keep_positions = true;
  const LoadedRules loaded = LoadRules(options.packs, compile);
  if (!loaded.compiled) return kExitConfig;
  return ExplainRecord(options, *settings, *loaded.compiled, *record);
}

}  // namespace

void AddExplainCommand(CLI::App& app, CommandAction& action) {
  CLI::App* explain =
      app.add_subcommand("explain", "Tell why an article has a tag, or why it has not");
  const auto options = std::make_shared<ExplainOptions>();
  explain->add_option("ARTICLE", options->file, "The article")->required();
  explain->add_option("-r,--rules", options->packs, "Rule packs")
      ->required()
      ->allow_extra_args(false)
      ->type_name("PACK");
  explain->add_option("-t,--tag", options->tag, "The topic to explain: its id or label")
      ->type_name("ID");
  explain
      ->add_option("--id", options->id, "Of NDJSON: the article with this id (default: the first)")
      ->type_name("ID");
  explain->add_option("--near-misses", options->near_misses, "Without --tag: how many to list")
      ->capture_default_str()
      ->type_name("N");
  explain->add_option("-c,--config", options->config,
                      "A worker's settings: where articles have their fields");
  AddColorOption(*explain, options->color);
  explain->footer(kFooter);
  explain->callback([options, &action] { action = [options] { return Explain(*options); }; });
}

}  // namespace wiredesk
