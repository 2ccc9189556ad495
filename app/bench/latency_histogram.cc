#include "app/bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wiredesk {
namespace {

// Values below 2 * kHalf have a bucket each; above, every power of two has kHalf buckets.
constexpr int kHalfBits = 10;
constexpr std::uint64_t kHalf = std::uint64_t{1} << kHalfBits;
constexpr std::size_t kBuckets = (64 - kHalfBits + 1) * kHalf;

int ShiftOf(std::uint64_t value) {
  return std::max(0, static_cast<int>(std::bit_width(value)) - kHalfBits - 1);
}

std::size_t BucketOf(std::uint64_t value) {
  const int shift = ShiftOf(value);
  return static_cast<std::size_t>(shift) * kHalf + (value >> shift);
}

// The largest value in bucket `index`.
std::uint64_t TopOf(std::size_t index) {
  if (index < 2 * kHalf) return index;
  const std::size_t shift = index / kHalf - 1;
  const std::uint64_t lowest = (index - shift * kHalf) << shift;
  return lowest + (std::uint64_t{1} << shift) - 1;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : buckets_(kBuckets) {}

void LatencyHistogram::Record(std::chrono::nanoseconds time) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  ++buckets_[BucketOf(value)];
  ++count_;
  max_ = std::max(max_, value);
}

std::chrono::nanoseconds LatencyHistogram::Quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    passed += buckets_[i];
    if (passed >= std::max<std::uint64_t>(wanted, 1)) {
      return std::chrono::nanoseconds(std::min(TopOf(i), max_));
    }
  }
  return std::chrono::nanoseconds(0);
}

}  // namespace wiredesk
