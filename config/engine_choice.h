// Which engine finds the literals of the rules. Both give the same results.
#pragma once

#include <cstdint>

namespace wiredesk {

enum class EngineChoice : std::uint8_t {
  kAuto,       // The one that is expected to cost less.
  kWordIndex,  // By the hashes of words: costs hardly more for more literals.
  kHyperscan,  // By reading the text.
};

}  // namespace wiredesk
