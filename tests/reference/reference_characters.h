// What a code point is to the reference, asked of ICU each time, and texts as code points with
// their places in bytes.
#pragma once

#include <unicode/unistr.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace wiredesk::reference {

// `start` and `end` are bytes of the text, `unit` is the place in its UTF-16 form.
struct Character {
  UChar32 c = 0;
  std::size_t start = 0;
  std::size_t end = 0;
  int unit = 0;
};
std::vector<Character> CharactersOf(std::string_view text);

bool IsApostrophe(UChar32 c);
bool IsDot(UChar32 c);
bool IsComma(UChar32 c);
// $ € %: a word of its own.
bool IsSymbol(UChar32 c);
// Soft hyphen, zero-width characters: as if they were not there.
bool IsIgnorable(UChar32 c);
bool IsDigit(UChar32 c);
// A letter, number or mark that makes up words with its neighbours; so does '_'.
bool IsWordCharacter(UChar32 c);
// A mark that belongs to whatever stands before it.
bool IsMark(UChar32 c);
// A letter of a script without spaces: a word of its own.
bool IsSingle(UChar32 c);

}  // namespace wiredesk::reference
