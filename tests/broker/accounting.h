// What came out, counted; and settings that leave much to lose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/kafka_record.h"

namespace wiredesk {

using ByPartition = std::map<std::int32_t, std::vector<Record>>;

// How often each article came out, by its "id".
std::map<std::string, int> CountIds(const ByPartition& records);

// How many of the articles numbered from `first` did not come out.
std::size_t LostOf(int first, int count, const std::map<std::string, int>& counts);

// How many came out more than once.
std::size_t Repeated(const std::map<std::string, int>& counts);

// Records that come before one of the same input partition with a lower offset.
std::size_t Inversions(const ByPartition& records);

// By its statistics lines, which begin with the rate of intake.
bool TookSomethingIn(const std::string& log);

// Commits often, and holds outputs back for a while: what a crash or a rebalance could lose or
// repeat is then always there.
std::string RiskySettings(const std::string& brokers);

// The same, exactly once.
std::string ExactlyOnceSettings(const std::string& brokers, const std::string& worker);

}  // namespace wiredesk
