#include "app/rule_packs.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "stages/matcher_self_test.h"

namespace wiredesk {

namespace {

// What can't be read comes first in the diagnostics, which have their source lines.
RuleLoad LoadFiles(std::span<const std::string> paths, const RuleLoadOptions& options,
                   std::vector<PackSource>& sources) {
  RuleLoad load;
  Diagnostics unreadable;
  sources = ReadPackFiles(paths, unreadable);
  if (unreadable.empty()) {
    load = LoadPacks(sources, options);
  } else {
    ParsePacks(sources, load.diagnostics);
  }
  load.diagnostics.insert(load.diagnostics.begin(), unreadable.begin(), unreadable.end());
  AddSourceLines(load.diagnostics);
  return load;
}

}  // namespace

bool MatcherWorks() {
  const absl::Status matcher = TestMatcher();
  if (matcher.ok()) return true;
  std::fprintf(stderr, "wiredesk: %s\n", std::string(matcher.message()).c_str());
  return false;
}

LoadedRules LoadRules(std::span<const std::string> paths, const CompileOptions& options,
                      Diagnostics& diagnostics) {
  LoadedRules loaded;
  if (!MatcherWorks()) return loaded;
  RuleLoadOptions load_options;
  load_options.compile = options;
  std::vector<PackSource> sources;
  RuleLoad load = LoadFiles(paths, load_options, sources);
  diagnostics.insert(diagnostics.end(), load.diagnostics.begin(), load.diagnostics.end());
  if (load.compiled == nullptr) return loaded;
  Diagnostics said_already;
  loaded.packs = ParsePacks(sources, said_already);
  // Rules of which somebody asks where they come from can't come from a child process; by now it
  // is known that compiling them ends.
  loaded.compiled = options.keep_positions ? CompileRules(loaded.packs, said_already, options)
                                           : std::move(load.compiled);
  return loaded;
}

LoadedRules LoadRules(std::span<const std::string> paths, const CompileOptions& options) {
  Diagnostics diagnostics;
  LoadedRules loaded = LoadRules(paths, options, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  return loaded;
}

std::shared_ptr<const CompiledRules> LoadCompiledRules(std::span<const std::string> paths,
                                                       const RuleLoadOptions& options) {
  if (!MatcherWorks()) return nullptr;
  std::vector<PackSource> sources;
  const RuleLoad load = LoadFiles(paths, options, sources);
  std::fputs(Render(load.diagnostics).c_str(), stderr);
  return load.compiled;
}

void AddSourceLines(Diagnostics& diagnostics) {
  std::map<std::string, std::map<int, std::string>> wanted;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.position.line > 0 && diagnostic.source_line.empty()) {
      wanted[diagnostic.file][diagnostic.position.line] = {};
    }
  }
  for (auto& [path, lines] : wanted) {
    std::ifstream file(path);
    std::string text;
    for (int line = 1; line <= lines.rbegin()->first && std::getline(file, text); ++line) {
      const auto found = lines.find(line);
      if (found != lines.end()) found->second = text;
    }
  }
  for (Diagnostic& diagnostic : diagnostics) {
    const auto file = wanted.find(diagnostic.file);
    if (file == wanted.end() || !diagnostic.source_line.empty()) continue;
    const auto line = file->second.find(diagnostic.position.line);
    if (line != file->second.end()) diagnostic.source_line = line->second;
  }
}

}  // namespace wiredesk
