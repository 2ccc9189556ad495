// Reads values of a settings file by type. Each function returns nothing and reports the error,
// with its place and the path of the key, if the value is not what it has to be.
//
// Any single value may be a reference: {env: NAME}, {env: NAME, default: X} or {file: PATH}. It is
// resolved here, so that its text is typed as if it stood in the file; it is never shown. One
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/source_report.h"
#include "config/yaml_tree.h"

namespace wiredesk {

// A single value with its reference resolved.
struct SettingText {
  std::string text;
  SourcePosition position;
  bool referenced = false;  // Not to be shown.
};

// Both ends are allowed. `unit` says what is counted. `zero_word`, if any, may be written for 0,
// which then need not be in bounds.
struct IntegerBound {
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view unit = {};
  std::string_view zero_word = {};
};
struct SizeBound {
  std::size_t min = 0;
  std::size_t max = 0;
};
struct DurationBound {
  std::chrono::milliseconds min{0};
  std::chrono::milliseconds max{0};
};

// "1 to 256 lanes, or auto"; "1KiB to 64MiB".
std::string Describe(const IntegerBound& bound);
std::string Describe(const SizeBound& bound);
std::string Describe(const DurationBound& bound);

class SettingReader {
 public:
  // Relative paths are resolved by the folder of the report's file. `report` must outlive the
  // reader.
  explicit SettingReader(SourceReport& report);

  std::optional<SettingText> ReadText(const YamlNode& node, std::string_view path);
  std::optional<std::int64_t> ReadInteger(const YamlNode& node, std::string_view path,
                                          const IntegerBound& bound);
  std::optional<std::size_t> ReadSize(const YamlNode& node, std::string_view path,
                                      const SizeBound& bound);
  std::optional<std::chrono::milliseconds> ReadDuration(const YamlNode& node, std::string_view path,
                                                        const DurationBound& bound);
  // The place of the value in `names`.
  std::optional<std::size_t> ReadChoice(const YamlNode& node, std::string_view path,
                                        std::span<const std::string_view> names);
  // A single value or a list of 1 to 256 different ones, none of them empty.
  std::optional<std::vector<SettingText>> ReadTexts(const YamlNode& node, std::string_view path);

  void Error(const SourcePosition& position, std::string_view path, std::string_view message,
             std::string_view help = {}) {
    report_.Error(position, path, message, help);
  }

  // `path` as it is to be opened.
  std::string ResolvePath(const std::string& path) const;

 private:
  std::optional<SettingText> ResolveReference(const YamlNode& node, std::string_view path);
  std::optional<SettingText> ResolveEnv(const YamlNode& reference, const YamlNode& name,
                                        const YamlNode* default_text, std::string_view path);
  std::optional<SettingText> ResolveFile(const YamlNode& reference, const YamlNode& file,
                                         std::string_view path);
  std::optional<std::string> ReadPlain(const YamlNode& node, std::string_view path);

  SourceReport& report_;
  std::filesystem::path folder_;
};

// The value in quotes, as far as it may be shown: "\"12 parsecs\"" or "the referenced value".
std::string Shown(const SettingText& value);

}  // namespace wiredesk
