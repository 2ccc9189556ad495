// Compiled rules in a folder, for a quick start: one file for each set of packs that was compiled.
//
// A file is found by its key, which is made of all that decides what compiling gives: the packs'
// bytes, the options, this program and its libraries, the features of the processor. The lists of
// terms that packs read are noted in the file with their checksums, and looked at. So packs need
// not be read to know that nothing has changed.
//
// What is not whole, or not of this key, is as if it were not there: then rules are compiled, and
// the file is written anew. Files of other users are not looked at.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "stages/compiled_rules.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

struct CachedRules {
  std::shared_ptr<const CompiledRules> compiled;
  Diagnostics warnings;  // Of the packs.
  std::vector<std::string> list_files;
};

// Any thread, any number of processes.
class RuleCache {
 public:
  // Files of sets that are not used any more go when there are more than this.
  static constexpr std::size_t kFilesMax = 8;

  // `folder` is made when something is stored.
  RuleCache(std::string folder, std::span<const PackSource> sources, const CompileOptions& options);

  // What is kept for these packs, or nothing.
  std::optional<CachedRules> Find() const;

  // Keeps `form`, which WriteRulesForm() made of these packs in a compilation that began at
  // `start` (CLOCK_REALTIME). Where a list of terms has changed since, nothing is kept: it may not
  // be the one that was read. An error costs only the next start's time.
  absl::Status Store(std::string_view form, const Diagnostics& warnings,
                     const std::vector<std::string>& list_files, const timespec& start) const;

  const std::string& path() const { return path_; }

 private:
  void DropOldFiles() const;

  const std::string folder_;
  std::string key_;
  std::string path_;
};

}  // namespace wiredesk
