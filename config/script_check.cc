#include "config/script_check.h"

#include <cstdint>

namespace wiredesk {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
constexpr Range kWithoutSpaces[] = {
    {0x0E00, 0x0EFF},    // Thai, Lao
    {0x1000, 0x109F},    // Burmese
    {0x1780, 0x17FF},    // Khmer
    {0x3040, 0x30FF},    // Hiragana, Katakana
    {0x3400, 0x9FFF},    // Ideographs
    {0xF900, 0xFAFF},    // Ideographs, compatibility
    {0x20000, 0x3FFFF},  // Ideographs, rare
};

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool IsAsciiMark(char c) {
  if ((static_cast<unsigned char>(c) & 0x80U) != 0) return false;
  return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_');
}

}  // namespace

bool IsOneCharacterWithoutSpaces(std::string_view text) {
  if (text.size() < 3 || text.size() > 4) return false;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (text.size() != (lead >= 0xF0 ? 4U : lead >= 0xE0 ? 3U : 0U)) return false;
  std::uint32_t code = lead & (0x7FU >> text.size());
  for (const char c : text.substr(1)) code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  for (const Range& range : kWithoutSpaces) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

std::size_t LettersOfLastWord(std::string_view text) {
  std::size_t letters = 0;
  for (const char c : text) {
    if (IsAsciiMark(c)) {
      letters = 0;
    } else if (!IsContinuation(c)) {
      ++letters;
    }
  }
  return letters;
}

}  // namespace wiredesk
