// Whether a file that a person wrote is clean text: valid UTF-8 without control characters; and
// where such a text can be cut.
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wiredesk {

// The first thing in a text that does not belong there.
struct TextFault {
  enum class Kind { kInvalidUtf8, kControlCharacter };
  Kind kind = Kind::kInvalidUtf8;
  std::size_t offset = 0;
  std::size_t length = 1;  // Bytes.
};

// The first fault at or after byte `from`, which is the start of a character. Tab, line feed and
// carriage return are fine; other control characters (U+0000 to U+001F, U+007F to U+009F) are not.
std::optional<TextFault> FindTextFault(std::string_view text, std::size_t from = 0);

// Bytes of the valid UTF-8 character at `at`; 0 where there is none. REQUIRES: at < text.size()
std::size_t Utf8LengthAt(std::string_view text, std::size_t at);

// The longest beginning of `text`, valid UTF-8, of at most `bytes_max` bytes and whole characters.
std::string_view WholeCharacters(std::string_view text, std::size_t bytes_max);

}  // namespace wiredesk
