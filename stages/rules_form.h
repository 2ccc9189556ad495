// Compiled rules as bytes, to be kept for a later start or passed between processes: the tables as
// they lie in memory, and the engine's own form.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

// Appends the form of `rules`. Where nodes come from (CompiledRules::sources()) is not in it.
void WriteRulesForm(const CompiledRules& rules, std::string& bytes);

// What WriteRulesForm() wrote: by the same version of this program with the same libraries on the
// same kind of processor. Data loss if `bytes` are not that: no index in the tables leads out of
// them, and their hash is that of the rules that were written. The engine's bytes are checked as
// engine_factory.h says, so whoever keeps the form keeps a checksum with it. Any thread.
absl::StatusOr<std::shared_ptr<const CompiledRules>> ReadRulesForm(std::string_view bytes);

}  // namespace wiredesk
