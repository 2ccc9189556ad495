// What the parts of the rule compiler share: the packs, the tables being filled, and where to
// report errors. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "stages/rule_compiler.h"
#include "stages/rule_program.h"
#include "stages/term_table.h"
#include "stages/text_pool.h"

namespace wiredesk {

// The fields that rules may name.
class RuleFields {
 public:
  explicit RuleFields(std::span<const std::string> further_fields)
      : further_(further_fields.begin(), further_fields.end()) {}

  std::optional<FieldId> Find(std::string_view name) const {
    if (name == "lead") return kLeadField;
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (kFieldNames[i] == name) return static_cast<FieldId>(i);
    }
    for (std::size_t i = 0; i < further_.size(); ++i) {
      if (further_[i] == name) return static_cast<FieldId>(kFieldCount + i);
    }
    return std::nullopt;
  }
  std::span<const std::string> further() const { return further_; }
  void AddFurther(std::string_view name) { further_.emplace_back(name); }
  FieldMask all() const {
    return (FieldMask{1} << kLeadField) | ((FieldMask{1} << (kFieldCount + further_.size())) - 1);
  }

 private:
  std::vector<std::string> further_;
};

struct CompileContext {
  CompileContext(std::span<const RulePack> packs_to_compile, Diagnostics& diagnostics_to_fill,
                 const CompileOptions& options_to_use)
      : packs(packs_to_compile),
        diagnostics(diagnostics_to_fill),
        options(options_to_use),
        fields(options_to_use.further_fields) {}

  void Report(const RulePack& pack, SourcePosition position, std::string message,
              std::string help) {
    ReportIn(pack.file, position, std::move(message), std::move(help));
  }
  void ReportIn(const std::string& file, SourcePosition position, std::string message,
                std::string help) {
    if (++error_count > kErrorsMax) return;
    diagnostics.push_back(
        {Diagnostic::Severity::kError, file, position, std::move(message), std::move(help), {}});
  }

  static constexpr std::size_t kErrorsMax = 100;

  std::span<const RulePack> packs;
  Diagnostics& diagnostics;
  const CompileOptions& options;
  std::size_t error_count = 0;
  RuleFields fields;
  TextPool pool;
  TermTable terms{pool};
  RuleTables tables;
};

}  // namespace wiredesk
