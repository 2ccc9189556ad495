#include "config/settings.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/file_text.h"
#include "config/rule_words.h"
#include "config/setting_checks.h"
#include "config/setting_reader.h"
#include "config/setting_sections.h"
#include "config/setting_table.h"
#include "config/source_report.h"
#include "config/yaml_tree.h"

namespace wiredesk {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

// What keeps `name` from being a further field's, or nothing.
std::string FurtherFieldFault(std::string_view name, const Settings& settings) {
  constexpr std::size_t kNameBytesMax = 64;
  if (name.size() > kNameBytesMax || !IsRuleName(name)) {
    return "a field's name is a letter, then letters, digits, _ or -, up to 64";
  }
  if (IsBuiltInField(name) || IsMetadataName(name) || !IsFieldName(name)) {
    return "this is a word of the rule language: choose another name";
  }
  if (settings.decode.fields.further.size() == kFurtherFieldsMax) {
    return "there are 16 further fields already";
  }
  return {};
}

// Reads one setting into the Settings, by its kind.
class SettingVisitor {
 public:
  SettingVisitor(SettingReader& reader, SettingPlaces& places, const YamlNode& node,
                 std::string_view path, Settings& settings)
      : reader_(reader), places_(places), node_(node), path_(path), settings_(settings) {}

  void operator()(const IntegerSetting& kind) {
    const auto value = reader_.ReadInteger(node_, path_, kind.bound);
    if (value) kind.slot(settings_) = static_cast<int>(*value);
  }
  void operator()(const SizeSetting& kind) {
    if (const auto value = reader_.ReadSize(node_, path_, kind.bound))
      kind.slot(settings_) = *value;
  }
  void operator()(const DurationSetting& kind) {
    const auto value = reader_.ReadDuration(node_, path_, kind.bound);
    if (value) kind.slot(settings_) = *value;
  }
  void operator()(const ChoiceSetting& kind) {
    if (const auto place = reader_.ReadChoice(node_, path_, kind.names))
      kind.set(settings_, *place);
  }
  void operator()(const TextSetting& kind) {
    if (kind.form.may_be_null && node_.kind == YamlNode::Kind::kNull) {
      kind.slot(settings_).clear();
      return;
    }
    const auto value = reader_.ReadText(node_, path_);
    if (!value || !CheckForm(kind.form, *value, path_)) return;
    kind.slot(settings_) = kind.is_path ? reader_.ResolvePath(value->text) : value->text;
  }
  void operator()(const TextsSetting& kind) {
    const auto values = reader_.ReadTexts(node_, path_);
    if (!values) return;
    const bool is_list = node_.kind == YamlNode::Kind::kList;
    for (std::size_t i = 0; i < values->size(); ++i) {
      const SettingText& value = (*values)[i];
      const std::string item_path = is_list ? fmt::format("{}[{}]", path_, i) : std::string(path_);
      if (!CheckForm(kind.form, value, item_path)) continue;
      kind.slot(settings_).push_back(kind.are_paths ? reader_.ResolvePath(value.text) : value.text);
      places_[item_path] = value.position;
    }
  }
  void operator()(const FurtherFieldSetting&) {
    const std::string_view name = path_.substr(path_.rfind('.') + 1);
    if (const std::string fault = FurtherFieldFault(name, settings_); !fault.empty()) {
      reader_.Error(node_.position, path_, fault);
      return;
    }
    if (node_.kind == YamlNode::Kind::kNull) return;
    const auto value = reader_.ReadText(node_, path_);
    if (!value || !CheckForm(kPointerForm, *value, path_) || value->text.empty()) return;
    settings_.decode.fields.further.push_back({std::string(name), value->text});
  }
  void operator()(const ThreadsSetting&) { ReadThreads(reader_, node_, settings_.runtime); }
  void operator()(const KafkaSetting&) { ReadKafka(reader_, node_, settings_.kafka); }

 private:
  bool CheckForm(const TextForm& form, const SettingText& value, std::string_view path) {
    const std::optional<std::string> fault = form.find_fault(value.text);
    if (!fault) return true;
    // A fault names the value's own characters only where the value may be shown.
    reader_.Error(value.position, path,
                  fmt::format("{} {}; allowed: {}", Shown(value), *fault, form.bound));
    return false;
  }

  SettingReader& reader_;
  SettingPlaces& places_;
  const YamlNode& node_;
  std::string_view path_;
  Settings& settings_;
};

// The name after `section` ("" or "input.") in a path of the table, or "" if it is not in there.
std::string_view NameIn(std::string_view path, std::string_view section) {
  if (!path.starts_with(section)) return {};
  const std::string_view rest = path.substr(section.size());
  return rest.substr(0, rest.find('.'));
}

std::string UnknownHelp(std::string_view name, std::string_view section) {
  std::vector<std::string_view> known;
  for (const Setting& setting : SettingTable()) {
    const std::string_view candidate = NameIn(setting.path, section);
    const bool is_new = known.empty() || known.back() != candidate;
    if (!candidate.empty() && is_new) known.push_back(candidate);
  }
  const std::string nearest = NearestName(name, known);
  if (!nearest.empty()) return fmt::format("did you mean \"{}{}\"?", section, nearest);
  for (const Setting& setting : SettingTable()) {
    if (setting.path.ends_with(fmt::format(".{}", name))) {
      return fmt::format("did you mean \"{}\"?", setting.path);
    }
  }
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

bool IsReference(const YamlNode& node) {
  return std::any_of(node.keys.begin(), node.keys.end(), [](const YamlNode::Key& key) {
    return key.text == "env" || key.text == "file";
  });
}

constexpr std::string_view kFieldsSection = "input.fields.";

bool IsNearKnownField(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Setting& setting : SettingTable()) {
    const bool is_ours = !std::holds_alternative<FurtherFieldSetting>(setting.kind);
    if (is_ours && setting.path.starts_with(kFieldsSection)) {
      known.push_back(setting.path.substr(kFieldsSection.size()));
    }
  }
  return !NearestName(name, known).empty();
}

// Walks a file's tree along the table.
class SettingWalk {
 public:
  SettingWalk(SettingReader& reader, Settings& settings) : reader_(reader), settings_(settings) {}

