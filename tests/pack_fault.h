// What is wrong with reading a rule pack, whatever its text: for tests that try many texts.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "config/rule_json_writer.h"
#include "config/rule_parser.h"
#include "config/rule_text_writer.h"
#include "tests/rule_show.h"

namespace wiredesk {

// Whether every diagnostic of `text` is one that a user can do something with.
inline std::string DiagnosticsFault(const std::string& text, const Diagnostics& diagnostics) {
  constexpr std::size_t kDiagnosticsMax = 201;
  if (diagnostics.size() > kDiagnosticsMax) return "too many diagnostics";
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  for (const Diagnostic& d : diagnostics) {
    const bool is_of_file = d.position.line == 0 && text.empty();
    const bool is_in_text =
        d.position.line >= 1 && d.position.line <= lines && d.position.column >= 1;
    if (!is_of_file && !is_in_text) return "a place that is not in the text: " + d.message;
    if (d.message.empty()) return "an empty message";
  }
  return Render(diagnostics).empty() == diagnostics.empty() ? "" : "nothing to show";
}

// A pack or errors, and never both; what could be read can be written, in both forms, and read
// again as the same. Nothing if that is so. Sets `pack` to what was read.
inline std::string PackFault(const std::string& text, const std::string& file,
                             std::optional<RulePack>& pack,
                             ListFiles list_files = ListFiles::kRead) {
  Diagnostics diagnostics;
  pack = ParseRulePack(text, file, diagnostics, list_files);
  if (pack.has_value() == HasErrors(diagnostics)) return "both a pack and errors, or neither";
  if (std::string fault = DiagnosticsFault(text, diagnostics); !fault.empty()) return fault;
  if (!pack) return "";
  for (const std::string& written : {WriteRuleText(*pack), WriteRuleJson(*pack)}) {
    Diagnostics again;
    const auto same = ParseRulePack(written, "again", again, list_files);
    if (!same)
      return fmt::format("what was written can't be read:\n{}\n{}", written, Render(again));
    if (ShowPack(*same) != ShowPack(*pack)) return "another pack was written:\n" + written;
  }
  return "";
}

}  // namespace wiredesk
