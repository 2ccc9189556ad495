// Texts of compiled rules while these are being built: each distinct text is there once, has a
// number, and lies in one block with the others. One thread at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stages/rule_program.h"

namespace wiredesk {

class TextPool {
 public:
  // Of all texts together.
  static constexpr std::size_t kBytesMax = 0xf0000000;

  TextPool() : starts_{0}, slots_(1024, kNoIndex) {}

  // The text's number: the one that it has already, or the next.
  TextId Add(std::string_view text);

  std::string_view text(TextId id) const {
    return {bytes_.data() + starts_[id], starts_[id + 1] - starts_[id]};
  }
  std::size_t size() const { return starts_.size() - 1; }
  // False: there was no room for a text, and the numbers given since then are wrong.
  bool fits() const { return fits_; }

  // Gives the texts away; the pool is not to be used again.
  void Finish(RuleTables& tables);

 private:
  void Grow();

  std::vector<char> bytes_;
  std::vector<std::uint32_t> starts_;  // By number, and one more.
  std::vector<std::uint32_t> hashes_;  // By number.
  std::vector<TextId> slots_;          // A power of two; kNoIndex: free.
  bool fits_ = true;
};

}  // namespace wiredesk
