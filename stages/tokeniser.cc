#include "stages/tokeniser.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "config/check.h"
#include "stages/token_hash.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace wiredesk {

namespace {

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

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

// How many of the first sixteen bytes are ASCII letters, digits and '_', before the first other
// one.
inline std::uint32_t AsciiWordBytes(const char* from) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const auto is_in = [](__m128i value, char low, char high) {
    return _mm_and_si128(_mm_cmpgt_epi8(value, _mm_set1_epi8(static_cast<char>(low - 1))),
                         _mm_cmplt_epi8(value, _mm_set1_epi8(static_cast<char>(high + 1))));
  };
  const __m128i is_letter = is_in(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
  const __m128i is_other =
      _mm_or_si128(is_in(bytes, '0', '9'), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
  const auto mask =
      static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(is_letter, is_other)));
  return static_cast<std::uint32_t>(std::countr_one(mask));
#else
  const auto is_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  std::uint32_t count = 0;
  while (count < 16 && is_word(from[count])) ++count;
  return count;
#endif
}

// Whether the three bytes at `p` are a letter of the large blocks of scripts without spaces:
// Chinese characters, hiragana, katakana. Each of these is a token and folds to itself.
inline bool IsPlainSingle(const char* p) {
  const auto byte = [p](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i]));
  };
  const std::uint32_t utf8 = byte(0) << 16 | byte(1) << 8 | byte(2);
  const auto is_in = [utf8](std::uint32_t low, std::uint32_t high) {
    return utf8 - low <= high - low;
  };
  return is_in(0xe4b880, 0xe9bfbf) ||                             // U+4E00 to U+9FFF
         is_in(0xe38181, 0xe38296) || is_in(0xe382a1, 0xe383ba);  // U+3041 on, U+30A1 on
}

}  // namespace

ApostropheMode ApostropheModeOf(std::string_view language) {
  const std::string_view base = language.substr(0, language.find_first_of("-_"));
  if (base.empty() || base == "en" || base == "any") return ApostropheMode::kEnglish;
  if (base == "fr" || base == "it" || base == "ca") return ApostropheMode::kSplit;
  return ApostropheMode::kJoin;
}

Tokeniser::Tokeniser() : unicode_(UnicodeTables::Get()), kernel_(ChunkKernels().front().run) {
  canonical_.resize(4096);
}

void Tokeniser::Begin(ApostropheMode mode, const Abbreviations* abbreviations) {
  mode_ = mode;
  abbreviations_ = abbreviations;
  canonical_[0] = ' ';
  written_ = 1;
  token_count_ = 0;
  sentences_.clear();
  paragraphs_.clear();
  pending_ = Break::kNone;
}

void Tokeniser::AddPart(std::string_view text) {
  WIREDESK_CHECK(text.size() < (std::size_t{1} << 30));
  Want(Break::kParagraph);
  if (text.empty()) return;
  text_ = text;
  // An ASCII token and its space take at most twice its bytes, and a token takes at least a byte.
  ReserveCanonical(2 * text.size());
  if (tokens_.size() < token_count_ + text.size() + 1)
    tokens_.resize(token_count_ + text.size() + 1);
  if (force_slow_) {
    ReadSlowly(0, static_cast<std::uint32_t>(text.size()));
    return;
  }
  chunks_.Reserve(text.size());
  kernel_(text, chunks_);
  next_end_ = 0;
  AppendChunks();
}

void Tokeniser::ReserveCanonical(std::size_t more) {
  // 32: room for two marks, and for a vector's store past the end.
  if (canonical_.size() < written_ + more + 32) canonical_.resize(2 * (written_ + more + 32));
}

void Tokeniser::AppendChunks() {
  // A chunk that no plain word reaches, so that runs of them end.
  chunks_.edges[chunks_.edge_count + 1] = ChunkLists::kNoMore;
  const std::uint32_t* special = chunks_.special.data();
  const std::uint32_t* edge = chunks_.edges.data();
  const std::uint32_t* const last = edge + chunks_.edge_count;
  while (edge < last) {
    if (chunks_.ends[next_end_] < edge[0]) ReadTerminators(edge[0]);
    if (*special < edge[1]) {
      ReadSlowly(edge[0], edge[1]);
      while (*special < edge[1]) ++special;
      edge += 2;
      continue;
    }
    WriteBreak();
    edge = AppendWords(edge, std::min(*special, chunks_.ends[next_end_]));
  }
  // What ends behind the last word matters to nobody: the next part begins with a break of its own.
}

