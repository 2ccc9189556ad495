// The articles that a benchmark sends: those of files, or made from their text in a given size.
// They are held in memory, so that reading them costs nothing while it is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wiredesk {

// Different articles. A run sends them again and again: article i is At(i).
class BenchFeed {
 public:
  // All of `files` (those of `wiredesk feed`), up to 512 MiB. An error if there is none.
  static absl::StatusOr<BenchFeed> Load(const std::vector<std::string>& files);

  // JSON articles of about `bytes` each out of the words of this feed, one after the other.
  BenchFeed OfSize(std::size_t bytes) const;

  // Leaves out the articles whose numbers are given, in ascending order.
  void Drop(const std::vector<std::size_t>& numbers);

  std::size_t size() const { return articles_.size(); }
  std::string_view operator[](std::size_t index) const { return articles_[index]; }
  std::string_view At(std::uint64_t number) const { return articles_[number % size()]; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void Add(std::string article);

  std::vector<std::string> articles_;
  std::uint64_t bytes_ = 0;
};

}  // namespace wiredesk
