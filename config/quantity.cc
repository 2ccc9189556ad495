#include "config/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace wiredesk {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 7> kSizeUnits{{{"B", 1},
                                          {"KB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000},
                                          {"KiB", 1ULL << 10U},
                                          {"MiB", 1ULL << 20U},
                                          {"GiB", 1ULL << 30U}}};
// In milliseconds.
constexpr std::array<Unit, 4> kDurationUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};

struct Quantity {
  std::uint64_t number = 0;
  std::string_view unit;
};

std::optional<Quantity> Split(std::string_view text) {
  Quantity quantity;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, quantity.number);
  if (error != std::errc()) return std::nullopt;
  quantity.unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  while (!quantity.unit.empty() && quantity.unit.front() == ' ') quantity.unit.remove_prefix(1);
  return quantity;
}

std::optional<std::uint64_t> Scale(const Quantity& quantity, std::span<const Unit> units) {
  const auto unit = std::find_if(units.begin(), units.end(), [&quantity](const Unit& candidate) {
    return candidate.name == quantity.unit;
  });
  if (unit == units.end()) return std::nullopt;
  if (quantity.number > std::numeric_limits<std::uint64_t>::max() / unit->factor) {
    return std::nullopt;
  }
  return quantity.number * unit->factor;
}

// With the largest of `units` that divides it.
std::string Format(std::uint64_t number, std::span<const Unit> units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (number != 0 && number % unit.factor == 0 && unit.factor > best->factor) best = &unit;
  }
  return fmt::format("{}{}", number / best->factor, best->name);
}

}  // namespace

std::optional<std::size_t> ParseSize(std::string_view text) {
  std::optional<Quantity> quantity = Split(text);
  if (!quantity) return std::nullopt;
  if (quantity->unit.empty()) quantity->unit = "B";
  return Scale(*quantity, kSizeUnits);
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const std::optional<Quantity> quantity = Split(text);
  if (!quantity) return std::nullopt;
  const std::optional<std::uint64_t> count = Scale(*quantity, kDurationUnits);
  if (!count || *count > static_cast<std::uint64_t>(std::chrono::milliseconds::max().count())) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::string FormatSize(std::size_t bytes) {
  // Powers of 1024 only: one way of writing is enough for what we print.
  static constexpr std::array<Unit, 4> kShown{
      {kSizeUnits[0], kSizeUnits[4], kSizeUnits[5], kSizeUnits[6]}};
  return Format(bytes, kShown);
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  return Format(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

}  // namespace wiredesk
