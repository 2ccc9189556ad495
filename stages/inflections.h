// The inflections that `word~` stands for, frozen when rules are compiled: every form of the
// language's table of endings that the Snowball stemmer takes back to the same stem as the word
// itself.
//
// Source: snowballstem.org, by libstemmer. Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

// ISO 639-1 codes of the languages that have a table.
std::span<const std::string_view> InflectedLanguages();

// `word` and its other forms, sorted, without repeats. `word` is folded.
// REQUIRES: `language` is one of InflectedLanguages().
std::vector<std::string> Inflections(std::string_view word, std::string_view language);

}  // namespace wiredesk
