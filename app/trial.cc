#include "app/trial.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "config/diagnostic.h"

namespace wiredesk {

void AddTrialOptions(CLI::App& command, TrialOptions& options, const std::string& feed_help) {
  command.add_option("PACK", options.packs, "Rule packs; they are compiled together")->required();
  AddTrialFeedOptions(command, options, feed_help);
}

void AddTrialFeedOptions(CLI::App& command, TrialOptions& options, const std::string& feed_help) {
  command.add_option("--on", options.feeds, feed_help)
      ->required()
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("-c,--config", options.config,
                     "A worker's settings: where articles have their fields");
  command.add_flag("--json", options.json, "For programs: one JSON object");
}

std::optional<Settings> TrialSettings(const std::string& config) {
  if (config.empty()) return Settings{};
  Diagnostics diagnostics;
  std::optional<Settings> settings = LoadSettings(config, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  return settings;
}

CompileOptions TrialCompileOptions(const Settings& settings, const std::string& config) {
  CompileOptions options = CompileOptionsFor(settings.decode.fields);
  options.include_drafts = true;
  options.accept_declared_fields = config.empty();
  return options;
}

}  // namespace wiredesk
