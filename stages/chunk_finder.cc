#include "stages/chunk_finder.h"

#include <array>
#include <bit>
#include <cstdlib>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined values in its own AVX-512 headers for mistakes (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#define WIREDESK_INLINE [[gnu::always_inline]] inline
#define WIREDESK_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define WIREDESK_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

namespace wiredesk {

namespace {

// Bit i of each mask speaks of byte i of a block of 64.
struct ByteMasks {
  std::uint64_t word;  // A-Z a-z 0-9 _, and what is not ASCII
  std::uint64_t non_ascii;
  std::uint64_t joint;   // ' . ,
  std::uint64_t symbol;  // $ %
  std::uint64_t end;     // . ! ?
  std::uint64_t line_feed;
  std::uint64_t blank;  // Space, tab, carriage return, line feed
};

enum ByteClass : std::uint8_t {
  kWord = 1,
  kNonAscii = 2,
  kJoint = 4,
  kSymbol = 8,
  kEnd = 16,
  kLineFeed = 32,
  kBlank = 64
};

constexpr std::array<std::uint8_t, 256> MakeByteClasses() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    const bool is_word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '_' || c >= 0x80;
    std::uint8_t bits = 0;
    if (is_word) bits |= kWord;
    if (c >= 0x80) bits |= kNonAscii;
    if (c == '\'' || c == '.' || c == ',') bits |= kJoint;
    if (c == '$' || c == '%') bits |= kSymbol;
    if (c == '.' || c == '!' || c == '?') bits |= kEnd;
    if (c == '\n') bits |= kLineFeed;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') bits |= kBlank;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}
constexpr std::array<std::uint8_t, 256> kByteClasses = MakeByteClasses();

// Writes the positions of the set bits of `mask`, each plus `base`, to `out` and returns the
// position behind the last. Meant for masks of few bits: it writes four positions whatever the mask
// holds, since a branch that nearly always goes one way costs less than a loop whose length nobody
// can guess.
WIREDESK_INLINE std::uint32_t* AppendByCounting(std::uint64_t mask, std::uint32_t base,
                                                std::uint32_t* out) {
  std::uint32_t* const behind = out + std::popcount(mask);
  do {
    for (int i = 0; i < 4; ++i) {
      *out++ = base + static_cast<std::uint32_t>(std::countr_zero(mask));
      mask &= mask - 1;
    }
  } while (mask != 0);
  return behind;
}

struct PlainClassifier {
  WIREDESK_INLINE static ByteMasks Classify(const char* p) {
    ByteMasks masks{};
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint64_t bits = kByteClasses[static_cast<unsigned char>(p[i])];
      masks.word |= (bits & 1) << i;
      masks.non_ascii |= (bits >> 1 & 1) << i;
      masks.joint |= (bits >> 2 & 1) << i;
      masks.symbol |= (bits >> 3 & 1) << i;
      masks.end |= (bits >> 4 & 1) << i;
      masks.line_feed |= (bits >> 5 & 1) << i;
      masks.blank |= (bits >> 6 & 1) << i;
    }
    return masks;
  }

  WIREDESK_INLINE static std::uint32_t* AppendMany(std::uint64_t mask, std::uint32_t base,
                                                   std::uint32_t* out) {
    for (; mask != 0; mask &= mask - 1) {
      *out++ = base + static_cast<std::uint32_t>(std::countr_zero(mask));
    }
    return out;
  }

