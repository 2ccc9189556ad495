#include "stages/tokeniser.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "config/check.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace wiredesk {

namespace {

constexpr std::uint32_t kNoMore = 0xffffffff;

// Lower-cases and copies sixteen ASCII bytes.
inline void LowerSixteen(const char* from, char* to) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  // Signed comparison is right here: ASCII letters are positive, other bytes are below 'A'.
  const __m128i is_upper = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
                                         _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
  const __m128i lower = _mm_or_si128(bytes, _mm_and_si128(is_upper, _mm_set1_epi8(0x20)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), lower);
#else
  for (int i = 0; i < 16; ++i) {
    to[i] = from[i] >= 'A' && from[i] <= 'Z' ? static_cast<char>(from[i] | 0x20) : from[i];
  }
#endif
}

// Writes the positions of the set bits of `mask`, each plus `base`, behind `out[count]`.
inline std::size_t AppendBits(std::uint64_t mask, std::uint32_t base, std::uint32_t* out,
                              std::size_t count) {
  while (mask != 0) {
    out[count++] = base + static_cast<std::uint32_t>(std::countr_zero(mask));
    mask &= mask - 1;
  }
  return count;
}

}  // namespace

ApostropheMode ApostropheModeOf(std::string_view language) {
  const std::string_view base = language.substr(0, language.find_first_of("-_"));
  if (base.empty() || base == "en" || base == "any") return ApostropheMode::kEnglish;
  if (base == "fr" || base == "it" || base == "ca") return ApostropheMode::kSplit;
  return ApostropheMode::kJoin;
}

Tokeniser::Tokeniser() : unicode_(UnicodeTables::Get()), kernel_(ByteMaskKernels().front().run) {
  canonical_.resize(4096);
}

void Tokeniser::Begin(ApostropheMode mode, const Abbreviations* abbreviations) {
  mode_ = mode;
  abbreviations_ = abbreviations;
  canonical_[0] = ' ';
  written_ = 1;
  token_count_ = 0;
  sentences_.clear();
  pending_ = Break::kNone;
}

void Tokeniser::AddPart(std::string_view text) {
  WIREDESK_CHECK(text.size() < (std::size_t{1} << 30));
  text_ = text;
  Want(Break::kParagraph);
  // An ASCII token and its space take at most twice its bytes, and a token takes at least a byte.
  ReserveCanonical(2 * text.size());
  if (tokens_.size() < token_count_ + text.size() + 1) tokens_.resize(token_count_ + text.size() + 1);
  if (force_slow_) {
    edge_count_ = end_count_ = next_end_ = 0;
    ReadSlowly(0, static_cast<std::uint32_t>(text.size()));
    return;
  }
  FindChunks();
  AppendChunks();
}

void Tokeniser::ReserveCanonical(std::size_t more) {
  // 32: room for two marks, and for a vector's store past the end.
  if (canonical_.size() < written_ + more + 32) canonical_.resize(2 * (written_ + more + 32));
}

// Chunks are cut at bytes that are surely no part of a word. A chunk is plain when all its bytes are
// letters, digits or '_'; the others are listed in special_.
void Tokeniser::FindChunks() {
  const std::size_t bytes = text_.size();
  const std::size_t blocks = (bytes + 63) / 64;
  if (masks_.size() < blocks + 1) {
    masks_.resize(blocks + 1);
    edges_.resize(64 * blocks + 66);
    special_.resize(64 * blocks + 66);
    ends_.resize(64 * blocks + 66);
  }
  kernel_(text_.data(), bytes, masks_.data());
  masks_[blocks] = {};
  edge_count_ = special_count_ = end_count_ = next_end_ = 0;
  std::uint64_t word_before = 0;   // Lowest bit: was the byte before this block a letter?
  std::uint64_t chunk_before = 0;  // ... part of a chunk?
  for (std::size_t i = 0; i < blocks; ++i) {
    const ByteMasks& m = masks_[i];
    const std::size_t left = bytes - 64 * i;
    const std::uint64_t valid = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    const std::uint64_t word = (m.word | m.non_ascii) & valid;
    const std::uint64_t next = left > 64 ? (masks_[i + 1].word | masks_[i + 1].non_ascii) & 1 : 0;
    // An apostrophe, dot or comma belongs to a word only between two of its characters.
    const std::uint64_t inside = ((word << 1) | word_before) & ((word >> 1) | (next << 63));
    const std::uint64_t joint = (m.apostrophe | m.dot_comma) & inside & valid;
    const std::uint64_t symbol = m.symbol & valid;
    const std::uint64_t chunk = word | joint | symbol;
    const auto base = static_cast<std::uint32_t>(64 * i);
    edge_count_ =
        AppendBits(chunk ^ ((chunk << 1) | chunk_before), base, edges_.data(), edge_count_);
    special_count_ = AppendBits((m.non_ascii & valid) | joint | symbol, base, special_.data(),
                                special_count_);
    end_count_ = AppendBits(m.end & ~chunk & valid, base, ends_.data(), end_count_);
    word_before = word >> 63;
    chunk_before = chunk >> 63;
  }
  if (edge_count_ % 2 != 0) edges_[edge_count_++] = static_cast<std::uint32_t>(bytes);
  special_[special_count_] = kNoMore;
  ends_[end_count_] = kNoMore;
}

