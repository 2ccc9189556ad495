#include "stages/compiled_rules.h"

#include <unicode/uchar.h>

#include <cstring>
#include <type_traits>

#include "config/check.h"

namespace wiredesk {

namespace {

// Part of every hash: to be raised when the same packs would tag differently.
constexpr std::string_view kSemanticsVersion = "2";

// FNV-1a over words of 8 bytes and then whatever is left, of parts with their lengths, so that no
// two lists of parts read the same.
class Hasher {
 public:
  void Add(std::string_view part) {
    AddWord(part.size());
    for (; part.size() >= 8; part.remove_prefix(8)) {
      std::uint64_t word;
      std::memcpy(&word, part.data(), sizeof word);
      AddWord(word);
    }
    for (const char c : part) AddWord(static_cast<unsigned char>(c));
  }
  std::string Hex() const {
    std::string hex(16, '0');
    for (std::size_t i = 0; i < 16; ++i) {
      hex[i] = "0123456789abcdef"[(state_ >> (60 - 4 * i)) & 15];
    }
    return hex;
  }

 private:
  void AddWord(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x100000001b3;
    state_ ^= state_ >> 29;  // A multiplication only carries upwards.
  }
  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace

CompiledRules::CompiledRules(RuleTables tables, std::vector<NodeSource> sources)
    : tables_(std::move(tables)), sources_(std::move(sources)) {
  parents_.reserve(tables_.parents.size());
  for (const TextId parent : tables_.parents) parents_.push_back(text(parent));
  topics_.reserve(tables_.topics.size());
  for (std::size_t i = 0; i < tables_.topics.size(); ++i) {
    const TopicRecord& record = tables_.topics[i];
    topics_.push_back({text(record.id), text(record.label),
                       std::span(parents_).subspan(record.first_parent, record.parent_count),
                       text(tables_.packs[record.pack].name), tables_.rules[i].need,
                       record.hits_max, record.snippet_bytes,
                       static_cast<TopicState>(record.state)});
  }
  field_names_.assign(std::begin(kFieldNames), std::end(kFieldNames));
  for (const TextId name : tables_.further_fields) field_names_.push_back(text(name));
  WIREDESK_CHECK(field_names_.size() < kLeadField);
  all_fields_ = (FieldMask{1} << kLeadField) | ((FieldMask{1} << field_names_.size()) - 1);
  hash_ = Hash();
}

std::string_view CompiledRules::FieldName(FieldId field) const {
  if (field == kLeadField) return "lead";
  return field < field_names_.size() ? field_names_[field] : std::string_view("unknown");
}

std::vector<LiteralPattern> CompiledRules::literals() const {
  std::vector<LiteralPattern> patterns;
  patterns.reserve(tables_.literals.size());
  for (const LiteralRecord& literal : tables_.literals) {
    patterns.push_back(
        {std::string(text(literal.text)), literal.token_count, literal.is_prefix != 0});
  }
  return patterns;
}

std::vector<std::string> CompiledRules::regexes() const {
  std::vector<std::string> regexes;
  for (const TextId regex : tables_.regexes) regexes.emplace_back(text(regex));
  return regexes;
}

std::string CompiledRules::Hash() const {
  Hasher hasher;
  hasher.Add(kSemanticsVersion);
  hasher.Add(U_UNICODE_VERSION);
  RuleTables::ForEach(tables_, [&hasher]<typename T>(const std::vector<T>& table) {
    // Every byte is part of a value.
    static_assert(std::has_unique_object_representations_v<T> || std::is_same_v<T, MetadataTest> ||
                  std::is_same_v<T, LiteralRecord>);
    hasher.Add({reinterpret_cast<const char*>(table.data()), table.size() * sizeof(T)});
  });
  return hasher.Hex();
}

}  // namespace wiredesk
