#include "config/rule_json_values.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/rule_words.h"
#include "config/text_check.h"

namespace wiredesk {

void RuleJsonValues::Error(const JsonNode& node, const JsonPath& path, std::string_view message,
                           std::string help) {
  const std::string shown = ShowPath(path);
  errors_.Error(node.position,
                shown.empty() ? std::string(message) : fmt::format("{}: {}", shown, message),
                std::move(help));
}

bool RuleJsonValues::Is(const JsonNode& node, JsonNode::Kind kind, const JsonPath& path) {
  if (node.kind == kind) return true;
  Error(node, path, fmt::format("expected {}, found {}", KindName(kind), KindName(node.kind)));
  return false;
}

bool RuleJsonValues::TakeText(const JsonNode& node, const JsonPath& path, std::string& text) {
  if (!Is(node, JsonNode::Kind::kString, path)) return false;
  text = node.text;
  if (!FindTextFault(text)) return true;
  Error(node, path, "a control character", "remove it");
  return false;
}

bool RuleJsonValues::TakeLine(const JsonNode& node, const JsonPath& path, std::string& text) {
  if (!TakeText(node, path, text)) return false;
  if (text.find('\n') == std::string::npos) return true;
  Error(node, path, "a line feed", "only the text of a test may have lines");
  return false;
}

bool RuleJsonValues::TakeInteger(const JsonNode& node, const JsonPath& path, std::int32_t min,
                                 std::int32_t max, std::int32_t& number) {
  if (!Is(node, JsonNode::Kind::kNumber, path)) return false;
  const char* const end = node.text.data() + node.text.size();
  const auto result = std::from_chars(node.text.data(), end, number);
  if (result.ec == std::errc() && result.ptr == end && number >= min && number <= max) return true;
  Error(
      node, path,
      fmt::format("must be a whole number from {} to {}", WithThousands(min), WithThousands(max)));
  return false;
}

bool RuleJsonValues::CheckKeys(const JsonNode& object, const JsonPath& path,
                               std::span<const std::string_view> keys) {
  std::vector<std::string_view> seen;
  bool good = true;
  for (const JsonNode& member : object.items) {
    const bool known = std::find(keys.begin(), keys.end(), member.key) != keys.end();
    const bool again = std::find(seen.begin(), seen.end(), member.key) != seen.end();
    if (known && !again) {
      seen.push_back(member.key);
      continue;
    }
    good = false;
    JsonNode key;
    key.position = member.key_position;
    if (again) {
      Error(key, path, fmt::format("a second {}", Quoted(member.key)));
    } else {
      Error(key, path, fmt::format("unknown key {}", Quoted(member.key)),
            SuggestName(member.key, keys, fmt::format("here stand {}", fmt::join(keys, ", "))));
    }
  }
  return good;
}

const JsonNode* RuleJsonValues::Find(const JsonNode& object, std::string_view key) {
  const auto found = std::find_if(object.items.begin(), object.items.end(),
                                  [key](const JsonNode& member) { return member.key == key; });
  return found == object.items.end() ? nullptr : &*found;
}

const JsonNode* RuleJsonValues::Require(const JsonNode& object, std::string_view key,
                                        const JsonPath& path) {
  const JsonNode* found = Find(object, key);
  if (found == nullptr) Error(object, path, fmt::format("\"{}\" is missing", key));
  return found;
}

}  // namespace wiredesk
