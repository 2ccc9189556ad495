#include "config/json_tree.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

namespace wiredesk {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view TrimRight(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last + 1);
}

}  // namespace

struct JsonTree::Storage {
  explicit Storage(std::string_view text) : json(text) {}
  simdjson::padded_string json;
  ondemand::parser parser;
};

// Each function is false after an error, which is reported by Parse().
class JsonTree::Reader {
 public:
  Reader(Storage& storage, RuleErrors& errors, std::size_t values_max)
      : text_(storage.json.data(), storage.json.size()),
        parser_(storage.parser),
        errors_(errors),
        values_max_(values_max) {}

  bool Read(const simdjson::padded_string& json, JsonNode& root) {
    ondemand::document document;
    if (const auto error = parser_.iterate(json).get(document)) return Broken(error, nullptr);
    if (ReadRoot(document, root)) return true;
    const char* at = nullptr;
    if (document.current_location().get(at)) at = text_.data() + text_.size();
    return Broken(error_, at);
  }

 private:
  bool ReadRoot(ondemand::document& document, JsonNode& root) {
    ondemand::json_type type{};
    if (Failed(document.type().get(type))) return false;
    if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
      said_ = true;
      errors_.Error(PositionOf(text_.data() + text_.find_first_not_of(" \t\r\n")),
                    "expected an object, found a single value");
      return false;
    }
    ondemand::value value;
    if (Failed(document.get_value().get(value)) || !ReadValue(value, root, 0)) return false;
    const char* behind = nullptr;
    if (document.current_location().get(behind) == simdjson::OUT_OF_BOUNDS) return true;
    error_ = simdjson::TRAILING_CONTENT;
    return false;
  }

  bool Failed(simdjson::error_code error) {
    error_ = error;
    return error != simdjson::SUCCESS;
  }

  // Values come in the order of the text, so that lines are counted once.
  SourcePosition PositionOf(const char* at) {
    const auto offset = static_cast<std::size_t>(at - text_.data());
    for (; scanned_ < offset && scanned_ < text_.size(); ++scanned_) {
      if (text_[scanned_] != '\n') continue;
      ++line_;
      line_start_ = scanned_ + 1;
    }
    return {line_, static_cast<int>(offset - std::min(offset, line_start_)) + 1, 1};
  }

  bool TooMuch(const SourcePosition& position, std::string message) {
    errors_.Error(position, std::move(message));
    said_ = true;
    return false;
  }

  bool ReadValue(ondemand::value& value, JsonNode& node, int depth) {
    const std::string_view token = value.raw_json_token();
    node.position = PositionOf(token.data());
    if (++values_ > values_max_) {
      return TooMuch(node.position, fmt::format("more than {} values", values_max_));
    }
    if (depth > kJsonDepthMax) {
      return TooMuch(node.position, fmt::format("nested more than {} deep", kJsonDepthMax));
    }
    ondemand::json_type type{};
    if (Failed(value.type().get(type))) return false;
    switch (type) {
      case ondemand::json_type::object:
        return ReadObject(value, node, depth);
      case ondemand::json_type::array:
        return ReadArray(value, node, depth);
      case ondemand::json_type::string:
        node.kind = JsonNode::Kind::kString;
        node.position.length = static_cast<int>(TrimRight(token).size());
        return !Failed(value.get_string().get(node.text));
      default:
        return ReadScalar(value, TrimRight(token), node);
    }
  }

  bool ReadScalar(ondemand::value& value, std::string_view token, JsonNode& node) {
    node.text = token;
    node.position.length = static_cast<int>(token.size());
    if (token == "null") {
      node.kind = JsonNode::Kind::kNull;
    } else if (token == "true" || token == "false") {
      node.kind = JsonNode::Kind::kBool;
    } else {
      node.kind = JsonNode::Kind::kNumber;
      double number = 0;
      return !Failed(value.get_double().get(number));
    }
    // Read, so that the iteration is behind it.
    bool is_null = false;
    bool boolean = false;
    return node.kind == JsonNode::Kind::kNull ? !Failed(value.is_null().get(is_null))
                                              : !Failed(value.get_bool().get(boolean));
  }

  bool ReadArray(ondemand::value& value, JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::kArray;
    ondemand::array array;
    if (Failed(value.get_array().get(array))) return false;
    for (auto item : array) {
      ondemand::value inner;
      if (Failed(item.get(inner))) return false;
      if (!ReadValue(inner, node.items.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  bool ReadObject(ondemand::value& value, JsonNode& node, int depth) {
    node.kind = JsonNode::Kind::kObject;
    ondemand::object object;
    if (Failed(value.get_object().get(object))) return false;
    for (auto member : object) {
      ondemand::field field;
      if (Failed(std::move(member).get(field))) return false;
      JsonNode& inner = node.items.emplace_back();
      inner.key_position = PositionOf(field.key().raw() - 1);
      if (Failed(field.unescaped_key().get(inner.key))) return false;
      inner.key_position.length = static_cast<int>(inner.key.size()) + 2;
      if (!ReadValue(field.value(), inner, depth + 1)) return false;
    }
    return true;
  }

  // Always false.
  bool Broken(simdjson::error_code error, const char* at) {
    if (said_) return false;
    if (at == nullptr || at < text_.data() || at > text_.data() + text_.size()) {
      at = text_.data() + text_.size();
    }
    std::string message = simdjson::error_message(error);
    if (!message.empty() && message.back() == '.') message.pop_back();
    // The place may be behind the one counted last.
    scanned_ = line_start_ = 0;
    line_ = 1;
    errors_.Error(PositionOf(at), fmt::format("this is not JSON: {}", message));
    return false;
  }

  std::string_view text_;
  ondemand::parser& parser_;
  RuleErrors& errors_;
  const std::size_t values_max_;
  simdjson::error_code error_ = simdjson::SUCCESS;
  bool said_ = false;
  std::size_t values_ = 0;
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

JsonTree::JsonTree() = default;
JsonTree::~JsonTree() = default;

std::unique_ptr<JsonTree> JsonTree::Parse(std::string_view text, RuleErrors& errors,
                                          std::size_t values_max) {
  std::unique_ptr<JsonTree> tree(new JsonTree);
  tree->storage_ = std::make_unique<Storage>(text);
  Reader reader(*tree->storage_, errors, values_max);
  if (!reader.Read(tree->storage_->json, tree->root_)) return nullptr;
  return tree;
}

std::string_view KindName(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::kNull:
      return "null";
    case JsonNode::Kind::kBool:
      return "true or false";
    case JsonNode::Kind::kNumber:
      return "a number";
    case JsonNode::Kind::kString:
      return "a string";
    case JsonNode::Kind::kArray:
      return "an array";
    case JsonNode::Kind::kObject:
      return "an object";
  }
  return "";
}

std::string ShowPath(const JsonPath& path) {
  if (path.parent == nullptr) return "";
  std::string shown = ShowPath(*path.parent);
  if (path.key.empty()) return shown + fmt::format("[{}]", path.index);
  if (!shown.empty()) shown += '.';
  return shown.append(path.key);
}

}  // namespace wiredesk
