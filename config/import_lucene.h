// Imports query strings of Lucene and Elasticsearch, one a line: `query`, `name TAB query`, or a
// JSON object {"id": "...", "name": "...", "query": "..."}. Lines that begin with "# " are
// comments.
//
//   +bank* AND title:"chapter 11" -"tax joke"^2
//
// What each operator becomes:
//
//   + - ! AND OR NOT && ||      & | not, as Lucene's parser reads them: not by precedence, each
//   term is
//                               required, optional or excluded. What is optional beside something
//                               required only ranks; it is left out with a warning.
//   field:X  field:(...)        field:X; of source, language, category, id: NAME = X
//   "a b"  "a b"~n              "a b"; with n words between, in this order or (two words) the other
//   term*  te?t  *lead          term*, or a regex, where that can be matched
//   /regex/                     / regex /: of a whole word, in lower case
//   [a TO b]  {a TO b]  >=a     NAME >= a & NAME <= b, for numbers
//   ^n                          left out with a warning
//   \x                          the character itself
//
// Fuzzy terms (a~), *:*, _exists_, ranges of words, and a rule that only excludes can't be
// expressed and are reported as errors.
#pragma once

#include <string>
#include <string_view>

#include "config/import_query.h"

namespace wiredesk {

// `text` is the file's, `file` its name in diagnostics. Rules with an error are left out.
ImportResult ImportLucene(std::string_view text, const std::string& file,
                          const ImportOptions& options, Diagnostics& diagnostics);

}  // namespace wiredesk
