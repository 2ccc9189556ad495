// Reads a rule pack in the JSON form (docs/RULES.md): the same rules and bounds as for text. One
// reader's, one thread.
#pragma once

#include <string>
#include <string_view>

#include "config/json_tree.h"
#include "config/rule_ast.h"
#include "config/rule_checks.h"
#include "config/rule_errors.h"
#include "config/rule_json_expression.h"
#include "config/rule_json_values.h"
#include "config/rule_pack_checks.h"
#include "config/rule_pack_lists.h"

namespace wiredesk {

class RuleJsonReader {
 public:
  // All must outlive this. The faults of lists go to `diagnostics`, all others to `errors`.
  RuleJsonReader(const std::string& file, ListFiles list_files, RuleErrors& errors,
                 Diagnostics& diagnostics);

  // The pack; where there were errors, what could be read of it.
  RulePack Read(std::string_view text);

 private:
  void ReadPack(const JsonNode& root);
  bool ReadId(const JsonNode& object, std::string_view key, const JsonPath& path,
              std::string& text);
  void ReadHeader(const JsonNode& root, const JsonPath& path);
  void ReadFields(const JsonNode& json, const JsonPath& path);
  void ReadBoosts(const JsonNode& json, const JsonPath& path);
  void ReadFile(const JsonNode& json, const JsonPath& path);
  void ReadLet(const JsonNode& json, const JsonPath& path);
  void ReadExclude(const JsonNode& json, const JsonPath& path);
  void ReadTopic(const JsonNode& json, const JsonPath& path);
  void ReadTopicHead(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadRule(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadState(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadScore(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadEmit(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadTest(const JsonNode& json, const JsonPath& path, Topic& topic);
  void ReadTestField(const JsonNode& json, const JsonPath& path, RuleTest& test);

  // Calls `read(item, path)` for each item of the array `key`, if there is one.
  template <class ReadItem>
  void ForEach(const JsonNode& object, std::string_view key, const JsonPath& path, ReadItem read);

  RuleErrors& errors_;
  RuleJsonValues values_;
  RuleJsonExpressions expressions_;
  RuleChecks checks_;
  TopicChecks topic_checks_;
  PackLists lists_;
  RulePack pack_;
};

}  // namespace wiredesk
