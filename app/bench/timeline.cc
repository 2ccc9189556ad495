#include "app/bench/timeline.h"

#include <algorithm>
#include <chrono>

namespace wiredesk {

std::int64_t WriteTimes::MomentOf(std::uint64_t count) const {
  std::uint64_t passed = 0;
  for (const auto& [moment, written] : counts_) {
    passed += written;
    if (passed >= count) return moment;
  }
  return last();
}

std::uint64_t WriteTimes::CountBy(std::int64_t moment) const {
  std::uint64_t passed = 0;
  for (const auto& [at, written] : counts_) {
    if (at <= moment) passed += written;
  }
  return passed;
}

double CpuTimeline::At(std::int64_t moment) const {
  const auto after = std::find_if(samples_.begin(), samples_.end(),
                                  [&](const auto& sample) { return sample.first >= moment; });
  if (after == samples_.end()) return samples_.empty() ? 0 : samples_.back().second;
  if (after == samples_.begin()) return after->first == moment ? after->second : 0;
  const auto before = after - 1;
  const double share = static_cast<double>(moment - before->first) /
                       static_cast<double>(after->first - before->first);
  return before->second + share * (after->second - before->second);
}

std::int64_t MomentNow() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace wiredesk
