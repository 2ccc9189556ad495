// Times in a histogram of fixed size, in the manner of HdrHistogram: buckets grow with the values,
// so that each value is known to a thousandth of itself. Recording costs a few instructions and no
// memory. Debian has no C or C++ HdrHistogram; this much of it is a page.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace wiredesk {

class LatencyHistogram {
 public:
  LatencyHistogram();

  // Negative times count as 0.
  void Record(std::chrono::nanoseconds time);

  // The time that `share` (0 to 1) of all are at or below, to a thousandth; 0 if there are none.
  std::chrono::nanoseconds Quantile(double share) const;
  std::chrono::nanoseconds max() const { return std::chrono::nanoseconds(max_); }
  std::uint64_t count() const { return count_; }

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace wiredesk
