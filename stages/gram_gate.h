// Tells where in a text items may be, by literals one of which each item requires: six
// bytes of every literal are in a filter, and only every second position of the text is looked up.
// A literal whose six bytes are found is compared.
//
// Immutable after construction; any thread. Working memory is in GramGate::Scratch, one thread's.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

class GramGate {
 public:
  // Bytes of the shortest literal that can be looked for.
  static constexpr std::size_t kLiteralBytesMin = 7;

  // Item i requires one of literals[i], which are all long enough.
  explicit GramGate(std::span<const std::vector<std::string>> literals);

  struct Scratch {
    std::vector<std::uint32_t> positions;
  };

  // A literal of `item` is bytes [start, end) of the text.
  struct Hit {
    std::uint32_t item;
    std::uint32_t start;
    std::uint32_t end;
    auto operator<=>(const Hit&) const = default;
  };

  // Adds every place of every literal in `text`, in any order.
  // REQUIRES: 8 readable bytes behind the text.
  void Find(std::string_view text, Scratch& scratch, std::vector<Hit>& hits) const;

 private:
  struct Entry {
    std::uint64_t gram;
    std::uint32_t literal;
    std::uint32_t offset;  // Of the gram in the literal.
  };
  struct Literal {
    std::string text;
    std::uint32_t item;
  };

  void Compare(std::string_view text, std::uint32_t position, std::vector<Hit>& hits) const;

  std::uint32_t filter_shift_;
  std::uint32_t table_shift_;
  std::vector<std::uint64_t> filter_;
  std::vector<Entry> entries_;         // By gram.
  std::vector<std::uint32_t> starts_;  // By hash of the gram: 1 + its first entry; 0: none.
  std::vector<Literal> literals_;
};

}  // namespace wiredesk
