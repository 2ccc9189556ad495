#include "config/diagnostic.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::size_t kRenderedCharactersMax = 100;  // Of a source line, with its line number.
constexpr std::size_t kNumberWidth = 5;
constexpr std::string_view kCut = "...";
// Longer words are not typing errors of a known name, and comparing costs the square of the length.
constexpr std::size_t kWordBytesMax = 128;

struct Character {
  std::size_t start = 0;  // Byte in the line.
  std::string text;       // As shown.
};

std::uint32_t CodePoint(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  std::uint32_t code = lead & (0x7FU >> sequence.size());
  for (const char byte : sequence.substr(1)) {
    code = (code << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  return code;
}

// Characters that would move the cursor or turn the line around: a hostile file must not be able to
// make the terminal show something else than what the file says.
bool MovesTheCursor(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C ||
         (code >= 0x200E && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

// What stands at `at`, and how many bytes of it.
std::size_t ReadCharacter(std::string_view text, std::size_t at, std::string& shown) {
  const std::size_t length = Utf8LengthAt(text, at);
  if (length == 0) {
    shown = "\xEF\xBF\xBD";  // U+FFFD
    return 1;
  }
  const std::string_view sequence = text.substr(at, length);
  shown = MovesTheCursor(CodePoint(sequence)) ? " " : std::string(sequence);
  return length;
}

std::vector<Character> SplitCharacters(std::string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Character character{at, {}};
    at += ReadCharacter(text, at, character.text);
    characters.push_back(std::move(character));
  }
  return characters;
}

std::string Clean(std::string_view text) {
  std::string clean;
  for (const Character& character : SplitCharacters(text)) clean += character.text;
  return clean;
}

// How many characters begin before byte `byte`.
std::size_t CharactersBefore(const std::vector<Character>& characters, std::size_t byte) {
  const auto after =
      std::partition_point(characters.begin(), characters.end(),
                           [byte](const Character& character) { return character.start < byte; });
  return static_cast<std::size_t>(after - characters.begin());
}

// The part of a line that is shown, in characters, half open.
struct Window {
  std::size_t start = 0;
  std::size_t end = 0;
};

// All of the line if it fits, else a part with the caret in it and most of what follows the caret.
Window ChooseWindow(std::size_t line_characters, std::size_t caret, std::size_t room) {
  if (line_characters <= room) return {0, line_characters};
  const std::size_t inner = room - 2 * kCut.size();
  std::size_t start = caret > inner / 3 ? caret - inner / 3 : 0;
  start = std::min(start, line_characters - inner);
  return {start, start + inner};
}

// The source line and the line with the caret below it.
std::string RenderExcerpt(const SourcePosition& position, std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const std::vector<Character> characters = SplitCharacters(line);
  const std::size_t column = static_cast<std::size_t>(std::max(position.column, 1)) - 1;
  const std::size_t length = static_cast<std::size_t>(std::max(position.length, 1));
  const std::size_t caret = CharactersBefore(characters, column);
  const std::size_t caret_end = std::max(CharactersBefore(characters, column + length), caret + 1);

  const std::string number = fmt::format("{:>{}}", position.line, kNumberWidth);
  const std::size_t room = kRenderedCharactersMax - number.size() - 3;
  const Window window = ChooseWindow(characters.size(), caret, room);
  const bool cut_before = window.start > 0;
  const bool cut_after = window.end < characters.size();

  std::string shown(cut_before ? kCut : "");
  for (std::size_t i = window.start; i < window.end; ++i) shown += characters[i].text;
  if (cut_after) shown += kCut;
  const std::size_t indent = (cut_before ? kCut.size() : 0) + caret - window.start;
  const std::size_t marked = std::min(caret_end, std::max(window.end, caret + 1)) - caret;
  return fmt::format("{} | {}\n{:{}} | {:{}}^{:~<{}}\n", number, shown, "", number.size(), "",
                     indent, "", marked - 1);
}

std::string Place(const Diagnostic& diagnostic) {
  const SourcePosition& position = diagnostic.position;
  const std::string file = Clean(diagnostic.file);
  if (position.line <= 0) return file;
  if (position.column <= 0) return fmt::format("{}:{}", file, position.line);
  return fmt::format("{}:{}:{}", file, position.line, position.column);
}

std::string Count(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Insertions, deletions, changes and swaps of neighbours between two words, case set aside; stops
// early with a number above `bound` when there are more than that.
std::size_t EditDistance(std::string_view a, std::string_view b, std::size_t bound) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = LowerAscii(a[i - 1]);
      const char y = LowerAscii(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0 : 1)});
      if (i > 1 && j > 1 && x == LowerAscii(b[j - 2]) && LowerAscii(a[i - 2]) == y) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > bound) return bound + 1;
  }
  return row[b.size()];
}

}  // namespace

bool HasErrors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::kError;
  });
}

std::string Render(const Diagnostic& diagnostic) {
  const bool error = diagnostic.severity == Diagnostic::Severity::kError;
  std::string text = fmt::format("{}: {}: {}\n", Place(diagnostic), error ? "error" : "warning",
                                 Clean(diagnostic.message));
  if (diagnostic.position.line > 0 && diagnostic.position.column > 0 &&
      !diagnostic.source_line.empty()) {
    text += RenderExcerpt(diagnostic.position, diagnostic.source_line);
  }
  if (!diagnostic.help.empty()) text += fmt::format("   help: {}\n", Clean(diagnostic.help));
  return text;
}

std::string Render(std::span<const Diagnostic> diagnostics) {
  if (diagnostics.empty()) return {};
  std::string text;
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += Render(diagnostic);
    if (diagnostic.severity == Diagnostic::Severity::kError) ++errors;
  }
  const std::size_t warnings = diagnostics.size() - errors;
  if (errors > 0) text += Count(errors, "error");
  if (errors > 0 && warnings > 0) text += ", ";
  if (warnings > 0) text += Count(warnings, "warning");
  return text + "\n";
}

std::string NearestName(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kWordBytesMax) return {};
  std::string_view nearest;
  // A third of the word may be wrong, and something of it must be right.
  std::size_t bound = std::min((word.size() + 2) / 3, word.size() - 1);
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter > bound) continue;  // Each byte more is an edit; spares long tables.
    const std::size_t distance = EditDistance(word, candidate, bound);
    if (distance > bound) continue;
    nearest = candidate;
    if (distance == 0) break;
    bound = distance - 1;  // The first of equals wins.
  }
  return std::string(nearest);
}

}  // namespace wiredesk
