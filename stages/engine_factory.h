// Makes the engine that finds the literals and regexes of a set of rules.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "config/engine_choice.h"
#include "stages/pattern_engine.h"

namespace wiredesk {

// Literal i is reported as literal i, regex i as regex i. Invalid argument: a literal or a regex
// that can't be built, in its builder's words. Any thread.
absl::StatusOr<std::unique_ptr<PatternEngine>> MakeEngine(
    const std::vector<LiteralPattern>& literals, const std::vector<std::string>& regexes,
    EngineChoice choice = EngineChoice::kAuto);

// What PatternEngine::Serialise() of an engine of this factory wrote: by the same version of this
// program with the same libraries on the same kind of processor. Whoever keeps such bytes keeps a
// checksum and those versions with them; only what is plainly wrong is found here, as data loss.
absl::StatusOr<std::unique_ptr<PatternEngine>> LoadEngine(std::string_view bytes);

}  // namespace wiredesk