  WIREDESK_INLINE static std::uint32_t* AppendFew(std::uint64_t mask, std::uint32_t base,
                                                  std::uint32_t* out) {
    return AppendByCounting(mask, base, out);
  }
};

template <typename Classifier>
WIREDESK_INLINE void FindChunks(std::string_view text, ChunkLists& lists) {
  const std::size_t bytes = text.size();
  std::uint32_t* edge = lists.edges.data();
  std::uint32_t* special = lists.special.data();
  std::uint32_t* end = lists.ends.data();
  std::uint64_t word_before = 0;   // Lowest bit: was the byte before this block part of a word?
  std::uint64_t chunk_before = 0;  // ... of a chunk?
  ByteMasks next = Classifier::Classify(text.data());
  for (std::size_t at = 0; at < bytes; at += 64) {
    const ByteMasks m = next;
    const std::size_t left = bytes - at;
    std::uint64_t valid = ~std::uint64_t{0};
    std::uint64_t word_after = 0;   // Highest bit: is the byte behind this block part of a word?
    std::uint64_t blank_after = 0;  // ... a blank?
    if (left > 64) {
      next = Classifier::Classify(text.data() + at + 64);
      // The next block may be the last, with bytes behind the text: its first byte is in the text.
      word_after = next.word << 63;
      blank_after = next.blank << 63;
    } else if (left < 64) {
      valid = (std::uint64_t{1} << left) - 1;
    }
    const std::uint64_t word = m.word & valid;
    // An apostrophe, dot or comma belongs to a word only between two of its characters.
    const std::uint64_t inside = ((word << 1) | word_before) & ((word >> 1) | word_after);
    const std::uint64_t joint = m.joint & inside & valid;
    const std::uint64_t symbol = m.symbol & valid;
    const std::uint64_t chunk = word | joint | symbol;
    const auto base = static_cast<std::uint32_t>(at);
    edge = Classifier::AppendMany(chunk ^ ((chunk << 1) | chunk_before), base, edge);
    special = Classifier::AppendFew((m.non_ascii & valid) | joint | symbol, base, special);
    // A line feed before a letter is a wrapped line; only one before a blank may end a paragraph.
    const std::uint64_t line_end = m.line_feed & ((m.blank >> 1) | blank_after);
    end = Classifier::AppendFew(((m.end & ~chunk) | line_end) & valid, base, end);
    word_before = word >> 63;
    chunk_before = chunk >> 63;
  }
  if (chunk_before != 0) *edge++ = static_cast<std::uint32_t>(bytes);
  lists.edge_count = static_cast<std::size_t>(edge - lists.edges.data());
  *special = ChunkLists::kNoMore;
  *end = ChunkLists::kNoMore;
}

void PlainKernel(std::string_view text, ChunkLists& lists) {
  FindChunks<PlainClassifier>(text, lists);
}

#if defined(__x86_64__)
// For each byte, the positions of its set bits in ascending order, a byte each.
constexpr std::array<std::uint64_t, 256> MakeBitPositions() {
  std::array<std::uint64_t, 256> all{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    int count = 0;
    for (std::uint64_t bit = 0; bit < 8; ++bit) {
      if (byte >> bit & 1) all[byte] |= bit << (8 * count++);
    }
  }
  return all;
}
constexpr std::array<std::uint64_t, 256> kBitPositions = MakeBitPositions();

struct Avx2Classifier {
  struct Half {
    std::uint32_t word, non_ascii, joint, symbol, end, line_feed, blank;
  };

  WIREDESK_AVX2 static std::uint32_t Bits(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }

  WIREDESK_AVX2 static __m256i Equal(__m256i bytes, char c) {
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c));
  }

  WIREDESK_AVX2 static Half ClassifyHalf(const char* p) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    // x - low <= high - low, unsigned, is "low <= x <= high"; AVX2 spells x <= y as min(x, y) == x.
    const __m256i letter =
        _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    const __m256i digit = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
    const __m256i is_letter =
        _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter);
    const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit);
    const __m256i dot = Equal(v, '.');
    const __m256i joint = _mm256_or_si256(_mm256_or_si256(dot, Equal(v, ',')), Equal(v, '\''));
    const __m256i end = _mm256_or_si256(dot, _mm256_or_si256(Equal(v, '!'), Equal(v, '?')));
    const __m256i line_feed = Equal(v, '\n');
    const __m256i blank = _mm256_or_si256(_mm256_or_si256(line_feed, Equal(v, ' ')),
                                          _mm256_or_si256(Equal(v, '\t'), Equal(v, '\r')));
    Half half;
    half.non_ascii = Bits(v);
    half.word =
        Bits(_mm256_or_si256(_mm256_or_si256(is_letter, is_digit), Equal(v, '_'))) | half.non_ascii;
    half.joint = Bits(joint);
    half.symbol = Bits(_mm256_or_si256(Equal(v, '$'), Equal(v, '%')));
    half.end = Bits(end);
    half.line_feed = Bits(line_feed);
    half.blank = Bits(blank);
    return half;
  }

  WIREDESK_AVX2 static ByteMasks Classify(const char* p) {
    const Half a = ClassifyHalf(p);
    const Half b = ClassifyHalf(p + 32);
    const auto join = [](std::uint32_t low, std::uint32_t high) {
      return low | (std::uint64_t{high} << 32);
    };
    return {join(a.word, b.word),   join(a.non_ascii, b.non_ascii),
            join(a.joint, b.joint), join(a.symbol, b.symbol),
            join(a.end, b.end),     join(a.line_feed, b.line_feed),
            join(a.blank, b.blank)};
  }

  // Eight bits at a time from a table, without a branch: clearing bit after bit waits for itself
  // and takes three times as long.
  WIREDESK_AVX2 static std::uint32_t* AppendMany(std::uint64_t mask, std::uint32_t base,
                                                 std::uint32_t* out) {
    __m256i bases = _mm256_set1_epi32(static_cast<int>(base));
    for (int i = 0; i < 64; i += 8) {
      const std::uint64_t byte = mask >> i & 0xff;
      const __m128i positions = _mm_cvtsi64_si128(static_cast<long long>(kBitPositions[byte]));
      const __m256i wide = _mm256_add_epi32(_mm256_cvtepu8_epi32(positions), bases);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), wide);
      out += std::popcount(byte);
      bases = _mm256_add_epi32(bases, _mm256_set1_epi32(8));
    }
    return out;
  }

  WIREDESK_AVX2 static std::uint32_t* AppendFew(std::uint64_t mask, std::uint32_t base,
                                                std::uint32_t* out) {
    return AppendByCounting(mask, base, out);
  }
};

