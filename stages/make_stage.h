// The stages by their names (kStageNames in config/settings.h).
#pragma once

#include <memory>
#include <string_view>

#include "config/settings.h"
#include "stages/stage.h"

namespace wiredesk {

// A new stage for one worker to own, or null if there is none of this name.
std::unique_ptr<Stage> MakeStage(std::string_view name, const Settings& settings);

}  // namespace wiredesk
