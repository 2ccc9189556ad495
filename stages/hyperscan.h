// Hyperscan (or Vectorscan: same interface) as a PatternEngine: one database of literals, one of
// regexes, both over the canonical text, block mode.
//
// Source: intel.github.io/hyperscan/dev-reference.
#pragma once

#include <hs.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "stages/pattern_engine.h"

namespace wiredesk {

struct HyperscanDeleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using HyperscanDatabase = std::unique_ptr<hs_database_t, HyperscanDeleter>;
using HyperscanScratch = std::unique_ptr<hs_scratch_t, HyperscanDeleter>;

// Pattern i is reported as i. Null for no patterns.
absl::StatusOr<HyperscanDatabase> CompileLiterals(std::span<const LiteralPattern> literals);

// With their starts. The error of a regex that can't be compiled is its compiler's own message.
absl::StatusOr<HyperscanDatabase> CompileRegexes(std::span<const std::string> regexes);

class HyperscanEngine : public PatternEngine {
 public:
  // Either database may be null. `literals` was compiled from `patterns`.
  HyperscanEngine(std::vector<LiteralPattern> patterns, HyperscanDatabase literals,
                  HyperscanDatabase regexes)
      : patterns_(std::move(patterns)),
        literals_(std::move(literals)),
        regexes_(std::move(regexes)) {}
  std::unique_ptr<PatternScanner> NewScanner() const override;

  const hs_database_t* literals() const { return literals_.get(); }

 private:
  const std::vector<LiteralPattern> patterns_;
  HyperscanDatabase literals_;
  HyperscanDatabase regexes_;
};

}  // namespace wiredesk
