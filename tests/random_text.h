// Random articles of the kind that hurts: few words, so that rules hit them often, in many scripts
// and spellings, with what stands between words in real texts and what should not.
#pragma once

#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/reference.h"

namespace wiredesk {

using Random = std::mt19937_64;

// A whole number from 0 up to, but not including, `below`.
inline std::size_t Below(Random& random, std::size_t below) { return random() % below; }
// True `percent` times in a hundred.
inline bool Chance(Random& random, std::size_t percent) { return Below(random, 100) < percent; }
template <typename List>
const auto& Pick(Random& random, const List& list) {
  return list[Below(random, std::size(list))];
}

// The words that texts and rules are made of.
std::string_view RandomWord(Random& random);

// In another spelling that is the same word to a reader: capitals, decomposed, soft hyphens.
std::string Respell(Random& random, std::string_view word);

reference::SourceArticle RandomArticle(Random& random);

// What random metadata is made of.
extern const std::vector<std::string> kRandomLanguages;
extern const std::vector<std::string> kRandomSources;
extern const std::vector<std::string> kRandomCategories;

// "title: …" a line a part, and what else the article has, with escapes for what can't be seen.
std::string Show(const reference::SourceArticle& article);

}  // namespace wiredesk
