// A lane's sink for people: tagged articles with their evidence highlighted, on a terminal.
#pragma once

#include <cstdint>
#include <vector>

#include "app/pretty.h"
#include "pipeline/io.h"

namespace wiredesk {

// Prints to standard output; dead letters as a line that says why. Needs output records of the form
// `tags`.
class PrettySink final : public Sink {
 public:
  // `source` hears of each delivery, and must outlive the sink.
  PrettySink(Source& source, const Terminal& terminal) : source_(source), terminal_(terminal) {}

  bool Send(Batch& batch) override;
  int Poll() override;
  std::size_t in_flight() const override { return printed_.size(); }
  absl::Status status() const override { return status_; }

 private:
  void Print(const Article& article);

  Source& source_;
  const Terminal terminal_;
  std::vector<std::uint64_t> printed_;  // Handles to report on.
  absl::Status status_;
};

}  // namespace wiredesk
