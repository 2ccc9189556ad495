// Finds out whether bytes are still what they were, at some bytes a cycle. Not for secrets: whoever
// may change the bytes can make the sum fit. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wiredesk {

// A change within 8 bytes that begin at a multiple of 8 always gives another sum. Different seeds
// give different functions.
inline std::uint64_t Checksum(std::string_view bytes, std::uint64_t seed = 0) {
  // Each step maps states one to one, whatever the word, so what differs once differs for good.
  const auto step = [](std::uint64_t state, std::uint64_t word) {
    state = (state ^ word) * 0x9e3779b97f4a7c15;
    return state ^ (state >> 32);
  };
  std::array<std::uint64_t, 4> lanes = {seed + 1, seed + 2, seed + 3, seed + 4};
  std::uint64_t size = bytes.size();
  while (bytes.size() >= sizeof lanes) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), bytes.data(), sizeof words);
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = step(lanes[i], words[i]);
    bytes.remove_prefix(sizeof words);
  }
  std::array<std::uint64_t, 4> rest{};
  if (!bytes.empty()) std::memcpy(rest.data(), bytes.data(), bytes.size());
  std::uint64_t sum = step(seed, size);
  for (std::size_t i = 0; i < lanes.size(); ++i) sum = step(sum, step(lanes[i], rest[i]));
  return sum;
}

}  // namespace wiredesk
