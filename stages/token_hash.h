// The hash of a folded word: 32 bits over its bytes, the same from every path that makes tokens and
// from everything that looks words up. Not the same on a machine of the other byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace wiredesk {

// HashToken() may read this many bytes from the start of each block of sixteen.
inline constexpr std::size_t kHashBlockBytes = 16;

namespace token_hash_internal {

inline std::uint64_t Load(const char* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// Sixteen bytes of ones, then of zeros: eight of them from 16 - n on are the mask that keeps the
// first n bytes of a block.
alignas(64) inline constexpr unsigned char kKeep[40] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                        255, 255, 255, 255, 255, 255, 255, 255};

// Half of a full product depends on every bit of both factors.
inline std::uint64_t Stir(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace token_hash_internal

// REQUIRES: size > 0; readable bytes behind the word, up to a multiple of kHashBlockBytes from its
// start. What they hold does not matter. A word holds no zero byte.
inline std::uint32_t HashToken(const char* bytes, std::size_t size) {
  namespace in = token_hash_internal;
  constexpr std::uint64_t kLow = 0x2d358dccaa6c78a5;
  constexpr std::uint64_t kHigh = 0x8bb84b93962eacc9;
  std::uint64_t seed = 0;
  while (size > kHashBlockBytes) [[unlikely]] {
      seed = in::Stir(in::Load(bytes) ^ kLow ^ seed, in::Load(bytes + 8) ^ kHigh);
      bytes += kHashBlockBytes;
      size -= kHashBlockBytes;
    }
  const char* keep = reinterpret_cast<const char*>(in::kKeep) + kHashBlockBytes - size;
  const std::uint64_t low = in::Load(bytes) & in::Load(keep);
  const std::uint64_t high = in::Load(bytes + 8) & in::Load(keep + 8);
  const std::uint64_t hash = in::Stir(low ^ kLow ^ seed, high ^ kHigh);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// The hash of a sequence, of the hash of all but its last and of its last.
inline std::uint32_t ChainHash(std::uint32_t before, std::uint32_t last) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  return static_cast<std::uint32_t>((((std::uint64_t{before} << 32) | last) * kOdd) >> 32);
}

}  // namespace wiredesk
