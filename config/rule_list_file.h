// Reads the files of `file` statements: long lists of terms.
//
//   # Lines that begin with "#" and blank lines are skipped.
//   insolvency
//   chapter 11 <TAB> 3        with a weight: it multiplies that of the score entry
//   =Acme                     exactly this spelling
//
// A term is what could stand in quotes, but nothing in it is a mark or an escape. Pure functions,
// any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/diagnostic.h"
#include "config/rule_ast.h"
#include "config/rule_bounds.h"

namespace wiredesk {

// What the lists of a pack may still have.
struct ListBudget {
  std::size_t bytes = kListBytesMax;
  std::size_t entries = kListEntriesMax;
};

// Where the file of a list is: `path` as written in the pack `pack_file`. Relative paths start at
// the pack's folder.
std::string ListFilePath(std::string_view path, std::string_view pack_file);

// Fills `list.entries` from `text`, the content of `list.file`. False after an error; each is at
// its line of that file.
bool ParseTermList(std::string_view text, TermList& list, ListBudget& budget,
                   Diagnostics& diagnostics);

// The same from the file. What keeps it from being read is in `reason`, and then there are no
// further errors.
bool ReadTermList(TermList& list, ListBudget& budget, std::string& reason,
                  Diagnostics& diagnostics);

}  // namespace wiredesk
