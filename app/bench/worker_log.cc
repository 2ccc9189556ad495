#include "app/bench/worker_log.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace wiredesk {
namespace {

// "2026-01-31T23:59:59.123+00:00 info ...", in seconds of the day.
std::optional<double> TimeOfDay(std::string_view line) {
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  constexpr const char kForm[] = "%*d-%*d-%*dT%d:%d:%lf";
  if (std::sscanf(std::string(line).c_str(), kForm, &hours, &minutes, &seconds) != 3) {
    return std::nullopt;
  }
  return hours * 3600 + minutes * 60 + seconds;
}

}  // namespace

std::optional<double> SecondsOfJoin(std::string_view log) {
  constexpr double kDay = 86400;
  std::optional<double> asked;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    if (line.find(" info group ") != std::string_view::npos) asked = TimeOfDay(line);
    if (!asked || line.find(" info kafka: assigned ") == std::string_view::npos ||
        line.ends_with(" for now")) {
      continue;
    }
    const std::optional<double> assigned = TimeOfDay(line);
    if (!assigned) return std::nullopt;
    return *assigned < *asked ? *assigned + kDay - *asked : *assigned - *asked;
  }
  return std::nullopt;
}

}  // namespace wiredesk
