// What is wrong with a file that a person wrote: where, what, and what to do about it.
//
//   rules/desk.rules:12:9: error: unknown word "tpic"
//      12 | let x = tpic medtop:1
//         |         ^~~~
//      help: did you mean "topic"?
//
// Plain values, no threads. Lines and columns count from 1; columns count UTF-8 bytes of the line
// as an editor's "byte column" does, and the caret is placed by characters.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

// A place in a file. line 0 means: the file as a whole.
struct SourcePosition {
  int line = 0;
  int column = 0;
  int length = 1;  // Bytes to underline.
};

struct Diagnostic {
  enum class Severity { kError, kWarning };
  Severity severity = Severity::kError;
  std::string file;
  SourcePosition position;
  std::string message;      // One sentence, without a full stop.
  std::string help;         // What to do; may be empty.
  std::string source_line;  // The line as it stands in the file, for the caret; may be empty.
};

using Diagnostics = std::vector<Diagnostic>;

bool HasErrors(std::span<const Diagnostic> diagnostics);

// As printed above, one trailing newline. Control characters of the source are shown as spaces.
std::string Render(const Diagnostic& diagnostic);
std::string Render(std::span<const Diagnostic> diagnostics);

// The candidate nearest to `word` in edits, or "" if none is near enough to be meant.
std::string NearestName(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace wiredesk
