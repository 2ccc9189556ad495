// What the operators make of places: tables, and slow twins on random lists.
#include "stages/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace wiredesk {
namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;
using Pairs = std::vector<Pair>;

std::vector<Place> PlacesOf(const Pairs& pairs) {
  std::vector<Place> places;
  for (const auto& [begin, end] : pairs) places.push_back({begin, end, 1});
  return places;
}

Pairs PairsOf(const std::vector<Place>& places) {
  Pairs pairs;
  for (const Place& place : places) pairs.emplace_back(place.begin, place.end);
  return pairs;
}

const std::vector<std::uint32_t> kOneUnit = {0};

Pairs Join(const Pairs& x, const Pairs& y, std::uint32_t gap_max, bool either_order,
           UnitStarts units = kOneUnit) {
  PlaceBuffers buffers;
  std::vector<Place> out = {{9, 10, 1}};
  JoinPlaces(PlacesOf(x), PlacesOf(y), gap_max, either_order, units, buffers, out);
  return PairsOf(out);
}

TEST(JoinPlaces, CountsTheTokensBetween) {
  EXPECT_EQ(Join({{0, 1}}, {{3, 4}}, 1, true), Pairs());
  EXPECT_EQ(Join({{0, 1}}, {{3, 4}}, 2, true), (Pairs{{0, 4}}));
  EXPECT_EQ(Join({{3, 4}}, {{0, 1}}, 2, true), (Pairs{{0, 4}}));
  EXPECT_EQ(Join({{3, 4}}, {{0, 1}}, 2, false), Pairs());
  EXPECT_EQ(Join({{0, 1}}, {{1, 2}}, 0, false), (Pairs{{0, 2}}));
}

TEST(JoinPlaces, NeverPairsPlacesThatOverlap) {
  EXPECT_EQ(Join({{0, 2}}, {{1, 3}}, 50, true), Pairs());
  EXPECT_EQ(Join({{0, 1}}, {{0, 1}}, 50, true), Pairs());
  EXPECT_EQ(Join({{0, 1}, {2, 3}}, {{0, 1}, {2, 3}}, 50, true), (Pairs{{0, 3}}));
}

TEST(JoinPlaces, KeepsTheInnermost) {
  EXPECT_EQ(Join({{0, 1}, {2, 3}}, {{4, 5}, {6, 7}}, 50, true), (Pairs{{2, 5}}));
  EXPECT_EQ(Join({{0, 1}, {4, 5}}, {{2, 3}}, 50, true), (Pairs{{0, 3}, {2, 5}}));
  // A long y that begins early, a short one that begins later and ends first.
  EXPECT_EQ(Join({{0, 1}}, {{1, 9}, {2, 3}}, 5, true), (Pairs{{0, 3}}));
  // The short one is out of reach.
  EXPECT_EQ(Join({{0, 1}}, {{1, 9}, {2, 3}}, 0, true), (Pairs{{0, 9}}));
}

TEST(JoinPlaces, StaysInOneUnit) {
  const std::vector<std::uint32_t> units = {0, 3, 3, 6};
  EXPECT_EQ(Join({{2, 3}}, {{3, 4}}, 50, true, units), Pairs());
  EXPECT_EQ(Join({{3, 4}}, {{5, 6}}, 50, true, units), (Pairs{{3, 6}}));
  EXPECT_EQ(Join({{3, 4}}, {{5, 7}}, 50, true, units), Pairs());
  // What runs over a unit's end itself is in none.
  EXPECT_EQ(Join({{2, 4}}, {{5, 6}}, kAnyGap, true, units), Pairs());
}

TEST(PlacesOutside, DropsWhatIsContained) {
  const auto outside = [](const Pairs& x, const Pairs& y) {
    std::vector<Place> out;
    PlacesOutside(PlacesOf(x), PlacesOf(y), out);
    return PairsOf(out);
  };
  EXPECT_EQ(outside({{0, 1}, {4, 5}}, {{0, 2}}), (Pairs{{4, 5}}));
  EXPECT_EQ(outside({{0, 1}}, {{0, 1}}), Pairs());
  EXPECT_EQ(outside({{0, 2}}, {{1, 3}}), (Pairs{{0, 2}}));
  EXPECT_EQ(outside({{5, 6}}, {{0, 9}, {2, 3}}), Pairs());
  EXPECT_EQ(outside({{5, 6}}, {}), (Pairs{{5, 6}}));
}

TEST(CountWithoutOverlaps, KeepsTheLongestThenTheEarliest) {
  const auto count = [](const Pairs& places) {
    PlaceBuffers buffers;
    return CountWithoutOverlaps(PlacesOf(places), 20, buffers);
  };
  EXPECT_EQ(count({}), 0u);
  EXPECT_EQ(count({{0, 1}, {1, 2}, {2, 3}}), 3u);
  EXPECT_EQ(count({{0, 2}, {1, 4}, {3, 5}}), 1u);
  EXPECT_EQ(count({{0, 2}, {1, 3}, {2, 4}}), 2u);
}

