// Tells which of many items may be in a text, by literals one of which each item requires: four
// bytes of every literal are in a filter, and only every second position of the text is looked up.
// A literal whose four bytes are found is compared.
//
// Immutable after construction; any thread. Working memory is in GramGate::Scratch, one thread's.
#pragma once

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
  static constexpr std::size_t kLiteralBytesMin = 5;

  // Item i requires one of literals[i], which are all long enough.
  explicit GramGate(std::span<const std::vector<std::string>> literals);

  struct Scratch {
    std::vector<std::uint32_t> positions;
    std::vector<std::uint8_t> is_open;  // Of each item.
  };

  // Adds the items of which a literal is in `text`, each once, in any order.
  // REQUIRES: 4 readable bytes behind the text.
  void Find(std::string_view text, Scratch& scratch, std::vector<std::uint32_t>& items) const;

 private:
  struct Entry {
    std::uint32_t gram;
    std::uint32_t literal;
    std::uint32_t offset;  // Of the gram in the literal.
  };
  struct Literal {
    std::string text;
    std::uint32_t item;
  };

  void Compare(std::string_view text, std::uint32_t position, Scratch& scratch,
               std::vector<std::uint32_t>& items) const;

  std::uint32_t item_count_;
  std::uint32_t filter_shift_;
  std::uint32_t table_shift_;
  std::vector<std::uint64_t> filter_;
  std::vector<Entry> entries_;         // By gram.
  std::vector<std::uint32_t> starts_;  // By hash of the gram: 1 + its first entry; 0: none.
  std::vector<Literal> literals_;
};

}  // namespace wiredesk
