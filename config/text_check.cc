#include "config/text_check.h"

namespace wiredesk {
namespace {

unsigned char ByteAt(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool IsPlainAscii(unsigned char byte) {
  return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t' || byte == '\r';
}

// Bounds of the second byte, which rule out overlong forms, surrogates and what is above U+10FFFF.
bool SecondByteFits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

}  // namespace

std::size_t Utf8LengthAt(std::string_view text, std::size_t at) {
  const unsigned char lead = ByteAt(text, at);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  if (lead >= 0xC2 && lead < 0xE0) length = 2;
  if (lead >= 0xE0 && lead < 0xF0) length = 3;
  if (lead >= 0xF0 && lead < 0xF5) length = 4;
  if (length == 0 || text.size() - at < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((ByteAt(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  return SecondByteFits(lead, ByteAt(text, at + 1)) ? length : 0;
}

std::string_view WholeCharacters(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (ByteAt(text, end) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::optional<TextFault> FindTextFault(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at < text.size()) {
    const unsigned char byte = ByteAt(text, at);
    if (IsPlainAscii(byte)) {
      ++at;
      continue;
    }
    if (byte < 0x80) return TextFault{TextFault::Kind::kControlCharacter, at, 1};
    const std::size_t length = Utf8LengthAt(text, at);
    if (length == 0) return TextFault{TextFault::Kind::kInvalidUtf8, at, 1};
    if (byte == 0xC2 && ByteAt(text, at + 1) < 0xA0) {
      return TextFault{TextFault::Kind::kControlCharacter, at, 2};
    }
    at += length;
  }
  return std::nullopt;
}

}  // namespace wiredesk
