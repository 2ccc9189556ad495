// What a worker says about itself at a regular interval: one line for people.
//
//   in 8,412/s 24.3 MB/s  out 8,398/s 2.1 MB/s  dead letters 14 (+2)  tags 3.1 an article  lag
//   1,204
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "pipeline/counters.h"

namespace wiredesk {

// A worker at one moment.
struct StatisticsSample {
  std::chrono::steady_clock::time_point time;
  CounterSnapshot counters;      // Of all lanes.
  std::int64_t lag = -1;         // Records not worked off yet; -1: unknown.
  std::int32_t partitions = -1;  // Assigned; -1: no lane is in the group yet.
  std::int32_t blocked = 0;      // Of them, those that can't be read on.
  std::int32_t stalled = 0;      // Lanes whose results the broker does not take.
  std::string rules;             // Hash of those that are used now; empty: not told.
  std::uint64_t reloads = 0;     // Since the start: that gave rules, and that left the old ones.
  std::uint64_t failed_reloads = 0;
};

// Rates are over the time between the two; dead letters since the start, and since `before`.
std::string StatisticsLine(const StatisticsSample& before, const StatisticsSample& now);

// 1234567 -> "1,234,567".
std::string WithThousands(std::uint64_t number);

}  // namespace wiredesk
