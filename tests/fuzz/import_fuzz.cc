// Queries of EXTRA and Lucene: each becomes a rule, or is left out with a reason; the pack of the
// rules can be written and read again, in both forms. The first byte chooses the language.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "config/check.h"
#include "config/import_extra.h"
#include "config/import_lucene.h"
#include "config/rule_text_writer.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/pack_fault.h"

namespace wiredesk {

void FuzzOne(std::string_view bytes) {
  FuzzInput input(bytes);
  const std::uint8_t choice = input.Byte();
  ImportOptions options;
  options.default_and = (choice & 2) != 0;
  options.fields = {{"headline", "title"}};
  Diagnostics diagnostics;
  const ImportResult result = (choice & 1) == 0
                                  ? ImportExtra(input.rest(), "queries", options, diagnostics)
                                  : ImportLucene(input.rest(), "queries", options, diagnostics);
  WIREDESK_CHECK(result.left_out <= result.rules);
  WIREDESK_CHECK(result.left_out == 0 || HasErrors(diagnostics));
  WIREDESK_CHECK(Render(diagnostics).empty() == diagnostics.empty());
  if (result.pack.topics.empty()) return;
  const std::string written = WriteRuleText(result.pack);
  std::optional<RulePack> pack;
  std::string fault = PackFault(written, "imported.rules", pack, ListFiles::kRefuse);
  if (!pack) fault += "an imported pack can't be read";
  if (fault.empty()) return;
  std::fprintf(stderr, "%s\n%s\n", fault.c_str(), written.c_str());
  std::abort();
}

}  // namespace wiredesk