// Appends the chunk at `edge`, a plain word, and those behind it that end before or at `limit`;
// returns the first chunk that does not. Every word of every article goes through this loop. What
// it changes is kept in locals: a store through char* may change any member as far as the compiler
// knows.
const std::uint32_t* Tokeniser::AppendWords(const std::uint32_t* edge, std::uint32_t limit) {
  limit = std::min(limit, ChunkLists::kNoMore - 1);
  const char* const text = text_.data();
  char* const canonical = canonical_.data();
  char* out = canonical + written_;
  Token* token = tokens_.data() + token_count_;
  do {
    const std::uint32_t start = edge[0];
    const std::uint32_t end = edge[1];
    const std::size_t bytes = end - start;
    LowerSixteen(text + start, out);
    for (std::size_t i = 16; i < bytes; i += 16) [[unlikely]] {
        LowerSixteen(text + start + i, out + i);
      }
    *token++ = {static_cast<std::uint32_t>(out - canonical), start, end, HashToken(out, bytes)};
    out[bytes] = ' ';
    out += bytes + 1;
    edge += 2;
  } while (edge[1] <= limit);
  written_ = static_cast<std::size_t>(out - canonical);
  token_count_ = static_cast<std::size_t>(token - tokens_.data());
  return edge;
}

// Writes the break that is due before the next token.
void Tokeniser::WriteBreak() {
  if (pending_ == Break::kNone) return;
  if (token_count_ != 0) {
    canonical_[written_++] = pending_ == Break::kParagraph ? kParagraphMark : kSentenceMark;
    canonical_[written_++] = ' ';
  }
  const auto first = static_cast<std::uint32_t>(token_count_);
  sentences_.push_back(first);
  if (pending_ == Break::kParagraph) paragraphs_.push_back(first);
  pending_ = Break::kNone;
}

