// Finds the regexes of the rules. A regex that requires a literal is only looked for in an article
// that holds the literal (gram_gate.h); the others, and all where there are few, are one database
// that scans every article.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "stages/gram_gate.h"
#include "stages/hyperscan.h"
#include "stages/pattern_engine.h"

namespace wiredesk {

class RegexEngine : public PatternEngine {
 public:
  // Below this many regexes with a literal to look for, scanning for all of them costs less.
  static constexpr std::size_t kGatedMin = 24;

  // Regex i is reported as i. `gated_min`: in place of kGatedMin, for tests and benchmarks.
  static absl::StatusOr<std::unique_ptr<RegexEngine>> Build(const std::vector<std::string>& regexes,
                                                            std::size_t gated_min = kGatedMin);
  static absl::StatusOr<std::unique_ptr<RegexEngine>> Load(std::string_view bytes);

  std::unique_ptr<PatternScanner> NewScanner() const override;
  void Serialise(std::string& bytes) const override;

  std::size_t gated_count() const { return gated_.size(); }

 private:
  class Scanner;
  RegexEngine() = default;

  HyperscanDatabase always_;  // May be null.
  // Each of a regex alone, and the literals one of which it requires.
  std::vector<HyperscanDatabase> gated_;
  std::vector<std::vector<std::string>> required_;
  std::optional<GramGate> gate_;  // Of required_; none if nothing is gated.
};

}  // namespace wiredesk
