#include "app/label_map.h"

#include <simdjson.h>

#include <algorithm>

#include "pipeline/compressed_reader.h"

namespace wiredesk {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // The decoder skips it, too.

Diagnostic Fault(Diagnostic::Severity severity, const std::string& path, int line,
                 std::string message) {
  return {severity, path, {line, 0, 1}, std::move(message), {}, {}};
}

}  // namespace

std::optional<LabelMap> LabelMap::Load(const std::string& path, const TopicTree& tree,
                                       Diagnostics& diagnostics) {
  LabelMap map(tree);
  map.is_from_file_ = true;
  bool is_valid = true;
  const auto reader = CompressedReader::Open(path, {});
  absl::Status status = reader.status();
  if (status.ok()) {
    int number = 0;
    for (std::string_view line; (*reader)->ReadLine(line) == CompressedReader::Result::kText;) {
      is_valid &= map.AddLine(line, ++number, path, diagnostics);
    }
    status = (*reader)->status();
  }
  if (!status.ok()) {
    diagnostics.push_back(
        Fault(Diagnostic::Severity::kError, path, 0, std::string(status.message())));
  }
  if (!is_valid || !status.ok()) return std::nullopt;
  return map;
}

bool LabelMap::AddLine(std::string_view line, int number, const std::string& path,
                       Diagnostics& diagnostics) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos || line[0] == '#') return true;
  const std::size_t tab = line.find('\t');
  if (tab == 0 || tab == std::string_view::npos || tab + 1 == line.size()) {
    diagnostics.push_back(
        Fault(Diagnostic::Severity::kError, path, number, "the line is not: label, tab, topic id"));
    return false;
  }
  std::vector<std::uint32_t>& topics = known_[std::string(line.substr(0, tab))];
  std::optional<std::uint32_t> first;
  for (std::string_view rest = line.substr(tab + 1); !rest.empty();) {
    const std::string_view id = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(id.size() + 1, rest.size()));
    const std::optional<std::uint32_t> topic = tree_->Find(id);
    if (!topic) {
      diagnostics.push_back(Fault(Diagnostic::Severity::kWarning, path, number,
                                  "there is no topic " + std::string(id) + " in the packs"));
    } else if (!first) {
      first = topic;
    } else {
      stands_for_.emplace(*topic, *first);
    }
  }
  if (first && std::find(topics.begin(), topics.end(), *first) == topics.end()) {
    topics.push_back(*first);
  }
  return true;
}

std::vector<std::uint32_t> LabelMap::StandsFor(std::uint32_t topic) const {
  std::vector<std::uint32_t> firsts;
  const auto [begin, end] = stands_for_.equal_range(topic);
  for (auto found = begin; found != end; ++found) firsts.push_back(found->second);
  return firsts;
}

const std::vector<std::uint32_t>& LabelMap::TopicsOf(std::string_view label) {
  const auto found = known_.find(label);
  if (found != known_.end()) return found->second;
  std::vector<std::uint32_t> topics;
  if (!is_from_file_) {
    if (const auto topic = tree_->Find(label)) {
      topics = {*topic};
    } else {
      topics = tree_->FindLabel(label);
    }
  }
  return known_.emplace(label, std::move(topics)).first->second;
}

std::optional<std::vector<std::string>> ArticleLabels(std::string_view json,
                                                      std::string_view member) {
  thread_local simdjson::ondemand::parser parser;
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  simdjson::ondemand::value value;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
      document.get_object().get(object) != simdjson::SUCCESS ||
      object.find_field_unordered(member).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    return std::vector<std::string>{std::string(text)};
  }
  simdjson::ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return std::nullopt;
  std::vector<std::string> labels;
  for (auto entry : array) {
    if (entry.get_string().get(text) == simdjson::SUCCESS) labels.emplace_back(text);
  }
  return labels;
}

}  // namespace wiredesk
