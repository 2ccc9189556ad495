// wiredesk rules stats: what rules find in real articles, and what each of them costs.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/article_feed.h"
#include "app/exit_codes.h"
#include "app/rule_packs.h"
#include "app/rule_statistics.h"
#include "app/rules_commands.h"
#include "app/text_output.h"
#include "app/trial.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(A rule is woken by an article that holds one of the terms without which it can't hold. Its
time is measured from its turn until it is known whether it holds, in every fourth article;
finding the terms is shared by all rules and not in it. Drafts and shadows are evaluated like live
rules.

Examples:
  wiredesk rules stats desk.rules --on feed.ndjson.gz
  wiredesk rules stats desk.rules --on feed.ndjson --top 50
  wiredesk rules stats desk.rules --on feed.ndjson --json | jq '.rules[] | select(.tagged == 0).id'

Exit status: 0 counted, 66 FILE is not there, 74 FILE can't be read, 78 rules or settings are
wrong)";

struct StatsOptions {
  TrialOptions trial;
  std::size_t top = 10;
  std::string color = "auto";
};

int CountRules(const StatsOptions& options) {
  const std::optional<Settings> settings = TrialSettings(options.trial.config);
  if (!settings) return kExitConfig;
  const LoadedRules loaded =
      LoadRules(options.trial.packs, TrialCompileOptions(*settings, options.trial.config));
  if (!loaded.compiled) return kExitConfig;
  RuleStatistics statistics(*loaded.compiled);
  ArticleFeed feed(options.trial.feeds, settings->decode);
  Matcher matcher;
  feed.batch().rules = loaded.compiled.get();
  while (feed.Next()) {
    matcher.Process(feed.batch());
    statistics.Add(feed.article());
  }
  if (!feed.status().ok()) return ReportFailure(feed.status());
  feed.WarnOfUnreadable();
  if (options.trial.json) {
    std::printf("%s\n", statistics.ToJson(options.top).dump(2).c_str());
  } else {
    const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
    std::fputs(statistics.Render(terminal, options.top).c_str(), stdout);
  }
  return kExitOk;
}

}  // namespace

void AddRulesStatsCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* stats =
      rules.add_subcommand("stats", "Count what each rule finds in articles, and what it costs");
  const auto options = std::make_shared<StatsOptions>();
  AddTrialOptions(*stats, options->trial, "Articles; may be given again");
  stats->add_option("--top", options->top, "How many rules and terms to name in each list")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("N");
  AddColorOption(*stats, options->color);
  stats->footer(kFooter);
  stats->callback([options, &action] { action = [options] { return CountRules(*options); }; });
}

}  // namespace wiredesk
