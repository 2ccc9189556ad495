// Where a term of the rules occurs in the words of an article.
//
// One thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_ast.h"
#include "tests/reference/reference_text.h"

namespace wiredesk::reference {

// Tokens [begin, end).
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
  auto operator<=>(const Place&) const = default;
};
using Places = std::set<Place>;

// What one token must be: one of `forms` (or begin with it), and spelled `exact` if that is given.
struct Element {
  std::set<std::string> forms;
  bool is_prefix = false;
  std::optional<std::string> exact;
  bool operator==(const Element&) const = default;
};
using Sequence = std::vector<Element>;

// The ways to read a term: it may have apostrophes, which languages read differently, and accents,
// which `fold_accents` makes optional, all of them or none. An exact spelling keeps them.
// REQUIRES: `node` is a term, but no regex.
std::vector<Sequence> SequencesOf(const RuleNode& node, std::string_view language,
                                  bool fold_accents = false);

// Of words next to each other in one sentence.
Places Find(const std::vector<Sequence>& sequences, const std::vector<Token>& tokens,
            const std::vector<std::string>& parts);

// Of a regex in the folded text of each part: of the matches with the same last byte the one that
// starts first, of those with the same first byte the longest; every token that it touches.
Places FindRegex(const std::string& regex, const std::vector<Token>& tokens);

// Drops what overlaps: the longest stays, of equally long ones the first.
std::vector<Place> WithoutOverlaps(const Places& places, bool shortest_first = false);

}  // namespace wiredesk::reference
