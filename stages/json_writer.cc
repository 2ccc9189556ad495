#include "stages/json_writer.h"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wiredesk {

namespace {

// What follows the backslash: 0 for a character that stands for itself, 'u' for \u00XX.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

inline char* EscapeByte(char byte, char* out) {
  const auto c = static_cast<unsigned char>(byte);
  const char escape = kEscapes[c];
  if (escape == 0) {
    *out++ = byte;
    return out;
  }
  *out++ = '\\';
  *out++ = escape;
  if (escape == 'u') {
    constexpr char kHex[] = "0123456789abcdef";
    *out++ = '0';
    *out++ = '0';
    *out++ = kHex[c >> 4];
    *out++ = kHex[c & 15];
  }
  return out;
}

// The high bit of each of eight bytes that needs an escape. Above the lowest such byte there may be
// bits too many.
inline std::uint64_t EscapeBits(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto zeros = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
  return (controls | zeros(bytes ^ kOnes * '"') | zeros(bytes ^ kOnes * '\\')) & kHighs;
}

// One to seven bytes as a word, the rest filled with what needs no escape. Reads nothing behind
// them.
inline std::uint64_t LoadShort(const char* in, std::size_t size) {
  constexpr std::uint64_t kPlain = 0x6161616161616161;
  std::uint64_t bytes;
  if (size >= 4) {
    std::uint32_t low;
    std::uint32_t high;
    std::memcpy(&low, in, 4);
    std::memcpy(&high, in + size - 4, 4);
    bytes = low | std::uint64_t{high} << 8 * (size - 4);
  } else {
    const auto at = [&](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(in[i])} << 8 * i;
    };
    bytes = at(0) | at(size / 2) | at(size - 1);
  }
  return bytes | kPlain << 8 * size;
}

// Texts are often a few words: eight bytes at a time are enough for what blocks leave over. They
// are stored before it is known how many of them stay: the room for escapes of a block that is
// still to be read is never less than the block.
inline char* EscapeTail(const char* in, const char* end, char* out) {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - in >= 8) {
      std::uint64_t bytes;
      std::memcpy(&bytes, in, 8);
      std::memcpy(out, &bytes, 8);
      const std::uint64_t bits = EscapeBits(bytes);
      const int plain = bits == 0 ? 8 : std::countr_zero(bits) / 8;
      in += plain;
      out += plain;
      if (bits != 0) out = EscapeByte(*in++, out);
    }
    if (in == end) return out;
    const std::uint64_t bytes = LoadShort(in, static_cast<std::size_t>(end - in));
    if (EscapeBits(bytes) == 0) {
      std::memcpy(out, &bytes, 8);
      return out + (end - in);
    }
  }
  while (in < end) out = EscapeByte(*in++, out);
  return out;
}

#if defined(__x86_64__)

// One bit for each of 16 bytes that needs an escape.
inline std::uint32_t EscapeMask(__m128i bytes) {
  const __m128i control =
      _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

__attribute__((target("avx2"))) inline std::uint32_t EscapeMask(__m256i bytes) {
  const __m256i control =
      _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, _mm256_set1_epi8(0x1f)), _mm256_set1_epi8(0x1f));
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  return static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_or_si256(control, _mm256_or_si256(quote, backslash))));
}

#endif

}  // namespace

namespace escape_kernels {

char* Plain(std::string_view text, char* out) {
  return EscapeTail(text.data(), text.data() + text.size(), out);
}

#if defined(__x86_64__)

bool HaveSse2() { return true; }

char* Sse2(std::string_view text, char* out) {
  const char* in = text.data();
  const char* const end = in + text.size();
  while (end - in >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    const std::uint32_t mask = EscapeMask(bytes);
    const int plain = mask == 0 ? 16 : std::countr_zero(mask);
    in += plain;
    out += plain;
    if (mask != 0) out = EscapeByte(*in++, out);
  }
  return EscapeTail(in, end, out);
}

bool HaveAvx2() { return __builtin_cpu_supports("avx2") != 0; }

__attribute__((target("avx2"))) char* Avx2(std::string_view text, char* out) {
  const char* in = text.data();
  const char* const end = in + text.size();
  while (end - in >= 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), bytes);
    const std::uint32_t mask = EscapeMask(bytes);
    const int plain = mask == 0 ? 32 : std::countr_zero(mask);
    in += plain;
    out += plain;
    if (mask != 0) out = EscapeByte(*in++, out);
  }
  return EscapeTail(in, end, out);
}

#else

bool HaveSse2() { return false; }
char* Sse2(std::string_view text, char* out) { return Plain(text, out); }
bool HaveAvx2() { return false; }
char* Avx2(std::string_view text, char* out) { return Plain(text, out); }

#endif

}  // namespace escape_kernels

char* Escape(std::string_view text, char* out) {
  using Kernel = char* (*)(std::string_view, char*);
  static const Kernel kernel = escape_kernels::HaveAvx2()   ? &escape_kernels::Avx2
                               : escape_kernels::HaveSse2() ? &escape_kernels::Sse2
                                                            : &escape_kernels::Plain;
  if (text.size() < 16) return escape_kernels::Plain(text, out);
  return kernel(text, out);
}

}  // namespace wiredesk
