#include "stages/byte_masks.h"

#include <array>
#include <cstdlib>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wiredesk {

namespace {

enum ByteClass : std::uint8_t {
  kWordBit = 1, kNonAsciiBit = 2, kApostropheBit = 4, kDotCommaBit = 8, kSymbolBit = 16, kEndBit = 32,
};

constexpr std::array<std::uint8_t, 256> MakeByteClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '_';
    std::uint8_t bits = 0;
    if (is_word) bits |= kWordBit;
    if (c >= 0x80) bits |= kNonAsciiBit;
    if (c == '\'') bits |= kApostropheBit;
    if (c == '.' || c == ',') bits |= kDotCommaBit;
    if (c == '$' || c == '%') bits |= kSymbolBit;
    if (c == '.' || c == '!' || c == '?' || c == '\n') bits |= kEndBit;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}
constexpr std::array<std::uint8_t, 256> kByteClasses = MakeByteClasses();

void PlainKernel(const char* text, std::size_t bytes, ByteMasks* masks) {
  for (std::size_t at = 0; at < bytes; at += 64, ++masks) {
    *masks = {};
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint64_t bits = kByteClasses[static_cast<unsigned char>(text[at + i])];
      masks->word |= (bits & 1) << i;
      masks->non_ascii |= ((bits >> 1) & 1) << i;
      masks->apostrophe |= ((bits >> 2) & 1) << i;
      masks->dot_comma |= ((bits >> 3) & 1) << i;
      masks->symbol |= ((bits >> 4) & 1) << i;
      masks->end |= ((bits >> 5) & 1) << i;
    }
  }
}

#if defined(__x86_64__)
struct HalfMasks {
  std::uint32_t word, non_ascii, apostrophe, dot_comma, symbol, end;
};

__attribute__((target("avx2"))) inline std::uint32_t Bits(__m256i bytes) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

__attribute__((target("avx2"))) inline HalfMasks Classify32(const char* p) {
  const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const auto equals = [v](char c) __attribute__((target("avx2"))) {
    return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
  };
  // x - low <= high - low, unsigned, is "low <= x <= high"; AVX2 spells <= as min(x, y) == x.
  const __m256i letter =
      _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
  const __m256i digit = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
  const __m256i is_letter =
      _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter);
  const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit);
  const __m256i dot = equals('.');
  HalfMasks half;
  half.word = Bits(_mm256_or_si256(_mm256_or_si256(is_letter, is_digit), equals('_')));
  half.non_ascii = Bits(v);
  half.apostrophe = Bits(equals('\''));
  half.dot_comma = Bits(_mm256_or_si256(dot, equals(',')));
  half.symbol = Bits(_mm256_or_si256(equals('$'), equals('%')));
  half.end = Bits(_mm256_or_si256(_mm256_or_si256(dot, equals('\n')),
                                  _mm256_or_si256(equals('!'), equals('?'))));
  return half;
}

__attribute__((target("avx2"))) void Avx2Kernel(const char* text, std::size_t bytes,
                                                ByteMasks* masks) {
  const auto join = [](std::uint32_t low, std::uint32_t high) {
    return low | (std::uint64_t{high} << 32);
  };
  for (std::size_t at = 0; at < bytes; at += 64, ++masks) {
    const HalfMasks a = Classify32(text + at);
    const HalfMasks b = Classify32(text + at + 32);
    masks->word = join(a.word, b.word);
    masks->non_ascii = join(a.non_ascii, b.non_ascii);
    masks->apostrophe = join(a.apostrophe, b.apostrophe);
    masks->dot_comma = join(a.dot_comma, b.dot_comma);
    masks->symbol = join(a.symbol, b.symbol);
    masks->end = join(a.end, b.end);
  }
}
#endif

std::vector<NamedKernel> FindKernels() {
  std::vector<NamedKernel> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) kernels.push_back({"avx2", Avx2Kernel});
#endif
  kernels.push_back({"plain", PlainKernel});
  if (const char* wanted = std::getenv("WIREDESK_KERNEL")) {
    for (const NamedKernel& kernel : kernels) {
      if (kernel.name == wanted) return {kernel};
    }
  }
  return kernels;
}

}  // namespace

std::span<const NamedKernel> ByteMaskKernels() {
  static const std::vector<NamedKernel> kernels = FindKernels();
  return kernels;
}

}  // namespace wiredesk
