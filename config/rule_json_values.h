// Takes values of the JSON form apart: the right kinds, known keys, texts and numbers within
// bounds. Errors name the place and the path. One reader's, one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/json_tree.h"
#include "config/rule_errors.h"

namespace wiredesk {

class RuleJsonValues {
 public:
  explicit RuleJsonValues(RuleErrors& errors) : errors_(errors) {}

  void Error(const JsonNode& node, const JsonPath& path, std::string_view message,
             std::string help = {});

  // Each is false, and has said so, if `node` is something else.
  bool Is(const JsonNode& node, JsonNode::Kind kind, const JsonPath& path);
  // A text that could stand on one line of a pack.
  bool TakeLine(const JsonNode& node, const JsonPath& path, std::string& text);
  // A text that may have line feeds.
  bool TakeText(const JsonNode& node, const JsonPath& path, std::string& text);
  bool TakeInteger(const JsonNode& node, const JsonPath& path, std::int32_t min, std::int32_t max,
                   std::int32_t& number);

  // Whether an object has only `keys`, each at most once. Reports others, with the nearest.
  bool CheckKeys(const JsonNode& object, const JsonPath& path,
                 std::span<const std::string_view> keys);

  // The member `key`, or null; where `required`, that it is not there is reported.
  static const JsonNode* Find(const JsonNode& object, std::string_view key);
  const JsonNode* Require(const JsonNode& object, std::string_view key, const JsonPath& path);

 private:
  RuleErrors& errors_;
};

}  // namespace wiredesk
