#include "pipeline/worker.h"

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "config/check.h"

namespace wiredesk {

namespace {

// `text`, where the batch can keep it. Out of memory it goes without.
std::string_view Keep(Batch& batch, std::string_view text) {
  try {
    return batch.arena().Copy(text);
  } catch (const std::bad_alloc&) {
    return {};
  }
}

void FailAll(Batch& batch, std::string_view stage, std::string_view why) {
  const std::string_view detail = Keep(batch, why);
  for (Article& article : batch.articles()) {
    if (article.ok()) article.Fail(stage, Failure::kStageFailed, detail);
  }
}

void RunStage(Stage& stage, Batch& batch) {
  try {
    stage.Process(batch);
  } catch (const std::exception& error) {
    FailAll(batch, stage.name(), error.what());
  } catch (...) {
    FailAll(batch, stage.name(), "an exception of unknown type");
  }
}

}  // namespace

void RunStages(const std::vector<std::unique_ptr<Stage>>& stages, Batch& batch) {
  for (const std::unique_ptr<Stage>& stage : stages) RunStage(*stage, batch);
}

void Worker::Connect(std::vector<BatchLink*> in, std::vector<BatchLink*> out) {
  in_ = std::move(in);
  out_ = std::move(out);
}

bool Worker::Step() {
  Batch* batch = in_[next_ % in_.size()]->TryPop();
  if (batch == nullptr) return false;
  WIREDESK_CHECK(batch->sequence == next_);
  RunStages(stages_, *batch);
  out_[next_ % out_.size()]->Push(batch);
  next_ += width_;
  return true;
}

}  // namespace wiredesk
