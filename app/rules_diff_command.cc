// wiredesk rules diff: what a change of the rules changes on real articles.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/article_feed.h"
#include "app/exit_codes.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"
#include "app/tag_diff.h"
#include "app/text_output.h"
#include "app/trial.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(OLD and NEW are rule packs; several that belong together are joined by commas. Drafts and
shadows give no tags, as in the worker. Scores and evidence are not compared.

Examples:
  wiredesk rules diff desk-11.rules desk-12.rules --on feed.ndjson.gz
  wiredesk rules diff old/a.rules,old/b.rules new/a.rules,new/b.rules --on feed.ndjson --list 20
  wiredesk rules diff desk-11.rules desk-12.rules --on feed.ndjson --json | jq .topics[].gained

Exit status: 0 the same tags, 1 different, 66 FILE is not there, 74 FILE can't be read, 78 rules or
settings are wrong)";

struct DiffOptions {
  TrialOptions trial;
  std::string before;
  std::string after;
  std::size_t list = 3;
  std::string color = "auto";
};

std::vector<std::string> SplitAtCommas(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    if (comma > at) parts.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return parts;
}

int Diff(const DiffOptions& options) {
  const std::optional<Settings> settings = TrialSettings(options.trial.config);
  if (!settings) return kExitConfig;
  CompileOptions compile = TrialCompileOptions(*settings, options.trial.config);
  compile.include_drafts = false;
  const LoadedRules before = LoadRules(SplitAtCommas(options.before), compile);
  const LoadedRules after = LoadRules(SplitAtCommas(options.after), compile);
  if (!before.compiled || !after.compiled) return kExitConfig;
  TagDiff diff(*before.compiled, *after.compiled, options.list);
  ArticleFeed feed(options.trial.feeds, settings->decode);
  RuleRun run_before(*before.compiled);
  RuleRun run_after(*after.compiled);
  while (feed.Next()) {
    diff.SetBefore(run_before.Run(feed));
    diff.Compare(run_after.Run(feed), feed.name(), feed.Title());
  }
  if (!feed.status().ok()) return ReportFailure(feed.status());
  feed.WarnOfUnreadable();
  if (options.trial.json) {
    std::printf("%s\n", diff.ToJson().dump(2).c_str());
  } else {
    const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
    std::fputs(diff.Render(terminal).c_str(), stdout);
  }
  return diff.articles_changed() == 0 ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesDiffCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* diff =
      rules.add_subcommand("diff", "Tell which articles gain or lose which tag by new rules");
  const auto options = std::make_shared<DiffOptions>();
  diff->add_option("OLD", options->before, "Rule packs as they were")->required();
  diff->add_option("NEW", options->after, "Rule packs as they are to be")->required();
  AddTrialFeedOptions(*diff, options->trial, "Articles; may be given again");
  diff->add_option("--list", options->list,
                   "Name up to N articles that gain, and that lose, each tag")
      ->capture_default_str()
      ->type_name("N");
  AddColorOption(*diff, options->color);
  diff->footer(kFooter);
  diff->callback([options, &action] { action = [options] { return Diff(*options); }; });
}

}  // namespace wiredesk
