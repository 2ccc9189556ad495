// Where the parts of a lane get the time from: the system, or a test that has its own.
#pragma once

#include <chrono>
#include <functional>

namespace wiredesk {

using MonotonicClock = std::function<std::chrono::steady_clock::time_point()>;

}  // namespace wiredesk
