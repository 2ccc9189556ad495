#include "config/setting_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/quantity.h"
#include "config/secret_file.h"
#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::size_t kReferencedBytesMax = std::size_t{64} << 10;
constexpr std::size_t kListItemsMax = 256;
constexpr std::size_t kShownBytesMax = 60;
constexpr std::string_view kReferenceHelp =
    "a reference is {env: NAME}, {env: NAME, default: X} or {file: PATH}";

// The value of key `name` in a map, or nullptr.
const YamlNode* Find(const YamlNode& map, std::string_view name) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == name) return &map.items[i];
  }
  return nullptr;
}

// What is wrong with a value for its bound, for all bounds alike.
template <typename T, typename Bound>
std::string OutOfBounds(const SettingText& value, const T& number, const Bound& bound) {
  if (bound.min == bound.max) return fmt::format("{} is not {}", Shown(value), Describe(bound));
  return fmt::format("{} is {} than allowed; allowed: {}", Shown(value),
                     number < bound.min ? "less" : "more", Describe(bound));
}

}  // namespace

std::string Describe(const IntegerBound& bound) {
  std::string text = bound.min == bound.max ? fmt::format("{}", bound.min)
                                            : fmt::format("{} to {}", bound.min, bound.max);
  if (!bound.unit.empty()) text += fmt::format(" {}", bound.unit);
  if (!bound.zero_word.empty()) text += fmt::format(", or {}", bound.zero_word);
  return text;
}

std::string Describe(const SizeBound& bound) {
  return fmt::format("{} to {}", FormatSize(bound.min), FormatSize(bound.max));
}

std::string Describe(const DurationBound& bound) {
  return fmt::format("{} to {}", FormatDuration(bound.min), FormatDuration(bound.max));
}

std::string Shown(const SettingText& value) {
  if (value.referenced) return "the referenced value";
  if (value.text.size() <= kShownBytesMax) return fmt::format("\"{}\"", value.text);
  return fmt::format("\"{}...\"", WholeCharacters(value.text, kShownBytesMax));
}

SettingReader::SettingReader(SourceReport& report)
    : report_(report), folder_(std::filesystem::path(report.file()).parent_path()) {}

std::string SettingReader::ResolvePath(const std::string& path) const {
  return (folder_ / path).lexically_normal().string();
}

std::optional<std::string> SettingReader::ReadPlain(const YamlNode& node, std::string_view path) {
  if (node.kind == YamlNode::Kind::kScalar) return node.text;
  if (node.kind == YamlNode::Kind::kNull) {
    Error(node.position, path, "there is no value", "an empty text is written \"\"");
  } else {
    Error(node.position, path, fmt::format("must be a single value, not {}", KindName(node.kind)));
  }
  return std::nullopt;
}

std::optional<SettingText> SettingReader::ReadText(const YamlNode& node, std::string_view path) {
  std::optional<SettingText> value;
  if (node.kind == YamlNode::Kind::kMap) {
    value = ResolveReference(node, path);
  } else if (std::optional<std::string> text = ReadPlain(node, path)) {
    value = SettingText{*std::move(text), node.position, false};
  }
  // Much that the values go to ends at a NUL, so that the rest would be lost without a word.
  if (value && value->text.find('\0') != std::string::npos) {
    Error(node.position, path, "the value has a NUL byte in it");
    return std::nullopt;
  }
  return value;
}

std::optional<SettingText> SettingReader::ResolveReference(const YamlNode& node,
                                                           std::string_view path) {
  static constexpr std::array<std::string_view, 3> kKnown = {"env", "file", "default"};
  for (const YamlNode::Key& key : node.keys) {
    if (std::find(kKnown.begin(), kKnown.end(), key.text) != kKnown.end()) continue;
    const std::string nearest = NearestName(key.text, kKnown);
    Error(key.position, path,
          fmt::format("must be a single value or a reference; a reference has no \"{}\"", key.text),
          nearest.empty() ? std::string(kReferenceHelp)
                          : fmt::format("did you mean \"{}\"?", nearest));
    return std::nullopt;
  }
  const YamlNode* const env = Find(node, "env");
  const YamlNode* const file = Find(node, "file");
  const YamlNode* const default_text = Find(node, "default");
  if ((env != nullptr) == (file != nullptr)) {
    Error(node.position, path, "a reference has either env or file", kReferenceHelp);
    return std::nullopt;
  }
  if (env != nullptr) return ResolveEnv(node, *env, default_text, path);
  if (default_text != nullptr) {
    Error(default_text->position, path, "a reference to a file has no default", kReferenceHelp);
    return std::nullopt;
  }
  return ResolveFile(node, *file, path);
}

std::optional<SettingText> SettingReader::ResolveEnv(const YamlNode& reference,
                                                     const YamlNode& name,
                                                     const YamlNode* default_text,
                                                     std::string_view path) {
  const std::optional<std::string> variable = ReadPlain(name, fmt::format("{}.env", path));
  std::optional<std::string> fallback;
  if (default_text != nullptr) {
    fallback = ReadPlain(*default_text, fmt::format("{}.default", path));
    if (!fallback) return std::nullopt;
  }
  if (!variable) return std::nullopt;
  // Settings are loaded before there is any other thread.
  const char* const value = std::getenv(variable->c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value != nullptr) return SettingText{value, reference.position, true};
  if (fallback) return SettingText{*std::move(fallback), reference.position, true};
  Error(name.position, path,
        fmt::format("there is no environment variable {}", Shown({*variable, {}, false})),
        "set it, or give a default: {env: NAME, default: X}");
  return std::nullopt;
}

