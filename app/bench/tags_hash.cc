#include "app/bench/tags_hash.h"

#include <simdjson.h>

#include <functional>

namespace wiredesk {

struct TagsHasher::Parser : simdjson::ondemand::parser {};

namespace {

using simdjson::SUCCESS;

// Ids and scores whatever their order: the sum of what each tag gives.
bool AddTag(simdjson::ondemand::value value, std::uint64_t& sum) {
  simdjson::ondemand::object tag;
  std::string_view id;
  std::int64_t score = 0;
  if (value.get_object().get(tag) != SUCCESS) return false;
  if (tag.find_field_unordered("id").get_string().get(id) != SUCCESS) return false;
  std::string text(id);
  if (tag.find_field_unordered("score").get_int64().get(score) != SUCCESS) return false;
  text += '\0' + std::to_string(score);
  sum += std::hash<std::string_view>()(text);
  return true;
}

}  // namespace

TagsHasher::TagsHasher(TagComparison comparison)
    : comparison_(comparison), parser_(std::make_unique<Parser>()) {}

TagsHasher::TagsHasher(TagsHasher&&) noexcept = default;
TagsHasher::~TagsHasher() = default;

std::optional<std::uint64_t> TagsHasher::Hash(std::string_view record) {
  if (comparison_ == TagComparison::kNothing) return 0;
  padded_.assign(record);
  padded_.reserve(padded_.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  simdjson::ondemand::array tags;
  if (parser_->iterate(padded_).get(document) != SUCCESS) return std::nullopt;
  if (document.find_field_unordered("tags").get_array().get(tags) != SUCCESS) return std::nullopt;
  std::size_t count = 0;
  if (tags.count_elements().get(count) != SUCCESS) return std::nullopt;
  tag_count_ = count;
  if (comparison_ == TagComparison::kBytes) {
    std::string_view bytes;
    if (tags.raw_json().get(bytes) != SUCCESS) return std::nullopt;
    return std::hash<std::string_view>()(bytes);
  }
  std::uint64_t sum = count;
  for (auto tag : tags) {
    simdjson::ondemand::value value;
    if (tag.get(value) != SUCCESS || !AddTag(value, sum)) return std::nullopt;
  }
  return sum;
}

}  // namespace wiredesk
