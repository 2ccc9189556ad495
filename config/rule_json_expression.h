// Reads expressions of the JSON form. What they mean is for RuleChecks, as with text. One reader's,
// one thread.
#pragma once

#include "config/json_tree.h"
#include "config/rule_ast.h"
#include "config/rule_errors.h"
#include "config/rule_json_values.h"
#include "config/rule_json_words.h"

namespace wiredesk {

class RuleJsonExpressions {
 public:
  // Both must outlive this.
  RuleJsonExpressions(RuleJsonValues& values, RuleErrors& errors)
      : values_(values), errors_(errors) {}

  // False: an error was reported.
  bool Read(const JsonNode& json, const JsonPath& path, RuleNode& node);

 private:
  const RuleJsonKind* FindKind(const JsonNode& json, const JsonPath& path);
  bool CheckKeys(const JsonNode& json, const RuleJsonKind& kind, const JsonPath& path);
  bool ReadShape(const JsonNode& json, const RuleJsonKind& kind, const JsonPath& path,
                 RuleNode& node);
  bool ReadTerm(const JsonNode& value, const JsonPath& path, RuleNode& node);
  bool ReadMarkedWord(const JsonNode& value, const JsonPath& path, RuleNode& node);
  bool ReadPhraseWord(const JsonNode& json, const JsonPath& path, RuleNode& word);
  bool ReadPhrase(const JsonNode& value, const JsonPath& path, RuleNode& node);
  bool ReadChild(const JsonNode& json, const JsonPath& path, RuleNode& node);
  bool ReadChildren(const JsonNode& json, const JsonPath& path, std::size_t min, std::size_t max,
                    RuleNode& node);
  bool ReadComparison(const JsonNode& json, const JsonPath& path, RuleNode& node);
  bool ReadValues(const JsonNode& value, const JsonPath& path, RuleNode& node);
  bool ReadValue(const JsonNode& value, const JsonPath& path, RuleNode& node);

  RuleJsonValues& values_;
  RuleErrors& errors_;
};

}  // namespace wiredesk
