// Whether the outputs of a run are those that they must be: each input has one, its own, with the
// right tags. Knows no Kafka. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "app/bench/bench_reference.h"

namespace wiredesk {

// An input's key is its number in the run, in decimal, and its output has the same key.
class OutputCheck {
 public:
  // `inputs`: how many the run may have at most. `reference` outlives this.
  OutputCheck(const BenchReference& reference, std::uint64_t inputs);

  // An output or dead letter. The input's number, if it is the first for that.
  std::optional<std::uint64_t> Take(std::string_view key, std::string_view value,
                                    bool is_dead_letter);

  std::uint64_t received() const { return received_; }  // Inputs that have an output.

  // OK, or kDataLoss with all that is wrong when the first `sent` inputs were sent and everything
  // was read that was written.
  absl::Status Verdict(std::uint64_t sent) const;

 private:
  struct Fault {
    std::uint64_t count = 0;
    std::string first;  // The key of one.
    void Add(std::string_view key) {
      if (count++ == 0) first = key;
    }
  };

  bool IsRight(std::uint64_t number, std::string_view value, bool is_dead_letter);
  Fault Lost(std::uint64_t sent) const;

  const BenchReference& reference_;
  TagsHasher hasher_;
  std::vector<bool> is_refused_;  // By article of the feed.
  std::vector<bool> seen_;        // By number.
  std::uint64_t received_ = 0;
  Fault doubled_;
  Fault wrong_;
  Fault strange_;
};

}  // namespace wiredesk
