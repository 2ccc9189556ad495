// Turns rule packs as written into rules ready to match: folds and expands terms, shares what
// several rules use, resolves the tree of topics and what they ask of each other, finds out what
// wakes each rule, builds the pattern databases.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/diagnostic.h"
#include "config/engine_choice.h"
#include "config/rule_ast.h"
#include "config/settings.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

struct CompileOptions {
  // Names of the fields that articles have besides the built-in ones, by FieldId from kFieldCount
  // on; at most kFurtherFieldsMax.
  std::vector<std::string> further_fields;
  // Names that a pack's `fields` line tells, or that it tests as metadata, are further fields as
  // well, behind these. For those who look at packs without the settings of a worker.
  bool accept_declared_fields = false;
  // What finds literals; all give the same tags.
  EngineChoice engine = EngineChoice::kAuto;
  // Compiles topics in draft, which then can be tags.
  bool include_drafts = false;
  // CompiledRules::sources() tells where nodes come from; the packs must outlive the rules.
  bool keep_positions = false;
  // Called before a regex is compiled, which is what may take for ever: with its pack and its node.
  std::function<void(const RulePack& pack, const RuleNode& regex)> before_regex;
  // Called before all terms are compiled together.
  std::function<void()> before_together;
};

// For the articles that a decoder with these settings gives.
CompileOptions CompileOptionsFor(const FieldPointers& fields);

// All packs together, or null and at least one error. Deterministic: the same packs in the same
// order with the same options give the same hash. Any thread; 100,000 terms take a second.
std::shared_ptr<const CompiledRules> CompileRules(std::span<const RulePack> packs,
                                                  Diagnostics& diagnostics,
                                                  const CompileOptions& options = {});

}  // namespace wiredesk
