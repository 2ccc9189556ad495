// What the commands share that try rule packs on articles: their options. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "stages/rule_compiler.h"

namespace CLI {
class App;
}

namespace wiredesk {

struct TrialOptions {
  std::vector<std::string> packs;
  std::vector<std::string> feeds;
  std::string config;
  bool json = false;
};

// PACK..., --on FILE, --config and --json. `feed_help` says what the articles are.
void AddTrialOptions(CLI::App& command, TrialOptions& options, const std::string& feed_help);
// All but PACK.
void AddTrialFeedOptions(CLI::App& command, TrialOptions& options, const std::string& feed_help);

// Of --config, or the defaults. None: what is wrong was said on standard error.
std::optional<Settings> TrialSettings(const std::string& config);

// For articles as `settings` have them, drafts as well. Without a `config` that they are from, what
// packs declare as fields needs no setting that says where it is.
CompileOptions TrialCompileOptions(const Settings& settings, const std::string& config);

}  // namespace wiredesk
