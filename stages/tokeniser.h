// Splits text into folded words: the canonical text, and the table that leads from each of its
// words back to the original bytes.
//
//   The firms' “e-mail” didn’t…   ->   " the firms e mail didnt "
//
// The canonical text holds the folded tokens with exactly one space between and a space at both
// ends, so that the literal " new york " finds the two words wherever they stand, and nothing else.
// The end of a sentence adds "\x1e ", the end of a paragraph or a part "\x1d ": a phrase can't
// cross them.
//
// What a word is (docs/RULES.md tells users):
// - letters, digits, '_' and their combining marks; a letter of a script without spaces (Chinese,
//   Japanese, Thai...) is a token of its own, so that a run of them is found like a substring;
// - hyphens and dashes split; soft hyphens and zero-width characters are not there;
// - apostrophes by language: English drops 's and joins the rest (dont), French, Italian and
// Catalan
//   split (l europe), others join;
// - dots of acronyms are dropped (us for U.S.); a dot or comma between digits stays (1,000);
// - $ € % are tokens.
//
// ASCII words take a short path over bit masks of 64 bytes; anything else is read by code point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "stages/article.h"
#include "stages/chunk_finder.h"
#include "stages/sentence_breaks.h"
#include "stages/unicode_tables.h"

namespace wiredesk {

inline constexpr char kSentenceMark = '\x1e';
inline constexpr char kParagraphMark = '\x1d';

enum class ApostropheMode { kEnglish, kSplit, kJoin };

// By ISO 639 code; English where the language is not known.
ApostropheMode ApostropheModeOf(std::string_view language);

// One thread's. What it returns is its own, and ends with the next Begin().
class Tokeniser {
 public:
  Tokeniser();

  // Uses `kernel` in place of the fastest; for tests and benchmarks.
  void ForceKernel(ChunkKernel kernel) { kernel_ = kernel; }
  // Reads every part by code point, without shortcuts; for tests.
  void ForceSlowPath() { force_slow_ = true; }

  // Starts a new text. `abbreviations` may be null.
  void Begin(ApostropheMode mode, const Abbreviations* abbreviations);

  // Adds a part of the text; a paragraph ends before it. Positions of its tokens count from its
  // start. REQUIRES: valid UTF-8 of less than 1 GiB with kPadding readable bytes behind it.
  void AddPart(std::string_view text);

  std::string_view canonical() const { return {canonical_.data(), written_}; }
  std::span<const Token> tokens() const { return {tokens_.data(), token_count_}; }
  // First token of each sentence, ascending; the first is 0 where there is a token.
  std::span<const std::uint32_t> sentences() const { return sentences_; }
  // First token of each paragraph, likewise.
  std::span<const std::uint32_t> paragraphs() const { return paragraphs_; }

 private:
  enum class Break : std::uint8_t { kNone, kSentence, kParagraph };

  void AppendChunks();
  const std::uint32_t* AppendWords(const std::uint32_t* edge, std::uint32_t limit);
  void ReadTerminators(std::uint32_t before);
  void ReadLineFeed(std::uint32_t at);
  void ReadTerminator(std::uint32_t at);
  void ReadTerminatorSlowly(std::uint32_t at);
  bool IsAbbreviation(std::uint32_t dot) const;

  // The path by code point, over [at, end) of the part.
  void ReadSlowly(std::uint32_t at, std::uint32_t end);
  std::uint32_t ReadWord(std::uint32_t at);
  std::uint32_t ReadAcronym(std::uint32_t at);
  std::uint32_t ReadSingle(std::uint32_t at);
  std::uint32_t ReadPlainSingles(std::uint32_t at);
  std::uint32_t SkipPossessive(std::uint32_t apostrophe) const;
  bool WordFollows(std::uint32_t at) const;
  DecodedChar CharAt(std::uint32_t at) const { return DecodeUtf8(text_.data() + at); }
  CharClass ClassAt(std::uint32_t at) const;
  bool NumberAt(std::uint32_t at) const;
  void BeginToken(std::uint32_t start);
  void ReserveForChar(std::uint32_t at);
  void AppendChar(std::uint32_t at, std::uint32_t bytes, const CharInfo& info);
  std::uint32_t AppendAsciiRun(std::uint32_t at);
  void EndToken(std::uint32_t end);
  void FoldWholeToken();

  void Want(Break wanted) { pending_ = wanted > pending_ ? wanted : pending_; }
  void WriteBreak();
  void ReserveCanonical(std::size_t more);

  const UnicodeTables& unicode_;
  ChunkKernel kernel_;
  bool force_slow_ = false;

  ApostropheMode mode_ = ApostropheMode::kEnglish;
  const Abbreviations* abbreviations_ = nullptr;
  std::string_view text_;  // The part being read.
  Break pending_ = Break::kNone;

  // Result. Buffers only grow.
  std::vector<char> canonical_;
  std::size_t written_ = 0;
  std::vector<Token> tokens_;
  std::size_t token_count_ = 0;
  std::vector<std::uint32_t> sentences_;
  std::vector<std::uint32_t> paragraphs_;

  ChunkLists chunks_;         // Of the part being read.
  std::size_t next_end_ = 0;  // Into chunks_.ends: the first not looked at.

  // Of the token being written by code point.
  static constexpr std::size_t kFoldBytesMax = 64;  // More than any one character folds to.
  static constexpr std::size_t kTokenBytes = 256;
  std::uint32_t token_start_ = 0;  // In the part.
  std::size_t token_written_ = 0;  // In canonical_.
  std::size_t token_limit_ = 0;    // Up to here canonical_ surely has room.
  bool folds_by_character_ = true;
};

}  // namespace wiredesk
