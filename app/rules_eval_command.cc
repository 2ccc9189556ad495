// wiredesk rules eval: how well rules agree with labels that people gave.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/article_feed.h"
#include "app/eval_report.h"
#include "app/exit_codes.h"
#include "app/label_map.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"
#include "app/text_output.h"
#include "app/trial.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(FILE is NDJSON, also as gzip or zstd; each article has its labels in the member "labels". A
label is a topic's id or, case set aside, its name. Or MAP says what it stands for: label, tab,
topic id a line; "id,id" is one subject that any of these topics finds. Only topics that some
label stands for are judged. Drafts and shadows are evaluated like live rules.

  precision   of the tags found, the part that was expected
  recall      of the tags expected, the part that was found
  F1          2 right / (found + expected)
  micro       over all decisions; macro: the mean over topics

Examples:
  wiredesk rules eval desk.rules --on labelled.ndjson.gz --list-errors 5
  wiredesk rules eval desk.rules --on bbc.ndjson --labels-map bbc.tsv --with-parents
  wiredesk rules eval desk.rules --on labelled.ndjson --json | jq .micro.f1
  wiredesk rules eval desk.rules --on labelled.ndjson --errors wrong.tsv

Exit status: 0 evaluated, 65 no article has labels, 66 FILE is not there, 74 FILE can't be read or
written, 78 rules, settings or MAP are wrong)";

struct EvalOptions {
  TrialOptions trial;
  std::string label_map;
  std::string member = "labels";
  bool with_parents = false;
  std::size_t list_errors = 0;
  std::string errors_file;
  std::string color = "auto";
};

using Numbers = std::vector<std::uint32_t>;

