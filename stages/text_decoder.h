// Plain-text articles: a line of categories, the title, perhaps twice, then paragraphs between
// blank lines, some of them headings.
//
//   Categories: International Relations / Diplomacy
//
//   Minister meets minister
//
//   What was said
//
//   They met on Monday ...
//
// What is what: docs/RECORDS.md. Nothing is an error but text without text.
#pragma once

#include <string_view>
#include <vector>

#include "stages/arena.h"
#include "stages/article.h"

namespace wiredesk {

// Keeps buffers between articles: one thread at a time.
class TextDecoder {
 public:
  // Fills the decoder's members of `article` from `text`, which is its value but for a byte order
  // mark. Parts are views of it; their starts count in article.value.
  //
  // REQUIRES: `text` is valid UTF-8.
  void Decode(std::string_view text, Article& article, Arena& arena);

 private:
  // Lines that no blank line parts, from the first that is not space to the last.
  struct Paragraph {
    std::string_view text;
    std::string_view first_line;
  };

  void SplitParagraphs(std::string_view text);
  void AddParts(std::string_view text, bool has_categories);
  std::string_view TakeTitle(bool has_categories);
  void DropFirstLine();
  void AddPart(std::string_view text, FieldId field);

  std::vector<Paragraph> paragraphs_;
  std::vector<TextPart> parts_;
  std::string_view value_;
};

}  // namespace wiredesk
