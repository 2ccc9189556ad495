// What must hold between settings that are each valid alone. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/setting_reader.h"
#include "config/settings.h"

namespace wiredesk {

// Where each value was read, by path; items of lists as "input.topics[0]".
using SettingPlaces = std::map<std::string, SourcePosition, std::less<>>;

// Reports every setting that does not go with another. Values that are still empty because of an
// earlier error are left out. A dead-letter topic that is not set is filled in here.
void CheckTogether(SettingReader& reader, const SettingPlaces& places, Settings& settings);

}  // namespace wiredesk