void SortUnique(Numbers& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

// Which topics are judged is only known at the end: the labels of all articles say it.
struct JudgedArticle {
  std::string name;
  std::string title;
  Numbers expected;
  Numbers found;
};

class Evaluator {
 public:
  Evaluator(const EvalOptions& options, const TopicTree& tree, LabelMap& map,
            const CompiledRules& rules)
      : options_(options), tree_(tree), map_(map), result_(tree.nodes().size()) {
    for (const CompiledTopic& topic : rules.topics()) numbers_.push_back(*tree.Find(topic.id));
    judged_.assign(tree.nodes().size(), false);
  }

  void Add(const ArticleFeed& feed, std::span<const Tag> tags) {
    const auto labels = ArticleLabels(feed.record(), options_.member);
    if (!labels) {
      ++result_.unlabelled;
      return;
    }
    JudgedArticle& article = articles_.emplace_back();
    article.name = feed.name();
    article.title = feed.Title();
    for (const std::string& label : *labels) AddLabel(label, article.expected);
    for (const Tag& tag : tags) article.found.push_back(numbers_[tag.topic]);
    if (options_.with_parents) {
      AddAncestors(article.expected);
      AddAncestors(article.found);
    }
    for (std::size_t i = 0, count = article.found.size(); i < count; ++i) {
      const Numbers firsts = map_.StandsFor(article.found[i]);
      article.found.insert(article.found.end(), firsts.begin(), firsts.end());
    }
    SortUnique(article.expected);
    SortUnique(article.found);
  }

  EvalResult Finish() {
    result_.articles = articles_.size();
    for (JudgedArticle& article : articles_) Judge(article);
    const auto order = [](const EvalError& error) {
      return std::pair(error.topic, error.is_false_positive);
    };
    std::stable_sort(
        result_.errors.begin(), result_.errors.end(),
        [&order](const EvalError& a, const EvalError& b) { return order(a) < order(b); });
    return std::move(result_);
  }

 private:
  void AddLabel(const std::string& label, Numbers& expected) {
    const Numbers& topics = map_.TopicsOf(label);
    if (topics.empty()) ++result_.unknown_labels[label];
    for (const std::uint32_t topic : topics) {
      judged_[topic] = true;
      expected.push_back(topic);
    }
  }

  void AddAncestors(Numbers& topics) const {
    for (std::size_t i = 0, count = topics.size(); i < count; ++i) {
      const Numbers ancestors = tree_.AncestorsOf(topics[i]);
      topics.insert(topics.end(), ancestors.begin(), ancestors.end());
    }
  }

  void Judge(JudgedArticle& article) {
    const auto not_judged = [this](std::uint32_t topic) { return !judged_[topic]; };
    std::erase_if(article.expected, not_judged);
    result_.unjudged_tags += std::erase_if(article.found, not_judged);
    result_.evaluation.Add(article.expected, article.found);
    ListErrors(article, article.found, article.expected, true);
    ListErrors(article, article.expected, article.found, false);
  }

  void ListErrors(const JudgedArticle& article, const Numbers& of, const Numbers& without,
                  bool is_false_positive) {
    for (const std::uint32_t topic : of) {
      if (std::binary_search(without.begin(), without.end(), topic)) continue;
      if (options_.errors_file.empty() &&
          ++listed_[{topic, is_false_positive}] > options_.list_errors) {
        continue;
      }
      result_.errors.push_back({is_false_positive, topic, article.name, article.title});
    }
  }

  const EvalOptions& options_;
  const TopicTree& tree_;
  LabelMap& map_;
  Numbers numbers_;  // Of the compiled topics, in the tree.
  std::vector<bool> judged_;
  std::vector<JudgedArticle> articles_;
  std::map<std::pair<std::uint32_t, bool>, std::size_t> listed_;
  EvalResult result_;
};

// topic id, kind, article, title, with tabs between.
std::string ErrorLines(const EvalResult& result, const TopicTree& tree) {
  std::string lines;
  for (const EvalError& error : result.errors) {
    lines += tree.nodes()[error.topic].id;
    lines += error.is_false_positive ? "\tfalse positive\t" : "\tfalse negative\t";
    lines += OneLine(error.article, 1000) + "\t" + error.title + "\n";
  }
  return lines;
}

int Report(const EvalOptions& options, EvalResult& result, const TopicTree& tree) {
  if (!options.errors_file.empty()) {
    if (!WriteTextFile(options.errors_file, ErrorLines(result, tree))) return kExitIo;
    result.errors.clear();
  }
  if (options.trial.json) {
    std::printf("%s\n", EvaluationJson(result, tree).dump(2).c_str());
  } else {
    const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
    std::fputs(RenderEvaluation(result, tree, terminal).c_str(), stdout);
  }
  return kExitOk;
}

int Evaluate(const EvalOptions& options) {
  const std::optional<Settings> settings = TrialSettings(options.trial.config);
  if (!settings) return kExitConfig;
  const LoadedRules loaded =
      LoadRules(options.trial.packs, TrialCompileOptions(*settings, options.trial.config));
  if (!loaded.compiled) return kExitConfig;
  const TopicTree tree(loaded.packs);
  Diagnostics diagnostics;
  std::optional<LabelMap> map = options.label_map.empty()
                                    ? LabelMap(tree)
                                    : LabelMap::Load(options.label_map, tree, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!map) return kExitConfig;
  Evaluator evaluator(options, tree, *map, *loaded.compiled);
  ArticleFeed feed(options.trial.feeds, settings->decode);
  RuleRun run(*loaded.compiled, ShadowTags::kShow);
  while (feed.Next()) evaluator.Add(feed, run.Run(feed));
  if (!feed.status().ok()) return ReportFailure(feed.status());
  feed.WarnOfUnreadable();
  EvalResult result = evaluator.Finish();
  if (result.articles == 0) {
    std::fprintf(stderr, "wiredesk: no article has a member \"%s\" to judge by\n",
                 options.member.c_str());
    return kExitData;
  }
  return Report(options, result, tree);
}

}  // namespace

void AddRulesEvalCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* eval =
      rules.add_subcommand("eval", "Compare tags with labels: precision, recall and F1");
  const auto options = std::make_shared<EvalOptions>();
  AddTrialOptions(*eval, options->trial, "Labelled articles; may be given again");
  eval->add_option("--labels-map", options->label_map, "What labels stand for")->type_name("MAP");
  eval->add_option("--labels", options->member, "The member that holds the labels")
      ->capture_default_str()
      ->type_name("NAME");
  eval->add_flag("--with-parents", options->with_parents,
                 "A tag, and a label, counts for all topics above it as well");
  eval->add_option("--list-errors", options->list_errors,
                   "Name up to N articles a topic that are wrongly found, and wrongly not")
      ->type_name("N");
  eval->add_option("--errors", options->errors_file,
                   "Write all errors to FILE: topic, kind, article, title, with tabs between")
      ->type_name("FILE")
      ->excludes("--list-errors");
  AddColorOption(*eval, options->color);
  eval->footer(kFooter);
  eval->callback([options, &action] { action = [options] { return Evaluate(*options); }; });
}

}  // namespace wiredesk
