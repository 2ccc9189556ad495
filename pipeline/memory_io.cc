#include "pipeline/memory_io.h"

#include <algorithm>
#include <utility>

#include "config/check.h"

namespace wiredesk {

MemorySource::MemorySource(std::vector<MemoryRecord> records, std::uint64_t repeat,
                           std::string topic)
    : records_(std::move(records)),
      topic_(std::move(topic)),
      repeats_left_(records_.empty() ? 0 : repeat) {
  for (const MemoryRecord& record : records_) {
    WIREDESK_CHECK(record.partition >= 0);
    const auto partition = static_cast<std::size_t>(record.partition);
    if (partition >= next_offset_.size()) next_offset_.resize(partition + 1);
    if (!tracker_.assigned(0, record.partition)) tracker_.Assign(0, record.partition);
  }
}

Source::State MemorySource::Fill(Batch& batch, std::size_t bytes_max) {
  while (repeats_left_ > 0 && !batch.full()) {
    const std::size_t bytes = records_[next_record_].value.size();
    if (!batch.empty() && batch.input_bytes() + bytes > bytes_max) break;
    AppendNext(batch);
  }
  return repeats_left_ > 0 ? State::kMore : State::kEnd;
}

void MemorySource::AppendNext(Batch& batch) {
  const MemoryRecord& record = records_[next_record_];
  const std::int64_t offset = next_offset_[static_cast<std::size_t>(record.partition)]++;
  Article& article = batch.Append({topic_, record.partition, offset}, record.value);
  article.key = record.key;
  article.has_key = record.has_key;
  article.ack = tracker_.Append(0, record.partition, offset);
  if (++next_record_ == records_.size()) {
    next_record_ = 0;
    --repeats_left_;
  }
}

void MemorySource::Acknowledge(std::uint64_t ack, bool delivered) {
  ++(delivered ? delivered_ : failed_);
  tracker_.Acknowledge(ack, delivered);
}

absl::Status MemorySource::Commit(bool /*wait*/) {
  tracker_.Uncommitted(progress_);
  for (const OffsetTracker::Progress& one : progress_) {
    committed_[one.partition] = one.next_offset;
    tracker_.Committed(one);
  }
  return absl::OkStatus();
}

std::int64_t MemorySource::committed(std::int32_t partition) const {
  const auto found = committed_.find(partition);
  return found == committed_.end() ? -1 : found->second;
}

MemorySink::MemorySink(Source& source, MemorySinkOptions options)
    : source_(source), options_(std::move(options)) {}

bool MemorySink::Send(Batch& batch) {
  for (; batch.send_cursor < batch.articles().size(); ++batch.send_cursor) {
    if (!status_.ok() || waiting_.size() >= options_.in_flight_max) return false;
    Take(batch.articles()[batch.send_cursor]);
  }
  return true;
}

void MemorySink::Take(const Article& article) {
  waiting_.push_back({article.ack, !(options_.fails && options_.fails(article))});
  ++(article.ok() ? output_count_ : dead_letter_count_);
  if (article.ok()) output_bytes_ += article.output.size();
  if (!options_.keep) return;
  (article.ok() ? outputs_ : dead_letters_)
      .push_back({std::string(article.origin.topic), article.origin.partition,
                  article.origin.offset, std::string(article.output), std::string(article.key),
                  article.failure, std::string(article.failed_stage),
                  std::string(article.failure_detail)});
}

int MemorySink::Poll() {
  const std::size_t count = std::min(options_.reports_a_poll, waiting_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Report report = waiting_.front();
    waiting_.pop_front();
    source_.Acknowledge(report.ack, report.delivered);
  }
  return static_cast<int>(count);
}

}  // namespace wiredesk
