// Numbers with a unit, as people write them: "64 KiB", "200ms". Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wiredesk {

// How each is written, for help texts.
inline constexpr std::string_view kSizeHelp =
    "a size is a whole number with B, KB, MB, GB (powers of 1000), KiB, MiB or GiB (powers of "
    "1024), "
    "such as 512KiB; without a unit it is bytes";
inline constexpr std::string_view kDurationHelp =
    "a duration is a whole number with one of the units ms, s, m, h, such as 200ms";

// Bytes. Nothing if it is not a size or does not fit into 64 bits.
std::optional<std::size_t> ParseSize(std::string_view text);

// Nothing if it is not a duration, has no unit, or does not fit.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// In the largest unit that shows it exactly: 1048576 is "1MiB", 1000 ms is "1s".
std::string FormatSize(std::size_t bytes);
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace wiredesk
