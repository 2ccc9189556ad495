// Sets of places in an article, and what the operators of rules make of two of them: NEAR, BEFORE,
// SENTENCE, PARAGRAPH, OUTSIDE, counts. Plain functions over sorted lists; their time is
// nearly linear in what they are given.
//
// A list of places is sorted by (begin, end), each pair there once. Results are as well; they are
// written over `out`, which may not be one of the inputs.
//
// Any thread; the caller's buffers are its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wiredesk {

// Tokens [begin, end). Not empty.
struct Place {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int32_t factor = 1;  // Of a list's entry; else 1. Of equal places the greatest counts.
};

// Units of an article (zones, sentences, paragraphs) as the first tokens of each, ascending. A
// place is in the unit of its first token if it ends there as well, else in none.
using UnitStarts = std::span<const std::uint32_t>;

// What the functions here need besides their result; reused, so that nothing is allocated once it
// has grown.
struct PlaceBuffers {
  std::vector<Place> joint;
  std::vector<std::uint32_t> least_ends;
  std::vector<std::uint32_t> taken;  // By token: the round that took it.
  std::uint32_t round = 0;
};

// Any order and repeats in, a list of places out.
void SortPlaces(std::vector<Place>& places);

// The joint places [earlier.begin, later.end) of all x before y, with at most `gap_max` tokens
// between, both in one unit: the innermost ones, those that hold no other. If `either_order`, y
// before x as well.
inline constexpr std::uint32_t kAnyGap = 0xffffffff;
void JoinPlaces(std::span<const Place> x, std::span<const Place> y, std::uint32_t gap_max,
                bool either_order, UnitStarts units, PlaceBuffers& buffers,
                std::vector<Place>& out);

// The x that no y contains.
void PlacesOutside(std::span<const Place> x, std::span<const Place> y, std::vector<Place>& out);

// Places that do not overlap, the longest first, then the earliest.
// REQUIRES: every place ends at or before `token_count`.
std::size_t CountWithoutOverlaps(std::span<const Place> places, std::size_t token_count,
                                 PlaceBuffers& buffers);

// Marks the tokens of places that were kept, to tell what overlaps them. Places are offered the
// longest first: one that is no longer than another and overlaps it has an end inside it, so
// looking at both ends is enough.
class TokenMarks {
 public:
  TokenMarks(std::size_t token_count, PlaceBuffers& buffers);

  // False, and nothing is marked, where a token is taken.
  bool Take(std::uint32_t begin, std::uint32_t end);

 private:
  std::vector<std::uint32_t>& taken_;
  std::uint32_t round_;
};

}  // namespace wiredesk
