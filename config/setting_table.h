// Every setting, once: reading, the check for unknown keys and the documentation all come from
// here. Constant, any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/setting_reader.h"
#include "config/settings.h"
#include "config/text_form.h"

namespace wiredesk {

// Where in the Settings a value belongs.
template <typename T>
using SettingSlot = T& (*)(Settings&);

struct IntegerSetting {
  SettingSlot<int> slot;
  IntegerBound bound;
};
struct SizeSetting {
  SettingSlot<std::size_t> slot;
  SizeBound bound;
};
struct DurationSetting {
  SettingSlot<std::chrono::milliseconds> slot;
  DurationBound bound;
};
struct ChoiceSetting {
  std::span<const std::string_view> names;
  std::size_t (*get)(Settings&);  // The place in `names`.
  void (*set)(Settings&, std::size_t);
};
struct TextSetting {
  SettingSlot<std::string> slot;
  const TextForm& form;
  bool is_path = false;  // A relative one belongs to the settings file's folder.
};
struct TextsSetting {
  SettingSlot<std::vector<std::string>> slot;
  const TextForm& form;
  bool are_paths = false;  // Relative ones belong to the settings file's folder.
};
// Any further name in place of the path's last part.
struct FurtherFieldSetting {};
struct ThreadsSetting {};  // See ReadThreads().
struct KafkaSetting {};    // See ReadKafka().

struct Setting {
  std::string_view path;  // "input.article_bytes_max"
  std::variant<IntegerSetting, SizeSetting, DurationSetting, ChoiceSetting, TextSetting,
               TextsSetting, FurtherFieldSetting, ThreadsSetting, KafkaSetting>
      kind;
  std::string_view meaning;
  bool required = false;
  std::string_view default_note = {};  // Where the default is not the one of Settings.
};

// The setting that stands for its whole section where that is written as a list or a single value:
// `rules: [a.rules]` is `rules: {packs: [a.rules]}`.
inline constexpr std::string_view kShortSetting = "rules.packs";

// In the order in which they are documented. Sections are next to each other.
std::span<const Setting> SettingTable();

inline constexpr IntegerBound kWidthBound{1, 64, "threads"};

}  // namespace wiredesk
