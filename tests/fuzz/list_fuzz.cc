// A list of terms: entries, or errors at its lines.
#include <algorithm>
#include <string>

#include "config/check.h"
#include "config/rule_list_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {

void FuzzOne(std::string_view bytes) {
  TermList list;
  list.name = "words";
  list.file = "words.txt";
  ListBudget budget;
  Diagnostics diagnostics;
  const bool is_read = ParseTermList(bytes, list, budget, diagnostics);
  WIREDESK_CHECK(is_read != HasErrors(diagnostics));
  const auto lines = std::count(bytes.begin(), bytes.end(), '\n') + 1;
  for (const Diagnostic& d : diagnostics) WIREDESK_CHECK(d.position.line <= lines);
  for (const TermList::Entry& entry : list.entries) {
    WIREDESK_CHECK(!entry.text.empty() && entry.line >= 1 && entry.line <= lines);
  }
  WIREDESK_CHECK(Render(diagnostics).empty() == diagnostics.empty());
}

}  // namespace wiredesk
