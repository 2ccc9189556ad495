#include "pipeline/statistics.h"

#include <fmt/format.h>

#include <algorithm>

namespace wiredesk {
namespace {

std::string Rate(std::uint64_t count, double seconds) {
  return WithThousands(static_cast<std::uint64_t>(static_cast<double>(count) / seconds + 0.5));
}

}  // namespace

std::string WithThousands(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string StatisticsLine(const StatisticsSample& before, const StatisticsSample& now) {
  const double seconds =
      std::max(std::chrono::duration<double>(now.time - before.time).count(), 1e-3);
  const CounterSnapshot& a = before.counters;
  const CounterSnapshot& b = now.counters;
  const auto megabytes = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes) / 1e6 / seconds;
  };
  const std::uint64_t articles = b.articles_out - a.articles_out;
  std::string line =
      fmt::format("in {}/s {:.1f} MB/s  out {}/s {:.1f} MB/s  dead letters {} (+{})",
                  Rate(b.articles_in - a.articles_in, seconds), megabytes(b.bytes_in - a.bytes_in),
                  Rate(articles, seconds), megabytes(b.bytes_out - a.bytes_out),
                  WithThousands(b.dead_letters_sum()), b.dead_letters_sum() - a.dead_letters_sum());
  if (articles > 0) {
    fmt::format_to(std::back_inserter(line), "  tags {:.1f} an article",
                   static_cast<double>(b.tags_out - a.tags_out) / static_cast<double>(articles));
  }
  if (now.partitions < 0) {
    line += "  joining the group";
  } else {
    line += now.lag < 0
                ? "  lag unknown"
                : fmt::format("  lag {}", WithThousands(static_cast<std::uint64_t>(now.lag)));
    fmt::format_to(std::back_inserter(line), "  partitions {}", now.partitions);
  }
  if (now.blocked > 0) fmt::format_to(std::back_inserter(line), "  BLOCKED {}", now.blocked);
  if (now.stalled > 0) fmt::format_to(std::back_inserter(line), "  STALLED lanes {}", now.stalled);
  if (!now.rules.empty()) fmt::format_to(std::back_inserter(line), "  rules {}", now.rules);
  if (now.reloads + now.failed_reloads > 0) {
    fmt::format_to(std::back_inserter(line), "  reloads {}", WithThousands(now.reloads));
  }
  if (now.failed_reloads > 0) {
    fmt::format_to(std::back_inserter(line), "  failed reloads {} (+{})",
                   WithThousands(now.failed_reloads), now.failed_reloads - before.failed_reloads);
  }
  return line;
}

}  // namespace wiredesk