void Tokeniser::AppendChunks() {
  const std::uint32_t* special = special_.data();
  for (std::size_t i = 0; i < edge_count_; i += 2) {
    const std::uint32_t start = edges_[i];
    const std::uint32_t end = edges_[i + 1];
    if (ends_[next_end_] < start) ReadTerminators(start);
    if (*special >= end) {
      AppendAscii(start, end);
      continue;
    }
    ReadSlowly(start, end);
    while (*special < end) ++special;
  }
  // What ends behind the last word matters to nobody: the next part begins with a break of its own.
}

inline void Tokeniser::AppendAscii(std::uint32_t start, std::uint32_t end) {
  StartToken(start, end);
  const char* from = text_.data() + start;
  char* to = canonical_.data() + written_;
  const std::size_t bytes = end - start;
  for (std::size_t i = 0; i < bytes; i += 16) LowerSixteen(from + i, to + i);
  to[bytes] = ' ';
  written_ += bytes + 1;
}

// Writes the break that is due, and the token's line in the table.
inline void Tokeniser::StartToken(std::uint32_t start, std::uint32_t end) {
  if (pending_ != Break::kNone) {
    if (token_count_ != 0) {
      canonical_[written_++] = pending_ == Break::kParagraph ? kParagraphMark : kSentenceMark;
      canonical_[written_++] = ' ';
    }
    sentences_.push_back(static_cast<std::uint32_t>(token_count_));
    pending_ = Break::kNone;
  }
  tokens_[token_count_++] = {static_cast<std::uint32_t>(written_), start, end};
}

void Tokeniser::ReadTerminators(std::uint32_t before) {
  while (ends_[next_end_] < before) {
    const std::uint32_t at = ends_[next_end_++];
    text_[at] == '\n' ? ReadLineFeed(at) : ReadTerminator(at);
  }
}

// A blank line ends a paragraph.
void Tokeniser::ReadLineFeed(std::uint32_t at) {
  for (std::size_t i = at + 1; i < text_.size(); ++i) {
    if (text_[i] == '\n') return Want(Break::kParagraph);
    if (text_[i] != ' ' && text_[i] != '\t' && text_[i] != '\r') return;
  }
}

void Tokeniser::ReadTerminator(std::uint32_t at) {
  if (EndsSentence(text_, at, abbreviations_)) Want(Break::kSentence);
}

CharClass Tokeniser::ClassAt(std::uint32_t at) const {
  return at < text_.size() ? unicode_.Info(CharAt(at).c).char_class : CharClass::kOther;
}

bool Tokeniser::NumberAt(std::uint32_t at) const {
  return at < text_.size() && unicode_.Info(CharAt(at).c).is_number;
}

void Tokeniser::ReadSlowly(std::uint32_t at, std::uint32_t end) {
  while (at < end) {
    const DecodedChar here = CharAt(at);
    const CharInfo& info = unicode_.Info(here.c);
    switch (info.char_class) {
      case CharClass::kWord:
      case CharClass::kMark:
        at = ReadWord(at);
        continue;
      case CharClass::kSingle:
        at = ReadSingle(at);
        continue;
      case CharClass::kSymbol:
        AppendFolded(text_.substr(at, here.bytes), at, at + here.bytes);
        break;
      case CharClass::kNewline:
        if (here.c == '\n') ReadLineFeed(at);
        break;
      case CharClass::kParagraph:
        Want(Break::kParagraph);
        break;
      default:
        if (info.sentence_class == SentenceClass::kDot ||
            info.sentence_class == SentenceClass::kEnd) {
          ReadTerminator(at);
        }
        break;
    }
    at += here.bytes;
  }
}

// A letter of a script without spaces, with the marks that belong to it.
std::uint32_t Tokeniser::ReadSingle(std::uint32_t at) {
  std::uint32_t end = at + CharAt(at).bytes;
  while (ClassAt(end) == CharClass::kMark) end += CharAt(end).bytes;
  AppendFolded(text_.substr(at, end - at), at, end);
  return end;
}

