// Finds the regexes of the rules. A regex that requires a literal is only looked for where the
// literal is (gram_gate.h), as far around it as the regex can reach; the others, and all where
// there are few, are one database that scans every article.
#pragma once

#include <cstddef>
#include <cstdint>
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
  static constexpr std::size_t kGatedMin = 200;

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
  using Literals = std::vector<std::string>;
  // A regex alone.
  struct Gated {
    HyperscanDatabase database;
    std::uint32_t width;         // Bytes that it matches at most
    std::uint32_t spaces;        // ... and spaces.
    std::vector<Literals> also;  // One of each of these is in a match, beside one of the gate's.
  };
  static absl::Status TakeGated(std::string_view& bytes, RegexEngine& engine);

  std::vector<Gated> gated_;
  std::vector<Literals> required_;  // Of each gated one: what the gate looks for.
  std::optional<GramGate> gate_;    // Of required_; none if nothing is gated.
};

}  // namespace wiredesk