void Tokeniser::ReadTerminators(std::uint32_t before) {
  while (chunks_.ends[next_end_] < before) {
    const std::uint32_t at = chunks_.ends[next_end_++];
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
  // Behind most terminators come quotes and spaces of ASCII, or either, and then a letter of ASCII;
  // its case decides behind a full stop (SB8, SB11), and nothing behind others.
  if (force_slow_) return ReadTerminatorSlowly(at);
  const char terminator = text_[at];
  std::size_t next = at + 1;
  const auto here = [&] { return next < text_.size() ? text_[next] : '\0'; };
  while (here() == '"' || here() == '\'' || here() == ')') ++next;
  while (here() == ' ' || here() == '\n' || here() == '\r') ++next;
  if (next > at + 1 && IsAscii(terminator)) {
    const char after = here();
    const bool is_upper = after >= 'A' && after <= 'Z';
    const bool is_lower = after >= 'a' && after <= 'z';
    if (is_upper || is_lower) {
      const bool ends = terminator != '.' || (is_upper && !IsAbbreviation(at));
      if (ends) Want(Break::kSentence);
      return;
    }
  }
  ReadTerminatorSlowly(at);
}

void Tokeniser::ReadTerminatorSlowly(std::uint32_t at) {
  if (EndsSentence(text_, at, abbreviations_)) Want(Break::kSentence);
}

bool Tokeniser::IsAbbreviation(std::uint32_t dot) const {
  return abbreviations_ != nullptr && EndsAbbreviation(text_, dot, *abbreviations_);
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
        at = IsPlainSingle(text_.data() + at) && !force_slow_ ? ReadPlainSingles(at)
                                                              : ReadSingle(at);
        continue;
      case CharClass::kSymbol:
        BeginToken(at);
        AppendChar(at, here.bytes, info);
        EndToken(at + here.bytes);
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

// A run of plain letters without spaces, which an article in such a script mostly is.
std::uint32_t Tokeniser::ReadPlainSingles(std::uint32_t at) {
  static constexpr std::uint32_t kBytes = 3;
  WriteBreak();
  const char* const text = text_.data();
  const auto size = static_cast<std::uint32_t>(text_.size());
  char* const canonical = canonical_.data();
  char* out = canonical + written_;
  Token* token = tokens_.data() + token_count_;
  std::uint32_t next = at + kBytes;
  while (true) {
    const bool goes_on = next < size && IsPlainSingle(text + next);
    if (!goes_on && ClassAt(next) == CharClass::kMark) break;  // It belongs to the last one.
    std::memcpy(out, text + at, kBytes);
    out[kBytes] = ' ';
    *token++ = {static_cast<std::uint32_t>(out - canonical), at, next,
                HashToken(text + at, kBytes)};
    out += kBytes + 1;
    at = next;
    if (!goes_on) break;
    next += kBytes;
  }
  written_ = static_cast<std::size_t>(out - canonical);
  token_count_ = static_cast<std::size_t>(token - tokens_.data());
  return at < next ? ReadSingle(at) : at;
}

// A letter of a script without spaces, with the marks that belong to it.
std::uint32_t Tokeniser::ReadSingle(std::uint32_t at) {
  const DecodedChar first = CharAt(at);
  std::uint32_t end = at + first.bytes;
  BeginToken(at);
  AppendChar(at, first.bytes, unicode_.Info(first.c));
  while (ClassAt(end) == CharClass::kMark) {
    const DecodedChar mark = CharAt(end);
    AppendChar(end, mark.bytes, unicode_.Info(mark.c));
    end += mark.bytes;
  }
  EndToken(end);
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
  const bool word_goes_on = WordFollows(behind) || (ClassAt(behind) == CharClass::kApostrophe &&
                                                    WordFollows(behind + CharAt(behind).bytes));
  return word_goes_on ? 0 : behind;
}

// U.S., e.g., J.R.R.: two or more single letters, each but perhaps the last with its dot. Returns
// the position behind it, or `at` where there is none.
std::uint32_t Tokeniser::ReadAcronym(std::uint32_t at) {
  std::uint32_t next = at;
  std::uint32_t end = at;
  int letters = 0;
  while (ClassAt(next) == CharClass::kWord && !NumberAt(next) && text_[next] != '_') {
    const std::uint32_t behind = next + CharAt(next).bytes;
    ++letters;
    end = behind;
    if (behind >= text_.size() || text_[behind] != '.') break;
    next = end = behind + 1;
  }
  if (letters < 2 || WordFollows(end)) return at;
  BeginToken(at);
  for (std::uint32_t i = at; i < end;) {
    const DecodedChar here = CharAt(i);
    if (here.c != '.') AppendChar(i, here.bytes, unicode_.Info(here.c));
    i += here.bytes;
  }
  EndToken(end);
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
  BeginToken(at);
  std::uint32_t end = at;  // Behind the last character that is part of the word.
  bool after_number = false;
  for (std::uint32_t i = at; i < text_.size();) {
    if (const std::uint32_t bytes = AppendAsciiRun(i); bytes > 0) {
      i = end = i + bytes;
      after_number = text_[i - 1] >= '0' && text_[i - 1] <= '9';
      continue;
    }
    const DecodedChar here = CharAt(i);
    const CharInfo& info = unicode_.Info(here.c);
    const std::uint32_t next = i + here.bytes;
    if (info.char_class == CharClass::kWord || info.char_class == CharClass::kMark) {
      AppendChar(i, here.bytes, info);
      after_number = info.is_number;
      end = next;
    } else if (info.char_class == CharClass::kApostrophe) {
      const std::uint32_t behind = mode_ == ApostropheMode::kEnglish ? SkipPossessive(i) : 0;
      if (behind != 0) {
        EndToken(end);
        return behind;
      }
      if (mode_ == ApostropheMode::kSplit || !WordFollows(next)) break;
    } else if (info.char_class == CharClass::kDot || info.char_class == CharClass::kComma) {
      if (!after_number || !NumberAt(next)) break;
      canonical_[written_++] = info.char_class == CharClass::kDot ? '.' : ',';
    } else if (info.char_class != CharClass::kIgnorable) {
      break;
    }
    i = next;
  }
  EndToken(end);
  return end;
}

// A token is written character by character in its folded form. A character that folds by what
// stands before it (a combining mark) sends the whole token to ICU when it ends.
void Tokeniser::BeginToken(std::uint32_t start) {
  // The rest of the part is ASCII, twice its bytes at most, or comes back here.
  WriteBreak();
  token_start_ = start;
  token_written_ = written_;
  folds_by_character_ = true;
  ReserveCanonical(2 * (text_.size() - start) + kTokenBytes);
  token_limit_ = written_ + kTokenBytes;
}

inline void Tokeniser::ReserveForChar(std::uint32_t at) {
  if (written_ <= token_limit_ - kFoldBytesMax) return;
  ReserveCanonical(2 * (text_.size() - at) + kTokenBytes);
  token_limit_ = written_ + kTokenBytes;
}

// The ASCII letters, digits and '_' from `at` on, up to sixteen; returns how many.
inline std::uint32_t Tokeniser::AppendAsciiRun(std::uint32_t at) {
  if (force_slow_) return 0;
  const char* const from = text_.data() + at;
  const std::uint32_t left = static_cast<std::uint32_t>(text_.size()) - at;
  const std::uint32_t bytes = std::min(AsciiWordBytes(from), left);
  if (bytes == 0) return 0;
  ReserveForChar(at);
  LowerSixteen(from, canonical_.data() + written_);
  written_ += bytes;
  return bytes;
}

inline void Tokeniser::AppendChar(std::uint32_t at, std::uint32_t bytes, const CharInfo& info) {
  ReserveForChar(at);
  folds_by_character_ &= info.folds_alone;
  if (info.folds_to_itself) {
    std::memcpy(canonical_.data() + written_, text_.data() + at, 4);
    written_ += bytes;
  } else {
    const std::string_view folded = unicode_.Fold(info);
    std::memcpy(canonical_.data() + written_, folded.data(), folded.size());
    written_ += folded.size();
  }
}

void Tokeniser::EndToken(std::uint32_t end) {
  if (!folds_by_character_) FoldWholeToken();
  const std::uint32_t hash =
      HashToken(canonical_.data() + token_written_, written_ - token_written_);
  tokens_[token_count_++] = {static_cast<std::uint32_t>(token_written_), token_start_, end, hash};
  canonical_[written_++] = ' ';
}

// What was written is each character folded by itself. The normal form of normalised pieces put
// together is that of the originals put together.
void Tokeniser::FoldWholeToken() {
  const std::string by_character(canonical_.data() + token_written_, written_ - token_written_);
  std::string folded;
  UnicodeTables::FoldSlow(by_character, folded);
  written_ = token_written_;
  ReserveCanonical(folded.size() + 2 * (text_.size() - token_start_));
  std::memcpy(canonical_.data() + written_, folded.data(), folded.size());
  written_ += folded.size();
}

}  // namespace wiredesk
