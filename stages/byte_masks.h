// Sixty-four bytes of text at a time, as bit masks of what each byte is: the first step of splitting
// a text into words. Chosen at run time among kernels that give the same masks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wiredesk {

// Bit i of each mask speaks of byte i of the block.
struct ByteMasks {
  std::uint64_t word;        // A-Z a-z 0-9 _
  std::uint64_t non_ascii;   // 0x80 and above
  std::uint64_t apostrophe;  // '
  std::uint64_t dot_comma;   // . ,
  std::uint64_t symbol;      // $ %
  std::uint64_t end;         // . ! ? and line feed: where a sentence or a paragraph may end
};

// Fills masks[0, (bytes + 63) / 64). Reads up to the end of the last block: REQUIRES 63 readable
// bytes behind the text. Bits past `bytes` are unspecified.
using ByteMaskKernel = void (*)(const char* text, std::size_t bytes, ByteMasks* masks);

struct NamedKernel {
  std::string_view name;  // "avx2", "plain"
  ByteMaskKernel run;
};

// Those that this CPU can run, the fastest first. The environment variable WIREDESK_KERNEL, set to a
// name, leaves only that one.
std::span<const NamedKernel> ByteMaskKernels();

}  // namespace wiredesk
