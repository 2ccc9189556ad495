#include "stages/rules_form.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "stages/byte_form.h"
#include "stages/engine_factory.h"
#include "stages/table_check.h"

namespace wiredesk {
namespace {

absl::Status NotRules(std::string_view why) {
  return absl::DataLossError(std::string("these bytes are not compiled rules: ") +
                             std::string(why));
}

}  // namespace

void WriteRulesForm(const CompiledRules& rules, std::string& bytes) {
  PutBytes(rules.hash(), bytes);
  RuleTables::ForEach(rules.tables(), [&bytes](const auto& table) { PutArray(table, bytes); });
  rules.engine().Serialise(bytes);
}

absl::StatusOr<std::shared_ptr<const CompiledRules>> ReadRulesForm(std::string_view bytes) {
  std::string_view hash;
  RuleTables tables;
  bool is_whole = TakeBytes(bytes, hash);
  RuleTables::ForEach(tables, [&](auto& table) { is_whole = is_whole && TakeArray(bytes, table); });
  if (!is_whole) return NotRules("they end too early");
  if (!AreSound(tables)) return NotRules("the tables don't fit together");
  auto rules =
      std::make_shared<CompiledRules>(std::move(tables), std::vector<CompiledRules::NodeSource>());
  if (rules->hash() != hash) return NotRules("the tables are others");
  absl::StatusOr<std::unique_ptr<PatternEngine>> engine = LoadEngine(bytes);
  if (!engine.ok()) return engine.status();
  rules->SetEngine(*std::move(engine));
  return std::shared_ptr<const CompiledRules>(std::move(rules));
}

}  // namespace wiredesk
