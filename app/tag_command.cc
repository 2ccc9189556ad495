// wiredesk tag: the same stages as the worker's, over files, without a broker.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/exit_status.h"
#include "app/pretty_sink.h"
#include "app/rule_packs.h"
#include "pipeline/file_io.h"
#include "pipeline/lane.h"
#include "stages/make_stage.h"

namespace wiredesk {

namespace {

constexpr const char kFooter[] =
    R"(FILE is NDJSON (one JSON article a line) or one plain-text article; gzip and zstd are read as
what they hold. Output records go to standard output, one a line; what can't be tagged goes to
standard error as one line of JSON that says why.

Examples:
  wiredesk tag --pretty --rules config/rules/mediatopics-en.rules data/seed-article.txt
  wiredesk tag --rules desk.rules --record enriched feed.ndjson.gz > tagged.ndjson
  zcat feed.ndjson.gz | wiredesk tag --rules desk.rules - | jq .tags[].label

Exit status: 0 every article was tagged or has no tag, 1 some could not be read as an article,
66 a file is not there, 74 a file can't be read or written, 78 wrong settings or rules)";

struct TagOptions {
  std::vector<std::string> files = {"-"};
  std::vector<std::string> packs;
  std::string config;
  std::string format = "auto";
  std::string record = "tags";
  bool pretty = false;
  std::string color = "auto";
};

// The settings of a worker's file, or the defaults, changed by the command line.
std::optional<Settings> MakeSettings(const TagOptions& options) {
  Settings settings;
  if (!options.config.empty()) {
    Diagnostics diagnostics;
    std::optional<Settings> loaded = LoadSettings(options.config, diagnostics);
    std::fputs(Render(diagnostics).c_str(), stderr);
    if (!loaded) return std::nullopt;
    settings = *std::move(loaded);
  } else {
    settings.decode.format = options.format == "json"   ? ArticleFormat::kJson
                             : options.format == "text" ? ArticleFormat::kText
                                                        : ArticleFormat::kAuto;
    settings.output.record =
        options.record == "enriched" ? RecordForm::kEnriched : RecordForm::kTags;
    // Reading and unpacking beside the stages.
    settings.runtime.threads = {{{std::begin(kStageNames), std::end(kStageNames)}, 1}};
  }
  if (!options.packs.empty()) settings.rule_packs = options.packs;
  if (options.pretty) settings.output.record = RecordForm::kTags;
  return settings;
}

std::unique_ptr<Sink> MakeSink(const TagOptions& options, Source& source) {
  if (!options.pretty) return std::make_unique<FileSink>(source, stdout, stderr);
  const Terminal terminal = DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color));
  return std::make_unique<PrettySink>(source, terminal);
}

int TagFiles(const TagOptions& options) {
  const std::optional<Settings> settings = MakeSettings(options);
  if (!settings) return kExitConfig;
  const auto rules = LoadCompiledRules(settings->rule_packs, LoadOptionsOf(*settings));
  if (rules == nullptr) return kExitConfig;
  FileSource source(options.files, settings->decode.format);
  const std::unique_ptr<Sink> sink = MakeSink(options, source);
  const RulesHolder holder(rules);
  LaneOptions lane_options;
  lane_options.runtime = settings->runtime;
  lane_options.make_stage = [&settings](std::string_view name) {
    return MakeStage(name, *settings);
  };
  lane_options.rules = &holder;
  const auto lane = Lane::Make(lane_options, source, *sink);
  if (!lane.ok()) {
    std::fprintf(stderr, "wiredesk: %s\n", std::string(lane.status().message()).c_str());
    return ExitCodeOf(lane.status());
  }
  const LaneResult result = (*lane)->Run();
  if (!result.status.ok()) {
    std::fprintf(stderr, "wiredesk: %s\n", std::string(result.status.message()).c_str());
    return absl::IsNotFound(result.status) ? kExitNoInput : ExitCodeOf(result.status);
  }
  return CounterSnapshot((*lane)->counters()).dead_letters_sum() == 0 ? kExitOk : kExitFault;
}

}  // namespace

void AddTagCommand(CLI::App& app, CommandAction& action) {
  CLI::App* tag = app.add_subcommand("tag", "Tag articles in files, without a broker");
  tag->footer(kFooter);
  const auto options = std::make_shared<TagOptions>();
  tag->add_option("FILE", options->files, "Articles; - is standard input, and the default");
  CLI::Option* packs = tag->add_option("-r,--rules", options->packs, "Rule packs");
  packs->allow_extra_args(false)->check(CLI::ExistingFile);
  tag->add_option("-c,--config", options->config,
                  "A worker's settings: its rules, fields and form of the output record");
  tag->add_option("--format", options->format, "Of the articles: auto, json or text")
      ->check(CLI::IsMember({"auto", "json", "text"}));
  tag->add_option("--record", options->record,
                  "tags, or enriched: the article as it is with its tags added")
      ->check(CLI::IsMember({"tags", "enriched"}));
  tag->add_flag("--pretty", options->pretty,
                "For people: the tags, and the text with their evidence highlighted");
  tag->add_option("--color", options->color, "With --pretty: auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  tag->callback([options, &action] {
    if (options->packs.empty() && options->config.empty()) {
      throw CLI::RequiredError("--rules or --config");
    }
    action = [options] { return TagFiles(*options); };
  });
}

}  // namespace wiredesk