// Whether the word goes on at `at`, behind something that may stand inside a word.
bool Tokeniser::WordFollows(std::uint32_t at) const {
  CharClass found = ClassAt(at);
  while (found == CharClass::kIgnorable) {
    at += CharAt(at).bytes;
    found = ClassAt(at);
  }
  return found == CharClass::kWord || found == CharClass::kMark;
}

// Behind an English possessive 's, or 0 where there is none.
std::uint32_t Tokeniser::SkipPossessive(std::uint32_t apostrophe) const {
  const std::uint32_t s = apostrophe + CharAt(apostrophe).bytes;
  if (s >= text_.size() || (text_[s] != 's' && text_[s] != 'S')) return 0;
  const std::uint32_t behind = s + 1;
  const bool word_goes_on =
      WordFollows(behind) || (ClassAt(behind) == CharClass::kApostrophe &&
                              WordFollows(behind + CharAt(behind).bytes));
  return word_goes_on ? 0 : behind;
}

// U.S., e.g., J.R.R.: two or more single letters, each but perhaps the last with its dot. Returns the
// position behind it, or `at` where there is none.
std::uint32_t Tokeniser::ReadAcronym(std::uint32_t at) {
  word_.clear();
  std::uint32_t next = at;
  int letters = 0;
  std::uint32_t end = at;
  while (ClassAt(next) == CharClass::kWord && !NumberAt(next) && text_[next] != '_') {
    const std::uint32_t behind = next + CharAt(next).bytes;
    word_.append(text_.substr(next, behind - next));
    ++letters;
    end = behind;
    if (behind >= text_.size() || text_[behind] != '.') break;
    next = end = behind + 1;
  }
  const bool letter_then_word = WordFollows(end) && end > at && text_[end - 1] != '.';
  const bool dots_then_word = end == next && WordFollows(end);
  if (letters < 2 || letter_then_word || dots_then_word) return at;
  AppendFolded(word_, at, end);
  if (text_[end - 1] == '.') ReadTerminator(end - 1);
  return end;
}

// A word that starts at `at`; returns the position behind it and what belongs to it.
std::uint32_t Tokeniser::ReadWord(std::uint32_t at) {
  const std::uint32_t first_end = at + CharAt(at).bytes;
  if (first_end < text_.size() && text_[first_end] == '.') {
    const std::uint32_t behind = ReadAcronym(at);
    if (behind != at) return behind;
  }
  word_.clear();
  std::uint32_t end = at;       // Behind the last character that is part of the word.
  bool after_number = false;
  for (std::uint32_t i = at; i < text_.size();) {
    const DecodedChar here = CharAt(i);
    const CharInfo& info = unicode_.Info(here.c);
    const std::uint32_t next = i + here.bytes;
    if (info.char_class == CharClass::kWord || info.char_class == CharClass::kMark) {
      word_.append(text_.substr(i, here.bytes));
      after_number = info.is_number;
      end = next;
    } else if (info.char_class == CharClass::kApostrophe) {
      const std::uint32_t behind = mode_ == ApostropheMode::kEnglish ? SkipPossessive(i) : 0;
      if (behind != 0) {
        AppendFolded(word_, at, end);
        return behind;
      }
      if (mode_ == ApostropheMode::kSplit || !WordFollows(next)) break;
    } else if (info.char_class == CharClass::kDot || info.char_class == CharClass::kComma) {
      if (!after_number || !NumberAt(next)) break;
      word_.push_back(info.char_class == CharClass::kDot ? '.' : ',');
    } else if (info.char_class != CharClass::kIgnorable) {
      break;
    }
    i = next;
  }
  AppendFolded(word_, at, end);
  return end;
}

// Appends a token whose letters are `original`, at [start, end) of the part.
void Tokeniser::AppendFolded(std::string_view original, std::uint32_t start, std::uint32_t end) {
  folded_.clear();
  for (std::size_t i = 0; i < original.size();) {
    const DecodedChar here = DecodeUtf8(original.data() + i);
    const CharInfo& info = unicode_.Info(here.c);
    if (!info.folds_alone) {
      UnicodeTables::FoldSlow(original, folded_);
      break;
    }
    if (info.folds_to_itself) {
      folded_.append(original.substr(i, here.bytes));
    } else {
      folded_.append(unicode_.Fold(info));
    }
    i += here.bytes;
  }
  if (folded_.empty()) return;
  // The folded form may hold a space (some ligatures) or a mark of ours: a token must not.
  std::replace_if(folded_.begin(), folded_.end(),
                  [](char c) { return c >= 0 && c <= ' '; }, '_');
  ReserveCanonical(folded_.size() + 2 * (text_.size() - start));
  StartToken(start, end);
  std::memcpy(canonical_.data() + written_, folded_.data(), folded_.size());
  written_ += folded_.size();
  canonical_[written_++] = ' ';
}

}  // namespace wiredesk