  const SettingPlaces& places() const { return places_; }

  // The map of a section; `prefix` is "" or ends with a point. Recursion ends with the table's
  // paths, which have three parts at most.
  void ReadSection(const YamlNode& node, const std::string& prefix) {
    if (node.kind == YamlNode::Kind::kNull) return;
    if (node.kind != YamlNode::Kind::kMap) {
      const std::string path = prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
      reader_.Error(node.position, path,
                    fmt::format("must be a map of settings, not {}", KindName(node.kind)));
      return;
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      ReadEntry(node.keys[i], node.items[i], prefix);
    }
  }

  void ReportMissing(const SourcePosition& root) {
    for (const Setting& setting : SettingTable()) {
      if (!setting.required || places_.contains(setting.path)) continue;
      const std::size_t point = setting.path.find('.');
      const auto section = places_.find(setting.path.substr(0, point));
      const bool has_section = point != std::string_view::npos && section != places_.end();
      reader_.Error(has_section ? section->second : root, setting.path,
                    "is missing, and has no default", setting.meaning);
    }
  }

 private:
  void ReadEntry(const YamlNode::Key& key, const YamlNode& value, const std::string& prefix) {
    const std::string path = prefix + key.text;
    const std::span<const Setting> table = SettingTable();
    if (path == kShortSetting.substr(0, kShortSetting.find('.')) &&
        (value.kind != YamlNode::Kind::kMap || IsReference(value))) {
      ReadSetting(*std::find_if(table.begin(), table.end(),
                                [](const Setting& s) { return s.path == kShortSetting; }),
                  path, value);
      return;
    }
    const auto setting =
        std::find_if(table.begin(), table.end(),
                     [&path](const Setting& candidate) { return candidate.path == path; });
    if (setting != table.end()) {
      ReadSetting(*setting, path, value);
      return;
    }
    // A name that is nearly one of ours is more likely a slip than a field of the user's.
    if (prefix == kFieldsSection && !IsNearKnownField(key.text)) {
      places_[path] = key.position;
      SettingVisitor(reader_, places_, value, path, settings_)(FurtherFieldSetting{});
      return;
    }
    const std::string section = path + ".";
    const bool is_section = std::any_of(table.begin(), table.end(), [&](const Setting& candidate) {
      return candidate.path.starts_with(section);
    });
    if (is_section) {
      places_[path] = key.position;
      ReadSection(value, section);
      return;
    }
    reader_.Error(key.position, path, "unknown setting", UnknownHelp(key.text, prefix));
  }

  // `path` as it stands in the file, where a short form has another than the setting.
  void ReadSetting(const Setting& setting, const std::string& path, const YamlNode& value) {
    places_[path] = value.position;
    places_[std::string(setting.path)] = value.position;
    std::visit(SettingVisitor(reader_, places_, value, path, settings_), setting.kind);
  }

  SettingReader& reader_;
  Settings& settings_;
  SettingPlaces places_;
};

std::string_view WithoutByteOrderMark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

}  // namespace

std::optional<Settings> ParseSettings(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics) {
  const std::size_t diagnostics_before = diagnostics.size();
  SourceReport report(file, WithoutByteOrderMark(text), diagnostics);
  const std::optional<YamlNode> root = ParseYaml(report);
  if (!root) return std::nullopt;
  SettingReader reader(report);
  Settings settings;
  SettingWalk walk(reader, settings);
  walk.ReadSection(*root, "");
  const bool is_map = root->kind == YamlNode::Kind::kMap;
  if (is_map || root->kind == YamlNode::Kind::kNull) {
    walk.ReportMissing(is_map ? root->position : SourcePosition{1, 1, 1});
    CheckTogether(reader, walk.places(), settings);
  }
  if (report.error_count() == 0) return settings;
  // From the top of the file down, whatever the order in which they were found.
  const auto ours = diagnostics.begin() + static_cast<std::ptrdiff_t>(diagnostics_before);
  std::stable_sort(ours, diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.position.line, a.position.column) <
           std::pair(b.position.line, b.position.column);
  });
  return std::nullopt;
}

std::optional<Settings> LoadSettings(const std::string& path, Diagnostics& diagnostics) {
  std::string error;
  const std::optional<std::string> text = ReadFileText(path, kFileBytesMax, error);
  if (text) return ParseSettings(*text, path, diagnostics);
  diagnostics.push_back({Diagnostic::Severity::kError,
                         path,
                         {},
                         fmt::format("can't read the settings: {}", error),
                         {},
                         {}});
  return std::nullopt;
}

}  // namespace wiredesk
