// Numbers, byte strings and arrays of plain values one after the other in one string: how built
// engines are kept for a later start. For the same kind of machine only: values stand as in memory.
// A Take function is false, and leaves its result alone, where the bytes end too early.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wiredesk {

inline void PutNumber(std::uint64_t number, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

inline void PutBytes(std::string_view part, std::string& bytes) {
  PutNumber(part.size(), bytes);
  bytes.append(part);
}

template <typename T>
void PutArray(const std::vector<T>& array, std::string& bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  PutBytes({reinterpret_cast<const char*>(array.data()), array.size() * sizeof(T)}, bytes);
}

inline bool TakeNumber(std::string_view& bytes, std::uint64_t& number) {
  if (bytes.size() < sizeof number) return false;
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return true;
}

// A view into `bytes`.
inline bool TakeBytes(std::string_view& bytes, std::string_view& part) {
  std::uint64_t size = 0;
  if (!TakeNumber(bytes, size) || size > bytes.size()) return false;
  part = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}

template <typename T>
bool TakeArray(std::string_view& bytes, std::vector<T>& array) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::string_view part;
  if (!TakeBytes(bytes, part) || part.size() % sizeof(T) != 0) return false;
  array.resize(part.size() / sizeof(T));
  if (!part.empty()) std::memcpy(array.data(), part.data(), part.size());
  return true;
}

}  // namespace wiredesk
