// Where sentences end, as ICU's sentence iterator says, but that a line end is a space and that a
// full stop after an abbreviation ends nothing. The twin of stages/sentence_breaks.h.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace wiredesk::reference {

// The abbreviations of an article's language, with their full stops; empty where there are none.
const std::set<std::string>& AbbreviationsOf(std::string_view language);

// The places, in bytes, right behind what ends a sentence of `text`. A mark that hangs on a full
// stop is behind it.
std::set<std::size_t> SentenceEnds(const std::string& text,
                                   const std::set<std::string>& abbreviations);

}  // namespace wiredesk::reference
