// Turns the bytes of a file into text, piece by piece. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"

namespace wiredesk {

class Decompressor {
 public:
  virtual ~Decompressor() = default;

  // "gzip", for messages.
  virtual std::string_view name() const = 0;

  // Takes bytes off the front of `input`, writes text to `output` and returns how many bytes it
  // wrote. If it filled `output`, there may be more without more input.
  virtual absl::StatusOr<std::size_t> Decode(std::string_view& input, std::span<char> output) = 0;

  // The input may end here.
  virtual bool complete() const = 0;
};

// How many bytes of a file's beginning MakeDecompressor() must see, or all if it has fewer.
inline constexpr std::size_t kMagicBytes = 4;

// What the file's first bytes call for: gzip, zstd, or nothing but a copy.
std::unique_ptr<Decompressor> MakeDecompressor(std::string_view beginning);

}  // namespace wiredesk
