// Hyperscan (or Vectorscan: same interface): databases over the canonical text, block mode, and the
// engine that finds literals with one.
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

// With their starts. Regex i is reported as numbers[i], or as i without numbers. The error of a
// regex that can't be compiled is its compiler's own message. Null for no patterns.
absl::StatusOr<HyperscanDatabase> CompileRegexes(std::span<const std::string> regexes,
                                                 std::span<const unsigned> numbers = {});

// The bytes that a match of `regex` has at most, or kAnyWidth. REQUIRES: CompileRegexes() took it.
inline constexpr std::uint32_t kAnyWidth = 0xffffffff;
std::uint32_t RegexWidth(const std::string& regex);

// Makes `scratch`, which may be null, large enough for `database`, which may be null too.
void GrowScratch(const hs_database_t* database, HyperscanScratch& scratch);

// Scans `text`; nothing for a null database.
void ScanText(const hs_database_t* database, std::string_view text, hs_scratch_t* scratch,
              match_event_handler on_match, void* context);

// Databases among others in the form of byte_form.h; null ones too. Taking is an error where the
// bytes are no database for this library and processor.
void PutDatabase(const hs_database_t* database, std::string& bytes);
absl::StatusOr<HyperscanDatabase> TakeDatabase(std::string_view& bytes);

// Finds literals, as PatternEngine tells.
class HyperscanLiterals : public PatternEngine {
 public:
  static absl::StatusOr<std::unique_ptr<HyperscanLiterals>> Build(
      std::span<const LiteralPattern> literals);
  static absl::StatusOr<std::unique_ptr<HyperscanLiterals>> Load(std::string_view bytes);

  std::unique_ptr<PatternScanner> NewScanner() const override;
  void Serialise(std::string& bytes) const override;

 private:
  class Scanner;
  struct Shape {
    std::uint32_t token_count : 31;
    std::uint32_t is_prefix : 1;
  };

  HyperscanLiterals(std::vector<Shape> shapes, HyperscanDatabase database)
      : shapes_(std::move(shapes)), database_(std::move(database)) {}

  const std::vector<Shape> shapes_;  // Of each literal.
  const HyperscanDatabase database_;
};

}  // namespace wiredesk
