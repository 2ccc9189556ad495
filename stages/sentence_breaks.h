// Where sentences end, by the rules SB6 to SB11 of Unicode's UAX #29, with two changes for news: a
// single line end is a space (lines are wrapped), and a full stop after a known abbreviation ends
// nothing ("Mr. Lee"). Abbreviations are ICU's per language, and for English titles and companies.
#pragma once

#include <cstddef>
#include <string_view>

namespace wiredesk {

class Abbreviations;

// Null for a language without a list. Made on first use; any thread.
const Abbreviations* FindAbbreviations(std::string_view language);

// Whether a sentence ends at the terminator that starts at `at`: a full stop, a question or
// exclamation mark of any script, or U+2029. `abbreviations` may be null.
// REQUIRES: valid UTF-8, and such a character at `at`.
bool EndsSentence(std::string_view text, std::size_t at, const Abbreviations* abbreviations);

// Whether the word that the full stop at `dot` follows is an abbreviation with it.
bool EndsAbbreviation(std::string_view text, std::size_t dot, const Abbreviations& abbreviations);

}  // namespace wiredesk
