// The words, sentences and paragraphs of a text, worked out slowly and plainly: code point by code
// point, with ICU asked about each. The twin of stages/tokeniser.h, which describes the rules; it
// shares no code with it.
//
// One thread at a time. Texts are valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk::reference {

struct Token {
  std::string folded;
  std::size_t part = 0;
  std::size_t start = 0;  // Bytes of the part, half open.
  std::size_t end = 0;
  std::size_t sentence = 0;  // Numbers, ascending over the whole text.
  std::size_t paragraph = 0;
};

enum class Apostrophes {
  kEnglish,  // Drops 's, joins the rest.
  kSplit,    // l'Europe is two words.
  kJoin,
};

// By language code; English where there is none.
Apostrophes ApostrophesOf(std::string_view language);

// The words of an article's parts.
std::vector<Token> ReadText(const std::vector<std::string>& parts, std::string_view language);

// The words of a term.
std::vector<Token> ReadTerm(const std::string& text, Apostrophes apostrophes);

// NFKC_Casefold.
std::string Fold(std::string_view text);

}  // namespace wiredesk::reference