std::optional<SettingText> SettingReader::ResolveFile(const YamlNode& reference,
                                                      const YamlNode& file, std::string_view path) {
  const std::optional<std::string> name = ReadPlain(file, fmt::format("{}.file", path));
  if (!name) return std::nullopt;
  const std::string resolved = ResolvePath(*name);
  SecretFileFault fault;
  std::optional<std::string> text = ReadSecretFile(resolved, kReferencedBytesMax, fault);
  if (!text) {
    Error(file.position, path, fault.message, fault.help);
    return std::nullopt;
  }
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return SettingText{*std::move(text), reference.position, true};
}

std::optional<std::int64_t> SettingReader::ReadInteger(const YamlNode& node, std::string_view path,
                                                       const IntegerBound& bound) {
  const std::optional<SettingText> value = ReadText(node, path);
  if (!value) return std::nullopt;
  const std::string& text = value->text;
  if (!bound.zero_word.empty() && text == bound.zero_word) return 0;
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::invalid_argument || rest != end) {
    Error(node.position, path,
          fmt::format("{} is not a whole number; allowed: {}", Shown(*value), Describe(bound)));
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range)
    number = text.starts_with('-') ? INT64_MIN : INT64_MAX;
  if (number < bound.min || number > bound.max) {
    Error(node.position, path, OutOfBounds(*value, number, bound));
    return std::nullopt;
  }
  return number;
}

std::optional<std::size_t> SettingReader::ReadSize(const YamlNode& node, std::string_view path,
                                                   const SizeBound& bound) {
  const std::optional<SettingText> value = ReadText(node, path);
  if (!value) return std::nullopt;
  const std::optional<std::size_t> size = ParseSize(value->text);
  if (!size) {
    Error(node.position, path,
          fmt::format("{} is not a size; allowed: {}", Shown(*value), Describe(bound)), kSizeHelp);
    return std::nullopt;
  }
  if (*size < bound.min || *size > bound.max) {
    Error(node.position, path, OutOfBounds(*value, *size, bound));
    return std::nullopt;
  }
  return size;
}

std::optional<std::chrono::milliseconds> SettingReader::ReadDuration(const YamlNode& node,
                                                                     std::string_view path,
                                                                     const DurationBound& bound) {
  const std::optional<SettingText> value = ReadText(node, path);
  if (!value) return std::nullopt;
  const std::optional<std::chrono::milliseconds> duration = ParseDuration(value->text);
  if (!duration) {
    const bool no_unit =
        !value->text.empty() && value->text.find_first_not_of("0123456789") == std::string::npos;
    Error(node.position, path,
          fmt::format("{} {}; allowed: {}", Shown(*value),
                      no_unit ? "has no unit" : "is not a duration", Describe(bound)),
          kDurationHelp);
    return std::nullopt;
  }
  if (*duration < bound.min || *duration > bound.max) {
    Error(node.position, path, OutOfBounds(*value, *duration, bound));
    return std::nullopt;
  }
  return duration;
}

std::optional<std::size_t> SettingReader::ReadChoice(const YamlNode& node, std::string_view path,
                                                     std::span<const std::string_view> names) {
  const std::optional<SettingText> value = ReadText(node, path);
  if (!value) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), value->text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string nearest = value->referenced ? "" : NearestName(value->text, names);
  Error(node.position, path,
        fmt::format("{} is none of the choices: {}", Shown(*value), fmt::join(names, ", ")),
        nearest.empty() ? "" : fmt::format("did you mean \"{}\"?", nearest));
  return std::nullopt;
}

std::optional<std::vector<SettingText>> SettingReader::ReadTexts(const YamlNode& node,
                                                                 std::string_view path) {
  const bool is_list = node.kind == YamlNode::Kind::kList;
  const std::size_t count = is_list ? node.items.size() : 1;
  if (count == 0 || count > kListItemsMax) {
    Error(node.position, path,
          count == 0
              ? "the list is empty"
              : fmt::format("the list has {} items; allowed: 1 to {}", count, kListItemsMax));
    return std::nullopt;
  }
  std::vector<SettingText> values;
  std::set<std::string> seen;
  bool valid = true;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string item_path = is_list ? fmt::format("{}[{}]", path, i) : std::string(path);
    const YamlNode& item = is_list ? node.items[i] : node;
    std::optional<SettingText> value = ReadText(item, item_path);
    std::string_view error;
    if (value && value->text.empty()) error = "must not be empty";
    if (value && !value->text.empty() && !seen.insert(value->text).second) error = "is there twice";
    if (!error.empty()) Error(item.position, item_path, error);
    valid = valid && value && error.empty();
    if (value) values.push_back(*std::move(value));
  }
  if (!valid) return std::nullopt;
  return values;
}

}  // namespace wiredesk
