// What can be said of a term's letters without the tables of the tokeniser, which has the last
// word. Pure functions, any thread. REQUIRES: valid UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace wiredesk {

// A single character of a script that puts no spaces between words (Chinese, Japanese, Thai, Lao,
// Burmese, Khmer).
bool IsOneCharacterWithoutSpaces(std::string_view text);

// Characters behind the last one in ASCII that is no letter or digit: 4 for "anti-drug".
std::size_t LettersOfLastWord(std::string_view text);

}  // namespace wiredesk
