#include "app/rule_loader.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <utility>

#include "app/rule_build.h"
#include "app/rule_cache.h"
#include "app/rule_child.h"
#include "stages/rules_form.h"

namespace wiredesk {

RuleLoadOptions LoadOptionsOf(const Settings& settings) {
  RuleLoadOptions options;
  options.limits.cpu_seconds = static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::seconds>(settings.rules.compile_cpu).count());
  options.limits.memory_bytes = settings.rules.compile_memory;
  options.compile = CompileOptionsFor(settings.decode.fields);
  options.compile.engine = settings.match.engine;
  options.cache = settings.rules.cache;
  return options;
}

namespace {

RuleLoad CompileHere(std::span<const PackSource> sources, const CompileOptions& options) {
  RuleBuild build = BuildRules(sources, options);
  return {std::move(build.compiled), std::move(build.diagnostics), ListFilesOf(build.packs)};
}

// `cache` may be null.
RuleLoad Compile(std::span<const PackSource> sources, const RuleLoadOptions& options,
                 const RuleCache* cache) {
  timespec start{};
  clock_gettime(CLOCK_REALTIME, &start);
  ChildResult child = CompileInChild(
      {options.limits, options.compile, {sources.begin(), sources.end()}}, options.cancel_fd);
  RuleLoad load;
  load.diagnostics = std::move(child.reply.diagnostics);
  load.list_files = std::move(child.reply.list_files);
  if (!child.reply.is_compiled) return load;
  absl::StatusOr<std::shared_ptr<const CompiledRules>> rules = ReadRulesForm(child.form);
  if (!rules.ok()) {
    load.diagnostics.push_back({Diagnostic::Severity::kError,
                                "rules",
                                {},
                                std::string(rules.status().message()),
                                "please report this bug",
                                {}});
    return load;
  }
  load.compiled = *std::move(rules);
  if (cache == nullptr) return load;
  const absl::Status stored = cache->Store(child.form, load.diagnostics, load.list_files, start);
  if (!stored.ok()) spdlog::warn("rules.cache: {}", std::string(stored.message()));
  return load;
}

}  // namespace

RuleLoad LoadPacks(std::span<const PackSource> sources, const RuleLoadOptions& options) {
  if (CompileProgram().empty()) return CompileHere(sources, options.compile);
  if (options.cache.empty()) return Compile(sources, options, nullptr);
  const RuleCache cache(options.cache, sources, options.compile);
  if (std::optional<CachedRules> cached = cache.Find()) {
    return {std::move(cached->compiled), std::move(cached->warnings), std::move(cached->list_files),
            true};
  }
  return Compile(sources, options, &cache);
}

}  // namespace wiredesk
