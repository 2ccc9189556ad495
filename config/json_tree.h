// JSON that a person or a program wrote for us, as plain values with their places. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_errors.h"

namespace wiredesk {

inline constexpr std::size_t kJsonValuesMax = 4'000'000;
inline constexpr int kJsonDepthMax = 128;

struct JsonNode {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  SourcePosition position;
  SourcePosition key_position;
  std::string_view key;         // Of a member of an object.
  std::string_view text;        // kString: without escapes. kNumber, kBool: as it stands.
  std::vector<JsonNode> items;  // kArray, kObject: in order, keys that are there twice included.
};

// "an object", for messages.
std::string_view KindName(JsonNode::Kind kind);

class JsonTree {
 public:
  // Nothing, and an error, if `text` is not JSON, is nested too deep or has more than `values_max`
  // values.
  static std::unique_ptr<JsonTree> Parse(std::string_view text, RuleErrors& errors,
                                         std::size_t values_max = kJsonValuesMax);
  ~JsonTree();

  // Its texts live as long as the tree.
  const JsonNode& root() const { return root_; }

 private:
  struct Storage;
  class Reader;
  JsonTree();

  std::unique_ptr<Storage> storage_;
  JsonNode root_;
};

// The way to a value, for messages: topics[3].when.and[0]. A chain on the stack of its readers.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view key;  // Empty: an item of an array.
  std::size_t index = 0;
};

std::string ShowPath(const JsonPath& path);

}  // namespace wiredesk
