#include "config/pack_source.h"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "config/file_text.h"
#include "config/rule_parser.h"

namespace wiredesk {

std::vector<PackSource> ReadPackFiles(std::span<const std::string> paths,
                                      Diagnostics& diagnostics) {
  std::vector<PackSource> sources;
  for (const std::string& path : paths) {
    std::string error;
    std::optional<std::string> text = ReadFileText(path, kPackBytesMax, error);
    if (text) {
      sources.push_back({path, *std::move(text)});
      continue;
    }
    diagnostics.push_back({Diagnostic::Severity::kError,
                           path,
                           {},
                           fmt::format("can't read this rule pack: {}", error),
                           {},
                           {}});
  }
  return sources;
}

std::vector<RulePack> ParsePacks(std::span<const PackSource> sources, Diagnostics& diagnostics) {
  std::set<std::string_view> replaced;
  for (const PackSource& source : sources) {
    if (!source.key.empty()) replaced.insert(source.key);
  }
  std::vector<RulePack> packs;
  for (const PackSource& source : sources) {
    // What came over a network reads no files here.
    const ListFiles list_files = source.key.empty() ? ListFiles::kRead : ListFiles::kRefuse;
    std::optional<RulePack> pack = ParseRulePack(source.text, source.file, diagnostics, list_files);
    if (!pack) continue;
    if (source.key.empty() && replaced.contains(pack->name)) continue;
    if (!source.key.empty() && source.key != pack->name) {
      diagnostics.push_back({Diagnostic::Severity::kError,
                             source.file,
                             {},
                             fmt::format("the pack is called \"{}\", its record's key is \"{}\"",
                                         pack->name, source.key),
                             "a record's key in the rules' topic is the name of its pack",
                             {}});
    }
    packs.push_back(*std::move(pack));
  }
  return packs;
}

}  // namespace wiredesk
