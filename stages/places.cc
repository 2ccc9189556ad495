#include "stages/places.h"

#include <algorithm>
#include <tuple>

namespace wiredesk {

namespace {

bool ComesBefore(const Place& a, const Place& b) {
  return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
}

bool IsSame(const Place& a, const Place& b) { return a.begin == b.begin && a.end == b.end; }

// Walks units along with places that come by ascending begin.
class UnitWalk {
 public:
  explicit UnitWalk(UnitStarts units) : units_(units) {}

  // The end of the unit that holds token `token`, at or behind the tokens asked for before.
  std::uint32_t EndOf(std::uint32_t token) {
    while (next_ < units_.size() && units_[next_] <= token) ++next_;
    return next_ < units_.size() ? units_[next_] : 0xffffffff;
  }

 private:
  const UnitStarts units_;
  std::size_t next_ = 0;
};

// Of the y that begin in [x.end, x.end + gap_max] and end in the unit, only one with the smallest
// end can make an innermost place with x. `from` is the first y that begins at or behind x.end.
// A y that begins behind an end that is known already can't have a smaller one, which is why the
// loop is short.
std::uint32_t SmallestEnd(std::span<const Place> y, std::size_t from, std::uint32_t reach) {
  std::uint32_t end = 0xffffffff;
  for (std::size_t i = from; i < y.size() && y[i].begin <= reach && y[i].begin < end; ++i) {
    end = std::min(end, y[i].end);
  }
  return end;
}

// least_ends[i]: the smallest end of y[i] and all behind it.
void FindLeastEnds(std::span<const Place> y, std::vector<std::uint32_t>& least_ends) {
  least_ends.resize(y.size());
  std::uint32_t end = 0xffffffff;
  for (std::size_t i = y.size(); i-- > 0;) {
    end = std::min(end, y[i].end);
    least_ends[i] = end;
  }
}

// The joint places of x before y.
void AddJoint(std::span<const Place> x, std::span<const Place> y, std::uint32_t gap_max,
              UnitStarts units, PlaceBuffers& buffers) {
  if (gap_max == kAnyGap) FindLeastEnds(y, buffers.least_ends);
  UnitWalk unit(units);
  std::size_t from = 0;  // The first y that begins at or behind some x.begin.
  for (const Place& earlier : x) {
    const std::uint32_t unit_end = unit.EndOf(earlier.begin);
    while (from < y.size() && y[from].begin < earlier.begin) ++from;
    std::size_t first = from;
    // Places are short: a few steps, but for those that reach over others.
    if (first < y.size() && y[first].begin < earlier.end) {
      first = static_cast<std::size_t>(
          std::partition_point(y.begin() + static_cast<std::ptrdiff_t>(first), y.end(),
                               [&](const Place& p) { return p.begin < earlier.end; }) -
          y.begin());
    }
    if (first == y.size()) continue;
    const std::uint32_t end = gap_max == kAnyGap ? buffers.least_ends[first]
                                                 : SmallestEnd(y, first, earlier.end + gap_max);
    if (end <= unit_end) buffers.joint.push_back({earlier.begin, end, 1});
  }
}

// Leaves those that hold no other, in order.
void KeepInnermost(std::vector<Place>& places, std::vector<Place>& out) {
  std::sort(places.begin(), places.end(), ComesBefore);
  out.clear();
  // From the last begin to the first, and at one begin from the smallest end.
  std::uint32_t end = 0xffffffff;
  for (std::size_t last = places.size(); last > 0;) {
    std::size_t first = last - 1;
    while (first > 0 && places[first - 1].begin == places[last - 1].begin) --first;
    if (places[first].end < end) {
      end = places[first].end;
      out.push_back(places[first]);
    }
    last = first;
  }
  std::reverse(out.begin(), out.end());
}

}  // namespace

void SortPlaces(std::vector<Place>& places) {
  if (!std::is_sorted(places.begin(), places.end(), ComesBefore)) {
    std::sort(places.begin(), places.end(), ComesBefore);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (kept > 0 && IsSame(places[kept - 1], places[i])) {
      places[kept - 1].factor = std::max(places[kept - 1].factor, places[i].factor);
    } else {
      places[kept++] = places[i];
    }
  }
  places.resize(kept);
}

void JoinPlaces(std::span<const Place> x, std::span<const Place> y, std::uint32_t gap_max,
                bool either_order, UnitStarts units, PlaceBuffers& buffers,
                std::vector<Place>& out) {
  buffers.joint.clear();
  AddJoint(x, y, gap_max, units, buffers);
  if (either_order) AddJoint(y, x, gap_max, units, buffers);
  KeepInnermost(buffers.joint, out);
}

void PlacesOutside(std::span<const Place> x, std::span<const Place> y, std::vector<Place>& out) {
  out.clear();
  std::size_t next = 0;
  std::uint32_t end = 0;  // The greatest of the y that begin at or before x.
  for (const Place& place : x) {
    for (; next < y.size() && y[next].begin <= place.begin; ++next)
      end = std::max(end, y[next].end);
    if (end < place.end) out.push_back(place);
  }
}

TokenMarks::TokenMarks(std::size_t token_count, PlaceBuffers& buffers) : taken_(buffers.taken) {
  if (taken_.size() < token_count) taken_.resize(token_count, 0);
  if (++buffers.round == 0) {  // The numbers are used up: start over.
    std::fill(taken_.begin(), taken_.end(), 0);
    buffers.round = 1;
  }
  round_ = buffers.round;
}

bool TokenMarks::Take(std::uint32_t begin, std::uint32_t end) {
  if (taken_[begin] == round_ || taken_[end - 1] == round_) return false;
  std::fill(taken_.begin() + begin, taken_.begin() + end, round_);
  return true;
}

std::size_t CountWithoutOverlaps(std::span<const Place> places, std::size_t token_count,
                                 PlaceBuffers& buffers) {
  const auto overlap = [](const Place& a, const Place& b) { return b.begin < a.end; };
  if (std::adjacent_find(places.begin(), places.end(), overlap) == places.end()) {
    return places.size();
  }
  buffers.joint.assign(places.begin(), places.end());
  std::sort(buffers.joint.begin(), buffers.joint.end(), [](const Place& a, const Place& b) {
    return std::tuple(b.end - b.begin, a.begin) < std::tuple(a.end - a.begin, b.begin);
  });
  TokenMarks marks(token_count, buffers);
  return static_cast<std::size_t>(
      std::count_if(buffers.joint.begin(), buffers.joint.end(),
                    [&marks](const Place& place) { return marks.Take(place.begin, place.end); }));
}

}  // namespace wiredesk
