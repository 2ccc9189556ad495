// Bounds that several parts of a benchmark share.
#pragma once

#include <cstddef>

namespace wiredesk {

// Of an article that a benchmark sends. Brokers take about 1 MB unless they are told otherwise.
inline constexpr std::size_t kBenchArticleBytesMax = 2'000'000;

}  // namespace wiredesk