WIREDESK_AVX2 void Avx2Kernel(std::string_view text, ChunkLists& lists) {
  FindChunks<Avx2Classifier>(text, lists);
}

struct Avx512Classifier {
  WIREDESK_AVX512 static ByteMasks Classify(const char* p) {
    const __m512i v = _mm512_loadu_si512(p);
    // What a byte below 128 is, from a table; what is above is seen by its highest bit.
    const __m512i classes = _mm512_permutex2var_epi8(_mm512_loadu_si512(kByteClasses.data()), v,
                                                     _mm512_loadu_si512(kByteClasses.data() + 64));
    const std::uint64_t non_ascii = _mm512_movepi8_mask(v);
    const auto having = [classes, non_ascii](ByteClass wanted) WIREDESK_AVX512 {
      return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(static_cast<char>(wanted))) &
             ~non_ascii;
    };
    return {having(kWord) | non_ascii, non_ascii,     having(kJoint), having(kSymbol), having(kEnd),
            having(kLineFeed),         having(kBlank)};
  }

  WIREDESK_AVX512 static __m512i Positions(std::uint64_t mask) {
    alignas(64) static constexpr std::array<std::uint8_t, 64> kAll = [] {
      std::array<std::uint8_t, 64> all{};
      for (std::size_t i = 0; i < 64; ++i) all[i] = static_cast<std::uint8_t>(i);
      return all;
    }();
    return _mm512_maskz_compress_epi8(mask, _mm512_load_si512(kAll.data()));
  }

  WIREDESK_AVX512 static void Write(__m128i positions, std::uint32_t base, std::uint32_t* out) {
    const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
    _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(positions), bases));
  }

  WIREDESK_AVX512 static std::uint32_t* AppendMany(std::uint64_t mask, std::uint32_t base,
                                                   std::uint32_t* out) {
    const __m512i positions = Positions(mask);
    const int count = std::popcount(mask);
    Write(_mm512_castsi512_si128(positions), base, out);
    Write(_mm512_extracti32x4_epi32(positions, 1), base, out + 16);
    if (count > 32) [[unlikely]] {
      Write(_mm512_extracti32x4_epi32(positions, 2), base, out + 32);
      Write(_mm512_extracti32x4_epi32(positions, 3), base, out + 48);
    }
    return out + count;
  }

  WIREDESK_AVX512 static std::uint32_t* AppendFew(std::uint64_t mask, std::uint32_t base,
                                                  std::uint32_t* out) {
    const int count = std::popcount(mask);
    if (count > 16) [[unlikely]]
      return AppendMany(mask, base, out);
    Write(_mm512_castsi512_si128(Positions(mask)), base, out);
    return out + count;
  }
};

WIREDESK_AVX512 void Avx512Kernel(std::string_view text, ChunkLists& lists) {
  FindChunks<Avx512Classifier>(text, lists);
}
#endif

std::vector<NamedKernel> FindKernels() {
  std::vector<NamedKernel> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("bmi2")) {
    kernels.push_back({"avx512", Avx512Kernel});
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
    kernels.push_back({"avx2", Avx2Kernel});
  }
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

void ChunkLists::Reserve(std::size_t bytes) {
  const std::size_t positions = bytes + 192;
  if (edges.size() >= positions) return;
  for (auto* list : {&edges, &special, &ends}) list->resize(2 * positions);
}

std::span<const NamedKernel> ChunkKernels() {
  static const std::vector<NamedKernel> kernels = FindKernels();
  return kernels;
}

}  // namespace wiredesk
