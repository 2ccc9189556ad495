#include "stages/gram_gate.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "config/check.h"

namespace wiredesk {

namespace {

constexpr std::size_t kGramBytes = 6;
constexpr std::size_t kStride = 2;
static_assert(GramGate::kLiteralBytesMin == kGramBytes + kStride - 1);

// The first six of eight readable bytes.
std::uint64_t GramAt(const char* bytes) {
  std::uint64_t gram;
  std::memcpy(&gram, bytes, sizeof gram);
  if constexpr (std::endian::native == std::endian::little) {
    return gram << (64 - 8 * kGramBytes);
  } else {
    return gram & ~std::uint64_t{0} << (64 - 8 * kGramBytes);
  }
}

std::uint32_t Mix(std::uint64_t gram) {
  return static_cast<std::uint32_t>((gram * 0x9e3779b97f4a7c15) >> 32);
}

std::uint32_t ShiftFor(std::size_t size) {
  return 32 - static_cast<std::uint32_t>(std::countr_zero(size));
}

// Where in `literal` the bytes begin that are seldom in a text: few frequent letters and spaces.
std::size_t RarestPlace(std::string_view literal) {
  constexpr std::string_view kFrequent = "etaoinsr hldcu";
  std::size_t best = 0;
  std::size_t best_score = 0;
  for (std::size_t at = 0; at + GramGate::kLiteralBytesMin <= literal.size(); ++at) {
    std::size_t score = 1;
    for (char c : literal.substr(at, GramGate::kLiteralBytesMin)) {
      score += std::min(kFrequent.find(c), kFrequent.size());
    }
    if (score > best_score) {
      best = at;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

GramGate::GramGate(std::span<const std::vector<std::string>> literals) {
  for (std::uint32_t item = 0; item < literals.size(); ++item) {
    for (const std::string& literal : literals[item]) {
      WIREDESK_CHECK(literal.size() >= kLiteralBytesMin);
      const std::size_t place = RarestPlace(literal);
      for (std::size_t i = place; i < place + kStride; ++i) {
        entries_.push_back({GramAt((literal + std::string(8, ' ')).data() + i),
                            static_cast<std::uint32_t>(literals_.size()),
                            static_cast<std::uint32_t>(i)});
      }
      literals_.push_back({literal, item});
    }
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.gram < b.gram; });
  const std::size_t grams = std::max<std::size_t>(entries_.size(), 1);
  filter_.resize(std::bit_ceil(std::max<std::size_t>(grams * 16 / 64, 256)));
  filter_shift_ = ShiftFor(filter_.size());
  starts_.resize(std::bit_ceil(std::max<std::size_t>(grams * 2, 64)));
  table_shift_ = ShiftFor(starts_.size());
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const std::uint32_t mixed = Mix(entries_[i].gram);
    filter_[mixed >> filter_shift_] |= std::uint64_t{1} << (mixed & 63);
    if (i > 0 && entries_[i - 1].gram == entries_[i].gram) continue;
    std::size_t at = mixed >> table_shift_;
    while (starts_[at] != 0) at = (at + 1) & (starts_.size() - 1);
    starts_[at] = i + 1;
  }
}

void GramGate::Find(std::string_view text, Scratch& scratch, std::vector<Hit>& hits) const {
  if (scratch.positions.size() < text.size() / kStride + 1) {
    scratch.positions.resize(text.size() + 1);
  }
  // A look-up costs a few cycles, and which one finds something is nothing a processor could guess:
  // every position is written, and the next overwrites it unless it passed.
  std::uint32_t* passed = scratch.positions.data();
  const std::uint64_t* const filter = filter_.data();
  const std::uint32_t shift = filter_shift_;
  const char* const bytes = text.data();
  const auto size = static_cast<std::uint32_t>(text.size());
  for (std::uint32_t at = 0; at < size; at += kStride) {
    const std::uint32_t mixed = Mix(GramAt(bytes + at));
    *passed = at;
    passed += filter[mixed >> shift] >> (mixed & 63) & 1;
  }
  const auto count = static_cast<std::size_t>(passed - scratch.positions.data());
  for (std::uint32_t position : std::span(scratch.positions).first(count)) {
    Compare(text, position, hits);
  }
}

void GramGate::Compare(std::string_view text, std::uint32_t position,
                       std::vector<Hit>& hits) const {
  const std::uint64_t gram = GramAt(text.data() + position);
  std::size_t at = Mix(gram) >> table_shift_;
  while (starts_[at] != 0 && entries_[starts_[at] - 1].gram != gram) {
    at = (at + 1) & (starts_.size() - 1);
  }
  if (starts_[at] == 0) return;
  for (std::size_t i = starts_[at] - 1; i < entries_.size() && entries_[i].gram == gram; ++i) {
    const Literal& literal = literals_[entries_[i].literal];
    if (position < entries_[i].offset) continue;
    const std::uint32_t start = position - entries_[i].offset;
    if (!text.substr(start).starts_with(literal.text)) continue;
    hits.push_back({literal.item, start, start + static_cast<std::uint32_t>(literal.text.size())});
  }
}

}  // namespace wiredesk
