// What the log of a worker says about its start. Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace wiredesk {

// Seconds from when it asked to join the group to its first partitions; none if the log does not
// tell both.
std::optional<double> SecondsOfJoin(std::string_view log);

}  // namespace wiredesk
