// Cuts a text into chunks: runs of bytes that may hold words, between bytes that surely hold none.
// The first step of splitting a text, 64 bytes at a time as bit masks, by a kernel chosen at run
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wiredesk {

// Positions in the text, ascending. Buffers only grow; one thread's.
struct ChunkLists {
  static constexpr std::uint32_t kNoMore = 0xffffffff;

  std::vector<std::uint32_t> edges;  // Start, end, start, end... of the chunks.
  std::size_t edge_count = 0;
  // Bytes that keep their chunk from being one plain word: not ASCII, $ %, and ' . , between the
  // characters of a word. Ends with kNoMore.
  std::vector<std::uint32_t> special;
  // . ! ? outside chunks, and line feeds before a blank: where a sentence or a paragraph may end.
  // Ends with kNoMore.
  std::vector<std::uint32_t> ends;

  // Makes room for a text of `bytes` bytes, and for what kernels write too much.
  void Reserve(std::size_t bytes);
};

// REQUIRES: lists.Reserve(text.size()), and 64 readable bytes behind the text.
using ChunkKernel = void (*)(std::string_view text, ChunkLists& lists);

struct NamedKernel {
  std::string_view name;  // "avx512", "avx2", "plain"
  ChunkKernel run;
};

// Those that this CPU can run, the fastest first; all give the same lists. The environment variable
// WIREDESK_KERNEL, set to a name, leaves only that one.
std::span<const NamedKernel> ChunkKernels();

}  // namespace wiredesk
