// The lists of one pack: opens the files that its `file` statements name, within what a pack's
// lists may have together. One reader's, one thread.
#pragma once

#include <string>

#include "config/rule_ast.h"
#include "config/rule_errors.h"
#include "config/rule_list_file.h"

namespace wiredesk {

// Whether a pack may name files: one that came over a network may not, since it would be read with
// this machine's rights.
enum class ListFiles { kRead, kRefuse };

class PackLists {
 public:
  // All must outlive this. `pack_file` is where relative paths start.
  PackLists(const std::string& pack_file, ListFiles list_files, RuleErrors& errors,
            Diagnostics& diagnostics)
      : pack_file_(pack_file),
        list_files_(list_files),
        errors_(errors),
        diagnostics_(diagnostics) {}

  // Reads the file of a list whose name and path are there. `path` is where the path stands in the
  // pack, for errors.
  void Read(const SourcePosition& path, TermList& list);

 private:
  const std::string& pack_file_;
  ListFiles list_files_;
  RuleErrors& errors_;
  Diagnostics& diagnostics_;
  ListBudget budget_;
};

}  // namespace wiredesk
