// What the tokeniser needs to know of every code point, read once from ICU's Unicode data into a
// two-level table: what it is in a text, its part in finding sentence ends (UAX #29), and its
// folded form (NFKC_Casefold: full case folding, composed, width and ligature forms resolved,
// ignorable characters removed).
//
// Immutable after construction; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

enum class CharClass : std::uint8_t {
  kOther,  // Separates words: punctuation, symbols, controls.
  kSpace,
  kNewline,    // A line's end, also U+2028.
  kParagraph,  // U+2029.
  kWord,       // Letters, numbers, '_' and combining marks of spaced scripts.
  kMark,       // Combining marks that belong to whatever stands before them.
  kSingle,     // A letter of a script without spaces: a token of its own.
  kIgnorable,  // Soft hyphen, zero-width characters: not there.
  kApostrophe,
  kDot,
  kComma,
  kSymbol,  // $ € %: a token of its own.
};

// Sentence_Break of UAX #29, as far as the rules tell classes apart.
enum class SentenceClass : std::uint8_t {
  kOther,
  kExtend,
  kSpace,
  kParagraph,
  kLower,
  kUpper,
  kOtherLetter,
  kNumeric,
  kDot,
  kEnd,
  kContinue,
  kClose,
};

struct CharInfo {
  CharClass char_class;
  SentenceClass sentence_class;
  bool is_number;  // A decimal digit of any script.
  // True: folds on its own, whatever stands before it. A word of such characters folds by table.
  bool folds_alone;
  bool folds_to_itself;
  std::uint8_t fold_bytes;
  std::uint32_t fold_start;  // In the tables' pool of folded UTF-8.
};

class UnicodeTables {
 public:
  // Built on first use, in about 50 ms.
  static const UnicodeTables& Get();

  const CharInfo& Info(char32_t c) const { return infos_[(blocks_[c >> 8] << 8) | (c & 0xff)]; }
  std::string_view Fold(const CharInfo& info) const {
    return {pool_.data() + info.fold_start, info.fold_bytes};
  }

  // The folded form of any valid UTF-8, by ICU itself.
  static void FoldSlow(std::string_view text, std::string& folded);

 private:
  UnicodeTables();
  CharInfo Describe(char32_t c);

  std::array<std::uint32_t, 0x1100> blocks_;
  std::vector<CharInfo> infos_;
  std::string pool_;
};

// The code point at `p` and its length in bytes.
// REQUIRES: valid UTF-8 at p.
struct DecodedChar {
  char32_t c;
  std::uint32_t bytes;
};
inline DecodedChar DecodeUtf8(const char* p) {
  const auto byte = [p](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i]));
  };
  const std::uint32_t b0 = byte(0);
  if (b0 < 0x80) return {b0, 1};
  if (b0 < 0xe0) return {((b0 & 0x1f) << 6) | (byte(1) & 0x3f), 2};
  if (b0 < 0xf0) return {((b0 & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f), 3};
  return {
      ((b0 & 0x07) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) | (byte(3) & 0x3f),
      4};
}

// The start of the code point that ends before `p`.
// REQUIRES: valid UTF-8, and begin < p.
inline const char* PreviousUtf8(const char* begin, const char* p) {
  do --p;
  while (p > begin && (static_cast<unsigned char>(*p) & 0xc0) == 0x80);
  return p;
}

}  // namespace wiredesk