TEST(SortPlaces, KeepsTheGreatestFactorOfEqualPlaces) {
  std::vector<Place> places = {{3, 4, 1}, {0, 1, 2}, {0, 1, 5}, {0, 1, 3}};
  SortPlaces(places);
  EXPECT_EQ(PairsOf(places), (Pairs{{0, 1}, {3, 4}}));
  EXPECT_EQ(places[0].factor, 5);
}

class RandomPlaces {
 public:
  static constexpr std::uint32_t kTokens = 24;

  Pairs Next() {
    std::set<Pair> places;
    for (std::uint32_t i = random_() % 7; i > 0; --i) {
      const std::uint32_t begin = random_() % kTokens;
      const std::uint32_t length = random_() % 4 == 0 ? 1 + random_() % 8 : 1;
      places.emplace(begin, std::min(begin + length, kTokens));
    }
    return {places.begin(), places.end()};
  }
  std::vector<std::uint32_t> NextUnits() {
    std::vector<std::uint32_t> units = {0};
    for (std::uint32_t token = 1; token < kTokens; ++token) {
      if (random_() % 8 == 0) units.push_back(token);
    }
    return units;
  }
  std::uint32_t Below(std::uint32_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_{7};
};

std::size_t UnitOf(std::uint32_t token, const std::vector<std::uint32_t>& units) {
  return static_cast<std::size_t>(std::upper_bound(units.begin(), units.end(), token) -
                                  units.begin());
}

// As the language defines it, pair by pair.
Pairs SlowJoin(const Pairs& x, const Pairs& y, std::uint32_t gap_max, bool either_order,
               const std::vector<std::uint32_t>& units) {
  std::set<Pair> joint;
  const auto add = [&](const Pair& a, const Pair& b) {
    if (a.second > b.first || b.first - a.second > gap_max) return;
    if (UnitOf(a.first, units) != UnitOf(b.second - 1, units)) return;
    joint.emplace(a.first, b.second);
  };
  for (const Pair& a : x) {
    for (const Pair& b : y) {
      add(a, b);
      if (either_order) add(b, a);
    }
  }
  Pairs kept;
  for (const Pair& a : joint) {
    const bool holds_other = std::any_of(joint.begin(), joint.end(), [&a](const Pair& b) {
      return a != b && a.first <= b.first && b.second <= a.second;
    });
    if (!holds_other) kept.push_back(a);
  }
  return kept;
}

std::size_t SlowCount(Pairs places) {
  std::sort(places.begin(), places.end(), [](const Pair& a, const Pair& b) {
    const auto a_length = a.second - a.first;
    const auto b_length = b.second - b.first;
    return a_length != b_length ? a_length > b_length : a.first < b.first;
  });
  Pairs kept;
  for (const Pair& a : places) {
    const bool overlaps = std::any_of(kept.begin(), kept.end(), [&a](const Pair& b) {
      return a.first < b.second && b.first < a.second;
    });
    if (!overlaps) kept.push_back(a);
  }
  return kept.size();
}

TEST(Places, AgreeWithTheirDefinitionsOnRandomLists) {
  RandomPlaces random;
  PlaceBuffers buffers;
  std::vector<Place> out;
  for (int round = 0; round < 200'000; ++round) {
    const Pairs x = random.Next();
    const Pairs y = random.Next();
    const std::vector<std::uint32_t> units = random.NextUnits();
    const std::uint32_t gap_max = random.Below(3) == 0 ? kAnyGap : random.Below(6);
    const bool either_order = random.Below(2) == 0;
    JoinPlaces(PlacesOf(x), PlacesOf(y), gap_max, either_order, units, buffers, out);
    ASSERT_EQ(PairsOf(out), SlowJoin(x, y, gap_max, either_order, units)) << "round " << round;
    Pairs outside;
    for (const Pair& a : x) {
      const bool is_inside = std::any_of(y.begin(), y.end(), [&a](const Pair& b) {
        return b.first <= a.first && a.second <= b.second;
      });
      if (!is_inside) outside.push_back(a);
    }
    PlacesOutside(PlacesOf(x), PlacesOf(y), out);
    ASSERT_EQ(PairsOf(out), outside) << "round " << round;
    std::vector<Place> all = PlacesOf(y);
    for (const Place& place : PlacesOf(x)) all.push_back(place);
    SortPlaces(all);
    std::set<Pair> sorted(x.begin(), x.end());
    sorted.insert(y.begin(), y.end());
    ASSERT_EQ(PairsOf(all), Pairs(sorted.begin(), sorted.end())) << "round " << round;
    ASSERT_EQ(CountWithoutOverlaps(all, RandomPlaces::kTokens, buffers), SlowCount(PairsOf(all)))
        << "round " << round;
  }
}

}  // namespace
}  // namespace wiredesk
