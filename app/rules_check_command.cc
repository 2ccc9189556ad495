// wiredesk rules check: what is wrong with rule packs, and what is hardly meant.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/article_feed.h"
#include "app/counted.h"
#include "app/exit_codes.h"
#include "app/frequent_terms.h"
#include "app/rule_packs.h"
#include "app/rules_commands.h"
#include "app/trial.h"
#include "stages/rule_lint.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(Errors keep a pack from being loaded. Warnings say what is hardly meant: terms that can't be
found, alternatives that others make needless, scores that can't reach what they need, names that
nothing uses, costly wildcards; and with --on the terms that too many of these articles hold.

Examples:
  wiredesk rules check config/rules/*.rules
  wiredesk rules check --on feed.ndjson.gz --frequent 10 desk.rules
  wiredesk rules check --deny-warnings --format json desk.rules | jq .diagnostics[].message

Exit status: 0 no errors, 1 errors (or warnings, with --deny-warnings), 66 FILE is not there,
74 FILE can't be read, 78 settings are wrong)";

struct CheckOptions {
  std::vector<std::string> paths;
  std::vector<std::string> feeds;
  std::string config;
  double frequent_percent = 20;
  bool deny_warnings = false;
  std::string format = "text";
};

nlohmann::json DiagnosticJson(const Diagnostic& diagnostic) {
  return {{"severity", diagnostic.severity == Diagnostic::Severity::kError ? "error" : "warning"},
          {"file", diagnostic.file},
          {"line", diagnostic.position.line},
          {"column", diagnostic.position.column},
          {"length", diagnostic.position.length},
          {"message", diagnostic.message},
          {"help", diagnostic.help}};
}

std::string SumUp(const LoadedRules& loaded) {
  const CompiledRules& rules = *loaded.compiled;
  return fmt::format("{}, {} with rules, {} in {}, rules hash {}: no errors\n",
                     Counted(loaded.packs.size(), "pack"), Counted(rules.topics().size(), "topic"),
                     Counted(rules.term_count(), "term"), Counted(rules.literal_count(), "literal"),
                     rules.hash());
}

void Report(const CheckOptions& options, const LoadedRules& loaded,
            const Diagnostics& diagnostics) {
  if (options.format == "text") {
    std::fputs(Render(diagnostics).c_str(), stderr);
    if (loaded.compiled) std::fputs(SumUp(loaded).c_str(), stdout);
    return;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const Diagnostic& diagnostic : diagnostics) list.push_back(DiagnosticJson(diagnostic));
  nlohmann::json report = {{"ok", loaded.compiled != nullptr}, {"diagnostics", std::move(list)}};
  if (loaded.compiled) {
    report["packs"] = loaded.packs.size();
    report["topics"] = loaded.compiled->topics().size();
    report["terms"] = loaded.compiled->term_count();
    report["hash"] = std::string(loaded.compiled->hash());
  }
  const auto replace = nlohmann::json::error_handler_t::replace;
  std::printf("%s\n", report.dump(2, ' ', false, replace).c_str());
}

// Warns of the terms that many articles hold.
int AddFrequentTerms(const CheckOptions& options, const Settings& settings,
                     const LoadedRules& loaded, Diagnostics& diagnostics) {
  TermCounts counts(*loaded.compiled);
  ArticleFeed feed(options.feeds, settings.decode);
  RuleRun run(*loaded.compiled);
  while (feed.Next()) {
    run.Run(feed);
    counts.Add(feed.article());
  }
  if (!feed.status().ok()) return ReportFailure(feed.status());
  feed.WarnOfUnreadable();
  WarnOfFrequentTerms(loaded.packs, counts, options.frequent_percent / 100, diagnostics);
  return kExitOk;
}

bool HasDraft(const RulePack& pack) {
  return std::any_of(pack.topics.begin(), pack.topics.end(),
                     [](const Topic& topic) { return topic.state == TopicState::kDraft; });
}

// The rules as a worker has them, which leaves drafts out; but drafts must compile as well, and
// within the same limits.
LoadedRules LoadForCheck(const CheckOptions& options, const Settings& settings,
                         Diagnostics& diagnostics) {
  CompileOptions compile = TrialCompileOptions(settings, options.config);
  LoadedRules all = LoadRules(options.paths, compile, diagnostics);
  if (!all.compiled || std::none_of(all.packs.begin(), all.packs.end(), HasDraft)) return all;
  compile.include_drafts = false;
  Diagnostics said_already;
  return LoadRules(options.paths, compile, said_already);
}

int CheckPacks(const CheckOptions& options) {
  const std::optional<Settings> settings = TrialSettings(options.config);
  if (!settings) return kExitConfig;
  Diagnostics diagnostics;
  const LoadedRules loaded = LoadForCheck(options, *settings, diagnostics);
  if (loaded.compiled) {
    LintRules(loaded.packs, diagnostics);
    const int failure =
        options.feeds.empty() ? kExitOk : AddFrequentTerms(options, *settings, loaded, diagnostics);
    if (failure != kExitOk) return failure;
    AddSourceLines(diagnostics);
  }
  Report(options, loaded, diagnostics);
  const bool is_good = loaded.compiled && (diagnostics.empty() || !options.deny_warnings);
  return is_good ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesCheckCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* check =
      rules.add_subcommand("check", "Read and compile packs, and tell all that is wrong");
  const auto options = std::make_shared<CheckOptions>();
  check->add_option("PACK", options->paths, "Rule packs; they are compiled together")->required();
  CLI::Option* feeds =
      check->add_option("--on", options->feeds, "Articles to count terms in; may be given again");
  feeds->type_name("FILE")->allow_extra_args(false);
  check
      ->add_option("--frequent", options->frequent_percent,
                   "With --on: warn of terms in more than N percent of the articles")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str()
      ->type_name("N")
      ->needs(feeds);
  check->add_option("-c,--config", options->config,
                    "A worker's settings: where articles have their fields");
  check->add_flag("--deny-warnings", options->deny_warnings, "Exit with 1 if there are warnings");
  check->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  check->footer(kFooter);
  check->callback([options, &action] { action = [options] { return CheckPacks(*options); }; });
}

}  // namespace wiredesk
