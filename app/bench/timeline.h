// What happened when in a run: outputs written, and processor time used by then. Moments are
// milliseconds of the wall clock, because the broker's clock is one of those that tell them. One
// thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace wiredesk {

class WriteTimes {
 public:
  void Add(std::int64_t moment) { ++counts_[moment]; }

  // REQUIRES: there is one.
  std::int64_t first() const { return counts_.begin()->first; }
  std::int64_t last() const { return counts_.rbegin()->first; }
  // The moment by which `count` were written.
  std::int64_t MomentOf(std::uint64_t count) const;
  // How many were written by then.
  std::uint64_t CountBy(std::int64_t moment) const;

 private:
  std::map<std::int64_t, std::uint64_t> counts_;
};

// Processor time that only grows, looked at now and then.
class CpuTimeline {
 public:
  // In the order of moments.
  void Add(std::int64_t moment, double seconds) { samples_.emplace_back(moment, seconds); }

  // Between two looks as if it had grown evenly; 0 before the first.
  double At(std::int64_t moment) const;

 private:
  std::vector<std::pair<std::int64_t, double>> samples_;
};

// The wall clock, in milliseconds.
std::int64_t MomentNow();

}  // namespace wiredesk
