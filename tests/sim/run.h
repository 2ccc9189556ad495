// One run: a world made of a seed, with workers, input and faults, until all has settled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/settings.h"
#include "tests/sim/world.h"

namespace wiredesk::sim {

struct RunResult {
  std::string fault;  // Empty: all is as it should be.
  std::uint64_t events = 0;
  Time duration = 0;  // Simulated.
  std::uint64_t kills = 0;
  std::int64_t records = 0;
};

// The same seed and mode give the same run. `trace` may be null.
RunResult Simulate(std::uint64_t seed, DeliveryMode delivery, Trace* trace);

}  // namespace wiredesk::sim
