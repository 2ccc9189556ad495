#include "app/rule_loader.h"

#include <utility>

#include "app/rule_build.h"
#include "app/rule_child.h"

namespace wiredesk {

RuleLoadOptions LoadOptionsOf(const Settings& settings) {
  RuleLoadOptions options;
  options.limits.cpu_seconds = static_cast<std::uint64_t>(
      std::chrono::ceil<std::chrono::seconds>(settings.rules.compile_cpu).count());
  options.limits.memory_bytes = settings.rules.compile_memory;
  return options;
}

RuleLoad LoadPacks(std::span<const PackSource> sources, const RuleLoadOptions& options) {
  RuleLoad load;
  if (!CompileProgram().empty()) {
    CompileReply reply = CompileInChild(sources, options.limits, options.cancel_fd);
    load.list_files = std::move(reply.list_files);
    if (!reply.is_compiled) {
      load.diagnostics = std::move(reply.diagnostics);
      return load;
    }
  }
  RuleBuild build = BuildRules(sources);
  load.compiled = std::move(build.compiled);
  load.diagnostics = std::move(build.diagnostics);
  load.list_files = ListFiles(build.packs);
  return load;
}

}  // namespace wiredesk
