// Diagnostics as bytes (stages/byte_form.h), to be passed between processes or kept. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "stages/byte_form.h"

namespace wiredesk {

void PutDiagnostics(const Diagnostics& diagnostics, std::string& bytes);
// False where the bytes end too early.
bool TakeDiagnostics(std::string_view& bytes, Diagnostics& diagnostics);

inline bool TakeText(std::string_view& bytes, std::string& text) {
  std::string_view part;
  if (!TakeBytes(bytes, part)) return false;
  text = part;
  return true;
}

template <typename Number>
bool TakeAs(std::string_view& bytes, Number& number) {
  std::uint64_t value = 0;
  if (!TakeNumber(bytes, value)) return false;
  number = static_cast<Number>(value);
  return true;
}

// A number of things, and then these. Each takes bytes, so a number that is not true ends with the
// bytes.
template <typename T, typename Take>
bool TakeList(std::string_view& bytes, std::vector<T>& list, Take take) {
  std::uint64_t count = 0;
  if (!TakeNumber(bytes, count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!take(bytes, list.emplace_back())) return false;
  }
  return true;
}

}  // namespace wiredesk
