// The documentation of the settings, from the table that they are read by.
#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/kafka_properties.h"
#include "config/quantity.h"
#include "config/setting_table.h"
#include "config/settings.h"

namespace wiredesk {
namespace {

constexpr std::size_t kLineWidth = 96;
constexpr std::string_view kIndent = "    ";

struct Columns {
  std::string type;
  std::string default_text;
  std::string bound;
};

std::string OrNone(const std::string& text) { return text.empty() ? "\"\"" : text; }

std::string DescribeThreads(const RuntimeSettings& runtime) {
  std::vector<std::string> groups;
  for (const RuntimeSettings::StageGroup& group : runtime.threads) {
    groups.push_back(fmt::format("[{}]", fmt::join(group.stages, ", ")));
  }
  return fmt::format("[{}]", fmt::join(groups, ", "));
}

// Type with unit, default and bound of one setting, by its kind.
class ColumnsVisitor {
 public:
  explicit ColumnsVisitor(Settings& defaults) : defaults_(defaults) {}

  Columns operator()(const IntegerSetting& kind) const {
    const int value = kind.slot(defaults_);
    const bool is_word = value == 0 && !kind.bound.zero_word.empty();
    return {"number", is_word ? std::string(kind.bound.zero_word) : fmt::format("{}", value),
            Describe(kind.bound)};
  }
  Columns operator()(const SizeSetting& kind) const {
    return {"size, bytes", FormatSize(kind.slot(defaults_)), Describe(kind.bound)};
  }
  Columns operator()(const DurationSetting& kind) const {
    return {"duration", FormatDuration(kind.slot(defaults_)), Describe(kind.bound)};
  }
  Columns operator()(const ChoiceSetting& kind) const {
    return {"word", std::string(kind.names[kind.get(defaults_)]),
            fmt::format("{}", fmt::join(kind.names, ", "))};
  }
  Columns operator()(const TextSetting& kind) const {
    return {std::string(kind.form.type), OrNone(kind.slot(defaults_)),
            std::string(kind.form.bound)};
  }
  Columns operator()(const TextsSetting& kind) const {
    return {std::string(kind.form.type), "[]", std::string(kind.form.bound)};
  }
  Columns operator()(const FurtherFieldSetting&) const {
    return {std::string(kPointerForm.type), "none",
            fmt::format("NAME: a letter, then letters, digits, _ or -, up to 64; {}",
                        kPointerForm.bound)};
  }
  Columns operator()(const ThreadsSetting&) const {
    return {"list of groups", DescribeThreads(defaults_.runtime),
            fmt::format("{}, in this order; width: {}", fmt::join(kStageNames, ", "),
                        Describe(kWidthBound))};
  }
  Columns operator()(const KafkaSetting&) const {
    return {"map", "{}", "what librdkafka knows, without the properties below"};
  }

 private:
  Settings& defaults_;
};

// `text` in lines of at most kLineWidth characters, each indented.
std::string Wrap(std::string_view text) {
  std::string wrapped;
  std::size_t width = kLineWidth;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (width + 1 + word.size() > kLineWidth) {
      if (!wrapped.empty()) wrapped += '\n';
      wrapped += kIndent;
      width = kIndent.size();
    } else {
      wrapped += ' ';
      ++width;
    }
    wrapped += word;
    width += word.size();
  }
  return wrapped + "\n";
}

std::string DescribeSetting(const Setting& setting, Settings& defaults) {
  Columns columns = std::visit(ColumnsVisitor(defaults), setting.kind);
  if (!setting.default_note.empty()) columns.default_text = setting.default_note;
  const std::string default_text =
      setting.required ? "required" : fmt::format("default: {}", columns.default_text);
  return fmt::format("{}  ({})\n", setting.path, columns.type) + Wrap(setting.meaning) +
         Wrap(fmt::format("{}; allowed: {}", default_text, columns.bound));
}

}  // namespace

std::string DescribeSettings() {
  Settings defaults;
  std::string text;
  for (const Setting& setting : SettingTable()) text += DescribeSetting(setting, defaults);
  text += "\nKafka properties that can't be set, and what to do instead:\n";
  for (const OwnedKafkaProperty& owned : OwnedKafkaProperties()) {
    text += fmt::format("{}\n", owned.name) + Wrap(owned.instead);
  }
  return text;
}

}  // namespace wiredesk
