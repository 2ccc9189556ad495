// What stands between the quotes of a term: plain words, or among them wildcards and inflections.
//
//   "chapter 11"            no marks: a plain phrase
//   "creditor~ protect*"    the words creditor~ and protect*, next to each other
//   "5 \* 3"                a backslash takes a mark for the character itself
//
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_ast.h"

namespace wiredesk {

struct PhraseFault {
  enum class Kind {
    kBadEscape,  // A backslash before nothing that has to be escaped.
    kInnerMark,  // A mark with more of the word behind it, or a second one.
    kStrayMark,  // A mark that follows no word: it stands for nothing.
  };
  Kind kind = Kind::kBadEscape;
  std::size_t offset = 0;  // Byte in the text between the quotes.
};

struct PhraseText {
  // Without escapes; of several words with marks: these, with one space between.
  std::string text;
  // Empty without marks. Else the words in order, each kWord, kPrefix or kInflected; the `column`
  // of their positions is the byte between the quotes. What is only punctuation is left out.
  std::vector<RuleNode> words;
  std::vector<PhraseFault> faults;
};

// `raw` is the text of a kString token.
PhraseText ReadPhrase(std::string_view raw);

// The other way: between the quotes, for a phrase's `children`, or its `text` if there are none.
std::string WritePhrase(const RuleNode& phrase);

// A text with everything escaped that would mean something in a term's quotes.
std::string EscapeTerm(std::string_view text);

}  // namespace wiredesk
