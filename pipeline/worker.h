// One thread's share of a lane's work: the stages of its group, on every k-th batch.
//
// A group of width k deals batches to its workers in turn: worker i gets those with sequence
// i, i + k, i + 2k, … So each knows which batch it must take next and from which sender, and the
// order of intake is kept although the workers run side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/batch_link.h"
#include "pipeline/doorbell.h"
#include "stages/stage.h"

namespace wiredesk {

class Worker {
 public:
  // Worker `index` of a group of `width`.
  Worker(std::vector<std::unique_ptr<Stage>> stages, std::size_t index, std::size_t width)
      : stages_(std::move(stages)), width_(width), next_(index) {}

  // At start, by the lane: a link from every worker of the group before, and one to every worker of
  // the group behind, each in order of their index.
  void Connect(std::vector<BatchLink*> in, std::vector<BatchLink*> out);

  // Handles one batch, if the one that is due is there.
  bool Step();

  Doorbell& doorbell() { return doorbell_; }
  const std::vector<std::unique_ptr<Stage>>& stages() const { return stages_; }

 private:
  const std::vector<std::unique_ptr<Stage>> stages_;
  const std::size_t width_;
  std::uint64_t next_;  // Sequence of the batch that is due.
  std::vector<BatchLink*> in_;
  std::vector<BatchLink*> out_;
  Doorbell doorbell_;
};

// Runs `stages` over `batch`. A stage that throws makes every article that was still good a failure
// of that stage (Failure::kStageFailed): a bug costs dead letters, not the process.
void RunStages(const std::vector<std::unique_ptr<Stage>>& stages, Batch& batch);

}  // namespace wiredesk
