// A rule pack in the text or the JSON form: a pack or errors; what is read is written and read
// again as the same; it compiles or there is an error; it runs; as bytes it is the same rules.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "config/check.h"
#include "stages/rule_compiler.h"
#include "stages/rule_tester.h"
#include "stages/rules_form.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/pack_fault.h"

namespace wiredesk {
namespace {

void Require(const std::string& fault) {
  if (fault.empty()) return;
  std::fprintf(stderr, "%s\n", fault.c_str());
  std::abort();
}

// The worker leaves what this may cost to a child with limits; here only what is cheap is compiled.
bool IsCheap(const RulePack& pack, std::string_view text) {
  constexpr std::size_t kRegexesMax = 8;
  const auto slashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '/'));
  return slashes <= 2 * kRegexesMax && pack.topics.size() <= 50 &&
         text.find("{0,") == std::string_view::npos;
}

void CheckCompiled(const RulePack& pack) {
  CompileOptions options;
  options.accept_declared_fields = true;
  options.include_drafts = true;
  Diagnostics diagnostics;
  const std::shared_ptr<const CompiledRules> rules =
      CompileRules(std::span(&pack, 1), diagnostics, options);
  WIREDESK_CHECK((rules == nullptr) == HasErrors(diagnostics));
  if (rules == nullptr) return;
  TestRules(std::span(&pack, 1), *rules);
  std::string form;
  WriteRulesForm(*rules, form);
  const auto read = ReadRulesForm(form);
  WIREDESK_CHECK(read.ok() && (*read)->hash() == rules->hash());
  std::string again;
  WriteRulesForm(**read, again);
  WIREDESK_CHECK(again == form);
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  const std::string text(bytes);
  std::optional<RulePack> pack;
  Require(PackFault(text, "desk.rules", pack, ListFiles::kRefuse));
  if (pack && IsCheap(*pack, text)) CheckCompiled(*pack);
}

}  // namespace wiredesk
