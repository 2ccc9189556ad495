// What two output records must agree in. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wiredesk {

enum class TagComparison {
  kBytes,         // Of the member "tags": ids, labels, scores, evidence, order.
  kIdsAndScores,  // In any order: what other programs shall give as well.
  kNothing,       // Any bytes will do: every hash is 0.
};

// A hash of the tags of an output record (docs/RECORDS.md); none if it is not one.
class TagsHasher {
 public:
  explicit TagsHasher(TagComparison comparison);
  TagsHasher(TagsHasher&&) noexcept;
  ~TagsHasher();

  std::optional<std::uint64_t> Hash(std::string_view record);
  // Of the last record.
  std::size_t tag_count() const { return tag_count_; }

 private:
  struct Parser;
  TagComparison comparison_;
  std::unique_ptr<Parser> parser_;
  std::string padded_;
  std::size_t tag_count_ = 0;
};

}  // namespace wiredesk
