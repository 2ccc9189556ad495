// The five stages by their names, in the order in which an article goes through them.
#pragma once

#include <memory>
#include <string_view>

#include "config/settings.h"
#include "stages/stage.h"

namespace wiredesk {

inline constexpr std::string_view kStageNames[] = {"decode", "canonicalise", "match", "tag", "encode"};

// A new stage for one worker to own, or null if there is none of this name.
std::unique_ptr<Stage> MakeStage(std::string_view name, const Settings& settings);

}  // namespace wiredesk
