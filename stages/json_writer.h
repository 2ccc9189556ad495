// Writes JSON to memory that its user has measured beforehand: append only, no allocation.
//
// Strings are UTF-8 and stay UTF-8: only '"', '\' and the control characters are escaped, in their
// short form where JSON has one. Any thread.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "config/check.h"

namespace wiredesk {

// The most that Escape() and JsonWriter::String() write for `bytes` bytes of text, with the word
// that they may write too much before they know where the text ends.
constexpr std::size_t EscapedBytesMax(std::size_t bytes) { return 6 * bytes + 8; }
constexpr std::size_t StringBytesMax(std::size_t bytes) { return EscapedBytesMax(bytes) + 2; }
// The most that JsonWriter::Number() writes.
inline constexpr std::size_t kNumberBytesMax = 20;

// Writes `text` as the inside of a JSON string and returns the end of what it wrote.
// REQUIRES: EscapedBytesMax(text.size()) bytes at `out`. Reads nothing behind `text`.
char* Escape(std::string_view text, char* out);

// The kernels that Escape() chooses from, for tests. Same contract.
namespace escape_kernels {
char* Plain(std::string_view text, char* out);
bool HaveSse2();
char* Sse2(std::string_view text, char* out);
bool HaveAvx2();
char* Avx2(std::string_view text, char* out);
}  // namespace escape_kernels

class JsonWriter {
 public:
  // Writes to [out, out + bytes_max). More than that is a bug of the caller's, and checked.
  JsonWriter(char* out, std::size_t bytes_max) : begin_(out), next_(out), end_(out + bytes_max) {}

  // JSON as it stands, or a part of it.
  void Raw(std::string_view json) {
    WIREDESK_CHECK(json.size() <= left());
    if (json.empty()) return;
    std::memcpy(next_, json.data(), json.size());
    next_ += json.size();
  }

  // The inside of a string: what several calls write is one text.
  void Text(std::string_view text) {
    WIREDESK_CHECK(EscapedBytesMax(text.size()) <= left());
    next_ = Escape(text, next_);
  }

  void String(std::string_view text) {
    Raw("\"");
    Text(text);
    Raw("\"");
  }

  void Number(std::integral auto number) {
    const std::to_chars_result result = std::to_chars(next_, end_, number);
    WIREDESK_CHECK(result.ec == std::errc{});
    next_ = result.ptr;
  }

  std::string_view written() const { return {begin_, static_cast<std::size_t>(next_ - begin_)}; }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - next_); }

  char* const begin_;
  char* next_;
  char* const end_;
};

}  // namespace wiredesk
