#include "config/yaml_tree.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;
constexpr std::size_t kLevelsMax = 16;
constexpr std::size_t kNodesMax = 50'000;
// The library's time grows much faster than the number of open brackets does.
constexpr std::ptrdiff_t kBracketsMax = 4096;

// Bytes to underline for a scalar, given what stands from its place on: its part of the first line.
int LengthInLine(std::string_view rest, std::string_view text) {
  constexpr std::size_t kUnderlinedMax = 256;  // Longer ones are cut in print.
  rest = rest.substr(0, kUnderlinedMax);
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  if (rest.empty()) return 1;
  if (rest[0] == '"' || rest[0] == '\'') {
    const std::size_t end = rest.find(rest[0], 1);
    return static_cast<int>(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return rest.starts_with(text) ? std::max(static_cast<int>(text.size()), 1) : 1;
}

// Stops the parser where going on would be pointless or unsafe; it offers no other way than
// throwing.
struct Refusal {
  YAML::Mark mark;
  std::string message;
};

// Builds the tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(SourceReport& report) : report_(report) {}

  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { RefuseAnchor(mark); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckPlain(mark, "", anchor);
    Put(mark, {YamlNode::Kind::kNull, {}, {}, {}, PositionOf(mark, {})});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckPlain(mark, tag, anchor);
    Put(mark, {YamlNode::Kind::kScalar, value, {}, {}, PositionOf(mark, value)});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckPlain(mark, tag, anchor);
    Open(mark, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckPlain(mark, tag, anchor);
    Open(mark, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A list or map that is still open.
  struct Frame {
    YamlNode node;
    YAML::Mark mark;
    std::unordered_map<std::string, int> lines;  // kMap: where each key is.
    bool is_key_twice = false;                   // The value to come belongs to a key seen before.
    bool expects_key() const {
      return node.kind == YamlNode::Kind::kMap && node.keys.size() == node.items.size() &&
             !is_key_twice;
    }
  };

  [[noreturn]] static void Refuse(const YAML::Mark& mark, const std::string& message) {
    throw Refusal{mark, message};
  }
  [[noreturn]] static void RefuseAnchor(const YAML::Mark& mark) {
    Refuse(mark, "anchors (&name) and aliases (*name) are not supported");
  }

  void CheckPlain(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) {
    if (anchor != 0) RefuseAnchor(mark);
    // "?" is the parser's mark for a plain value, "!" for a quoted one.
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "tags (!name) are not supported");
    if (++node_count_ > kNodesMax) {
      Refuse(mark, fmt::format("there are more than {} values", kNodesMax));
    }
  }

  SourcePosition PositionOf(const YAML::Mark& mark, std::string_view text) const {
    const std::size_t at = static_cast<std::size_t>(std::max(mark.pos, 0));
    const std::string_view rest = report_.text().substr(std::min(at, report_.text().size()));
    return {mark.line + 1, mark.column + 1, LengthInLine(rest, text)};
  }

  void Open(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (!frames_.empty() && frames_.back().expects_key()) RefuseKey(mark);
    if (frames_.size() == kLevelsMax) {
      Refuse(mark, fmt::format("nested deeper than {} levels", kLevelsMax));
    }
    frames_.push_back({{kind, {}, {}, {}, PositionOf(mark, {})}, mark, {}, false});
  }

  void Close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Put(frame.mark, std::move(frame.node));
  }

  // A whole value, for whatever is open; or a key, if a map expects one.
  void Put(const YAML::Mark& mark, YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.expects_key()) {
      PutKey(mark, std::move(node));
    } else if (frame.is_key_twice) {
      frame.is_key_twice = false;
    } else {
      frame.node.items.push_back(std::move(node));
    }
  }

  void PutKey(const YAML::Mark& mark, YamlNode node) {
    if (node.kind != YamlNode::Kind::kScalar) RefuseKey(mark);
    Frame& frame = frames_.back();
    const auto [seen, is_new] = frame.lines.try_emplace(node.text, node.position.line);
    if (is_new) {
      frame.node.keys.push_back({std::move(node.text), node.position});
      return;
    }
    report_.Error(node.position, PathOf(node.text),
                  fmt::format("set twice, first in line {}", seen->second));
    frame.is_key_twice = true;
  }

  [[noreturn]] static void RefuseKey(const YAML::Mark& mark) {
    Refuse(mark, "a key must be a name");
  }

  // The path of key `key` in the innermost map.
  std::string PathOf(std::string_view key) const {
    std::string path;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
      const YamlNode& node = frames_[i].node;
      if (node.kind == YamlNode::Kind::kList) path += fmt::format("[{}]", node.items.size());
      if (node.kind == YamlNode::Kind::kMap && !node.keys.empty()) {
        if (!path.empty()) path += '.';
        path += node.keys.back().text;
      }
    }
    if (!path.empty()) path += '.';
    return path + std::string(key);
  }

  SourceReport& report_;
  std::vector<Frame> frames_;
  YamlNode root_;
  std::size_t node_count_ = 0;
};

// Where byte `at` is.
SourcePosition PositionAt(std::string_view text, std::size_t at, std::size_t length) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_end = before.rfind('\n');
  const std::size_t column = line_end == std::string_view::npos ? at : at - line_end - 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(column) + 1, static_cast<int>(length)};
}

bool CheckText(SourceReport& report) {
  if (report.text().size() > kTextBytesMax) {
    report.SyntaxError({}, fmt::format("the file has more than {} bytes", kTextBytesMax));
    return false;
  }
  const std::string_view text = report.text();
  if (std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{') >
      kBracketsMax) {
    report.SyntaxError({}, fmt::format("the file has more than {} brackets", kBracketsMax));
    return false;
  }
  const std::optional<TextFault> fault = FindTextFault(report.text());
  if (!fault) return true;
  report.SyntaxError(
      PositionAt(report.text(), fault->offset, fault->length),
      fault->kind == TextFault::Kind::kInvalidUtf8 ? "not valid UTF-8" : "a control character");
  return false;
}

// The library does not say so when this is what troubles it.
bool IsIndentedByTabs(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// The library's marks count from 0; -1 means that it does not know.
SourcePosition PositionOf(const YAML::Mark& mark) {
  if (mark.line < 0) return {};
  return {mark.line + 1, mark.column + 1, 1};
}

}  // namespace

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "empty";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "";
}

std::optional<YamlNode> ParseYaml(SourceReport& report) {
  if (!CheckText(report)) return std::nullopt;
  try {
    TreeBuilder builder(report);
    std::istringstream stream{std::string(report.text())};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return YamlNode{};
    TreeBuilder second(report);
    if (parser.HandleNextDocument(second)) {
      report.SyntaxError(second.TakeRoot().position, "a second document in the file",
                         "settings are one document: take out the line ---");
    }
    return builder.TakeRoot();
  } catch (const Refusal& refusal) {
    report.SyntaxError(PositionOf(refusal.mark), refusal.message);
  } catch (const YAML::Exception& error) {
    const SourcePosition position = PositionOf(error.mark);
    report.SyntaxError(position, "not valid YAML: " + error.msg,
                       IsIndentedByTabs(report.LineAt(position.line))
                           ? "YAML is indented by spaces, not by tabs"
                           : "");
  } catch (const std::exception& error) {
    report.SyntaxError({}, fmt::format("not valid YAML: {}", error.what()));
  }
  return std::nullopt;
}

}  // namespace wiredesk
