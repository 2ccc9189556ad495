// The inflections that `word~` stands for, frozen when rules are compiled.
//
//   Inflections("häuser", "de")   ->   haus hause hausern hauses haus häuser häusern ...
//
// Candidates are made of the word's stem and its variants with the endings of the language's table
// (inflection_tables.h). Kept is what the Snowball stemmer takes back to the word's own stem, and
// the table's few regular pairs that the stemmer keeps apart (ação, ações). So forms may be no
// words, which costs little; irregular forms (go, went) are not found.
//
// Source: snowballstem.org, by libstemmer. Any thread; each has its own stemmers.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

inline constexpr std::size_t kInflectionsMax =
    400;  // Forms of a word; the least usual are left out.

// ISO 639-1 codes of the languages that have a table, sorted.
std::span<const std::string_view> InflectedLanguages();

// `word` and its other forms, sorted, without repeats, at most kInflectionsMax. `word` is one
// folded word; with a digit in it, it has no other forms.
// REQUIRES: `language` is one of InflectedLanguages().
std::vector<std::string> Inflections(std::string_view word, std::string_view language);

}  // namespace wiredesk
