// Memory for one batch: handed out in order, given back all at once.
//
// Chunks are kept by Clear(), so a warmed-up arena asks the system for nothing. A block larger than
// a chunk gets one of its own, which Clear() gives back. One thread at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wiredesk {

// Readable bytes behind every block, so that SIMD code may load past its end. Covers
// simdjson::SIMDJSON_PADDING and a 64-byte vector.
inline constexpr std::size_t kPadding = 64;

class Arena {
 public:
  explicit Arena(std::size_t chunk_bytes = std::size_t{1} << 18) : chunk_bytes_(chunk_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `bytes` bytes, 16-aligned, uninitialised, with kPadding more behind them that may be read and
  // written. Valid until Clear().
  char* Allocate(std::size_t bytes) {
    const std::size_t need = (bytes + kPadding + 15) & ~std::size_t{15};
    if (need > left_) return AllocateSlow(need);
    char* block = next_;
    next_ += need;
    left_ -= need;
    return block;
  }

  // The last `Allocate(reserved)` needed only `used` bytes: the rest is free again.
  // REQUIRES: nothing was allocated since; used <= reserved.
  void Shrink(char* block, std::size_t used) {
    const std::size_t need = (used + kPadding + 15) & ~std::size_t{15};
    left_ += static_cast<std::size_t>(next_ - (block + need));
    next_ = block + need;
  }

  template <typename T>
  std::span<T> AllocateArray(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
    return {reinterpret_cast<T*>(Allocate(count * sizeof(T))), count};
  }

  std::string_view Copy(std::string_view bytes) {
    char* block = Allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(block, bytes.data(), bytes.size());
    std::memset(block + bytes.size(), 0, kPadding);
    return {block, bytes.size()};
  }

  // Forgets every block.
  void Clear();

  // Bytes held from the system.
  std::size_t footprint_bytes() const { return chunks_.size() * chunk_bytes_ + large_bytes_; }

 private:
  char* AllocateSlow(std::size_t need);

  const std::size_t chunk_bytes_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t current_ = 0;  // Chunks in use.
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<std::unique_ptr<char[]>> large_;
  std::size_t large_bytes_ = 0;
};

}  // namespace wiredesk
