// Takes the bytes of a fuzz target apart: choices from the front, the rest as they are. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wiredesk {

class FuzzInput {
 public:
  explicit FuzzInput(std::string_view bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

  // 0 once there are no more.
  std::uint8_t Byte() {
    const std::string_view byte = Bytes(1);
    return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte[0]);
  }
  // From 0 up to, but not including, `below`.
  std::size_t Below(std::size_t below) {
    return (std::size_t{Byte()} << 16 | std::size_t{Byte()} << 8 | Byte()) % below;
  }
  // As many as there are, if they are fewer.
  std::string_view Bytes(std::size_t count) {
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  // Up to a NUL, which is taken too, or the end.
  std::string_view Text() {
    const std::string_view taken = Bytes(std::min(bytes_.find('\0'), bytes_.size()));
    Bytes(1);
    return taken;
  }

 private:
  std::string_view bytes_;
};

}  // namespace wiredesk
