#include "stages/folded_value.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "config/check.h"

namespace wiredesk {

namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

const icu::Normalizer2& Casefold() {
  static const icu::Normalizer2& normalizer = [&]() -> const icu::Normalizer2& {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(error);
    WIREDESK_CHECK(U_SUCCESS(error));
    return *found;
  }();
  return normalizer;
}

std::uint32_t HexOf(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

void AppendCodePoint(std::uint32_t point, std::string& out) {
  char bytes[4];
  std::int32_t count = 0;
  U8_APPEND_UNSAFE(bytes, count, point);
  out.append(bytes, static_cast<std::size_t>(count));
}

// Reads \uXXXX at the start of `text`, and the second half of a pair behind it.
std::size_t AppendEscapedPoint(std::string_view text, std::string& out) {
  std::uint32_t point = HexOf(text.substr(2, 4));
  std::size_t bytes = 6;
  const bool is_first_half = point >= 0xd800 && point < 0xdc00;
  if (is_first_half && text.substr(6).starts_with("\\u")) {
    const std::uint32_t second = HexOf(text.substr(8, 4));
    if (second >= 0xdc00 && second < 0xe000) {
      point = 0x10000 + ((point - 0xd800) << 10) + (second - 0xdc00);
      bytes = 12;
    }
  }
  AppendCodePoint(point >= 0xd800 && point < 0xe000 ? 0xfffd : point, out);
  return bytes;
}

char Unescape(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

}  // namespace

void FoldValue(std::string_view value, std::string& out) {
  value = Trim(value);
  out.clear();
  const bool is_ascii = std::none_of(value.begin(), value.end(),
                                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (is_ascii) {
    for (const char c : value) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return;
  }
  UErrorCode error = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  Casefold().normalizeUTF8(0, {value.data(), static_cast<std::int32_t>(value.size())}, sink,
                           nullptr, error);
  WIREDESK_CHECK(U_SUCCESS(error));
  // What folds to a space may have stood at an end.
  const std::string_view trimmed = Trim(out);
  if (trimmed.size() != out.size()) out = std::string(trimmed);
}

std::optional<double> NumberOf(std::string_view value) {
  value = Trim(value);
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) return std::nullopt;
  return number;
}

void UnquoteJson(std::string_view token, std::string& out) {
  out.clear();
  if (token.size() < 2 || token.front() != '"') {
    out = token;
    return;
  }
  token = token.substr(1, token.size() - 2);
  while (!token.empty()) {
    const std::size_t plain = std::min(token.find('\\'), token.size());
    out.append(token.substr(0, plain));
    token.remove_prefix(plain);
    if (token.size() < 2) return;
    if (token[1] == 'u') {
      token.remove_prefix(std::min(token.size(), AppendEscapedPoint(token, out)));
    } else {
      out += Unescape(token[1]);
      token.remove_prefix(2);
    }
  }
}

}  // namespace wiredesk
