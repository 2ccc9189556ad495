// What word forms are tried for `word~`, by language: data only, no code. How it is used is in
// inflections.h. All of it is folded, as the words of articles are.
//
// Constants. Any thread.
#pragma once

#include <span>
#include <string_view>

namespace wiredesk {

// Endings that go together, such as those of a noun. Lists are separated by spaces; "-" is the
// empty ending.
struct InflectionGroup {
  std::string_view keys =
      {};  // Endings that a word of this group is recognised by; "": all of these:
  std::string_view endings = {};
  // Not behind what rewrites and doubled letters make of the stem: endings that make other words.
  bool only_behind_stem = false;
  bool always = false;  // Whatever the word's ending is.
};

struct InflectionTable {
  std::string_view language;  // ISO 639-1
  std::span<const InflectionGroup> groups;
  // The stemmer's stem is a spelling of its own, even where it differs from the word's letters.
  bool uses_plain_stem = false;
  // Endings also go behind the word as it is and without its own ending (presidents, president),
  // where the stemmer takes more off (presid).
  bool uses_word = false;
  // "i>y": a stem that ends in i may also end in y.
  std::string_view rewrites = {};
  // "z/ces": words that end so are forms of each other, though their stems differ. "o>os": only
  // that way. Behind "-", no ending, stands what goes with letters of `open_pairs_after` only.
  std::string_view pairs = {};
  std::string_view open_pairs_after = {};
  // The last consonant may be double before an ending in a vowel (plan, planned).
  bool doubles_last = false;
  // A last e goes before an ending in e or i: create, created.
  bool drops_e = false;
  // Likewise, though the stemmer keeps the two apart: bom, bommen. "": not so.
  std::string_view doubled_plural = {};
  // Endings that an umlaut may go with (Haus, Häuser); where there is one.
  std::string_view umlaut_endings = {};
  // A stem that ends so has an umlaut without an ending (Apfel, Äpfel); never behind the others.
  std::string_view bare_umlaut_after = {};
  std::string_view no_umlaut_in = {};
  // An ending's first vowel is of the same kind as the stem's last; others are neutral.
  std::string_view back_vowels = {};
  std::string_view front_vowels = {};
  // What stands before words without a space: particles, and those with an article, which leave no
  // room for the endings of `bare_groups`, pronouns.
  std::string_view prefixes = {};
  std::string_view article_prefixes = {};
  std::span<const InflectionGroup> bare_groups = {};
};

// Sorted by language.
std::span<const InflectionTable> InflectionTables();

}  // namespace wiredesk
