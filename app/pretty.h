// Tagged articles for people at a terminal: the tags, and the text with their evidence highlighted.
//
// What comes from articles is data: control characters, which a terminal would obey, are shown as
// spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "stages/article.h"

namespace wiredesk {

enum class ColorMode { kAuto, kAlways, kNever };

// What a stream can show.
struct Terminal {
  bool is_terminal = false;  // Someone looks; lines can be written over.
  bool color = false;
  std::size_t width = 80;  // Columns; 40 to 120.
};

// kAuto: colour on a terminal unless NO_COLOR is set or TERM is "dumb".
Terminal DescribeTerminal(int fd, ColorMode mode);

// "auto", "always", "never"; for --color.
ColorMode ParseColorMode(std::string_view name);

enum class Style { kPlain, kBold, kDim, kGood, kBad, kTag1, kTag2, kTag3, kTagOther };

// `text` in that style, or just `text` without colour.
std::string Styled(const Terminal& terminal, Style style, std::string_view text);

// Without control characters, and not wider than `columns`: the end is cut, with an ellipsis.
std::string OneLine(std::string_view text, std::size_t columns);

// Columns that `text` takes (UTF-8; East Asian characters count two).
std::size_t DisplayWidth(std::string_view text);

// `text` with spaces behind it, at least `columns` wide.
std::string PadTo(std::string text, std::size_t columns);

// A horizontal bar for `value` of `value_max`, of at most `columns`, in eighths of a column.
std::string Bar(double value, double value_max, std::size_t columns);

struct PrettyOptions {
  std::size_t tags_max = 6;
  std::size_t paragraphs_max = 4;  // Of those that hold evidence.
  std::size_t paragraph_bytes_max = 700;
};

// A place to highlight in a part's text, in the colours of the tag with that number.
struct PartMark {
  std::uint32_t part;
  std::uint32_t start;
  std::uint32_t end;
  std::size_t tag;
};

// The title and the paragraphs that hold marks; where marks overlap the first counts.
std::string RenderMarkedParts(std::span<const TextPart> parts, std::span<const PartMark> marks,
                              const Terminal& terminal, const PrettyOptions& options);

// `record` is an output record in the form `tags`; `parts` are those of the article that it is for,
// as the decoder makes them. Ends with a line feed.
std::string RenderTaggedArticle(const nlohmann::json& record, std::span<const TextPart> parts,
                                const Terminal& terminal, const PrettyOptions& options);

}  // namespace wiredesk
