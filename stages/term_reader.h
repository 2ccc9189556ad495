// Reads the text of a rule's term as the canonicaliser reads articles. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/tokeniser.h"

namespace wiredesk {

// A term's text as words.
struct TermReading {
  std::string canonical;                    // " new york "
  std::uint32_t token_count = 0;            // 0: it holds no word.
  std::vector<std::string_view> originals;  // Of each word, as written; point into the term.

  // The last word, folded.
  std::string_view LastWord() const;
};

class TermReader {
 public:
  // The term as each kind of language would have it: l'Europe is "leurope" in English, "l europe"
  // in French, and the article's language decides which of them is in its text. Those that hold a
  // word, each once. `text` must stay as long as the result is used, which is up to the next call.
  // If `without_accents`, the same words without their accents as well, where there are any.
  const std::vector<TermReading>& ReadAll(std::string_view text, bool without_accents);

 private:
  void Read(std::string_view text, ApostropheMode mode);
  void Add();
  void AddWithoutAccents();

  Tokeniser tokeniser_;
  std::string padded_;
  TermReading reading_;
  std::vector<TermReading> readings_;
};

// `folded` without the accents of its Latin and Greek letters. Marks of other scripts are letters
// or vowels of theirs.
std::string WithoutAccents(std::string_view folded);

// The number of code points in `text`, which is UTF-8.
std::size_t CountCodePoints(std::string_view text);

}  // namespace wiredesk
