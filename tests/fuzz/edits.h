// Bytes that are nearly right: what a fuzz target changes in bytes that a checksum or a structure
// keeps a blind search out of. Any thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/fuzz_input.h"

namespace wiredesk {

// Changes `bytes` at up to 16 places, as the input says. Nothing to say: nothing changes.
inline void ApplyEdits(FuzzInput& input, std::string& bytes) {
  for (int i = 0; i < 16 && !input.empty() && !bytes.empty(); ++i) {
    const std::uint8_t kind = input.Byte();
    const std::size_t at = input.Below(bytes.size());
    const std::size_t left = bytes.size() - at;
    switch (kind % 6) {
      case 0:
        bytes[at] = static_cast<char>(input.Byte());
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.erase(at, input.Byte());
        break;
      case 3:
        bytes.insert(at, input.Bytes(input.Byte() % 32));
        break;
      case 4: {  // A number at a place where one stands.
        const std::size_t aligned = at & ~std::size_t{3};
        const std::string_view number = input.Bytes(4);
        std::memcpy(bytes.data() + aligned, number.data(), std::min(number.size(), left));
        break;
      }
      default:
        bytes.insert(at, bytes.substr(input.Below(bytes.size()), input.Byte()));
    }
  }
}

}  // namespace wiredesk
