// What the importers of foreign rules share: the queries of a file with their places in it, and the
// pack that their rules are gathered in. One importer's, one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/rule_ast.h"

namespace wiredesk {

struct ImportOptions {
  std::string pack_name = "imported";
  std::string version = "1";
  std::string language = "en";
  std::string id_prefix;  // Before each topic's id.
  // Their field -> ours; "" for all of the text. Beside what each importer knows.
  std::map<std::string, std::string, std::less<>> fields;
  bool default_and = false;  // Lucene: terms without an operator between must all occur.
};

// One query of a file.
struct ImportQuery {
  std::string id;
  std::string label;
  std::string text;
  int line = 0;
  int column = 1;        // Of the first byte of `raw`, which is the text as it stands in the file.
  std::string_view raw;  // Into the file's text, without quotes.
  bool is_json = false;  // `raw` has the escapes of JSON.
  std::string_view whole;  // The line.
};

// Reports what is wrong with a query, at bytes of its text.
class ImportReport {
 public:
  // Both must outlive this.
  ImportReport(const std::string& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  void Begin(const ImportQuery& query) {
    query_ = &query;
    failed_ = false;
  }
  // `message` says what can't be expressed; the rule will be left out.
  void Error(std::size_t offset, std::size_t length, std::string message, std::string help = {});
  // What was imported means something else than before, or is written another way.
  void Warn(std::size_t offset, std::size_t length, std::string message, std::string help = {});
  // A line that is no rule.
  void LineError(int line, std::string message, std::string help = {});

  bool failed() const { return failed_; }

 private:
  void Add(Diagnostic::Severity severity, std::size_t offset, std::size_t length,
           std::string message, std::string help);

  const std::string& file_;
  Diagnostics& diagnostics_;
  const ImportQuery* query_ = nullptr;
  bool failed_ = false;
};

struct ImportResult {
  RulePack pack;
  std::size_t rules = 0;     // Read.
  std::size_t left_out = 0;  // Of these, with an error.
};

// The id of a query that has none.
std::string NumberedId(int line);

// Makes the pack of the queries' rules: a topic each. Of an id stays what may stand in one; where
// nothing stays ("危机") the line gives it. Queries of the same id become one topic, in which any
// of them may hold, with the label of the last. `convert` gives the rule, or nothing after it
// reported an error.
ImportResult ImportQueries(
    const std::vector<ImportQuery>& queries, const std::string& file, const ImportOptions& options,
    ImportReport& report,
    const std::function<std::optional<RuleNode>(const ImportQuery&, ImportReport&)>& convert);

// The lines of a file, with numbers from 1, without blank ones.
struct ImportLine {
  int number = 0;
  std::string_view text;
};
std::vector<ImportLine> SplitLines(std::string_view text);

// The members of the JSON object in `line` that are strings. False if it is no JSON object.
struct ImportMember {
  std::string text;
  std::string_view raw;  // Into the line, without quotes.
};
using ImportMembers = std::map<std::string, ImportMember, std::less<>>;
bool ReadImportMembers(std::string_view line, ImportMembers& members);

}  // namespace wiredesk
