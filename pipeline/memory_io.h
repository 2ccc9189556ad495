// A source and a sink in memory: for tests, benchmarks, and whoever tags articles without a broker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "pipeline/io.h"
#include "pipeline/offset_tracker.h"

namespace wiredesk {

struct MemoryRecord {
  std::string value = {};
  std::string key = {};
  bool has_key = false;
  std::int32_t partition = 0;
};

// Gives out `records`, in order, `repeat` times; in each partition the offsets count from 0.
// Remembers what was delivered as a broker would remember commits.
class MemorySource final : public Source {
 public:
  explicit MemorySource(std::vector<MemoryRecord> records, std::uint64_t repeat = 1,
                        std::string topic = "memory");

  State Fill(Batch& batch, std::size_t bytes_max) override;
  void KeepAlive() override {}
  void Acknowledge(std::uint64_t ack, bool delivered) override;
  absl::Status Commit(bool wait) override;
  void Close() override { closed_ = true; }

  // The offset to read next as of the last Commit(); -1: none.
  std::int64_t committed(std::int32_t partition) const;
  const OffsetTracker& tracker() const { return tracker_; }
  bool closed() const { return closed_; }
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t failed() const { return failed_; }

 private:
  void AppendNext(Batch& batch);

  const std::vector<MemoryRecord> records_;
  const std::string topic_;
  std::uint64_t repeats_left_;
  std::size_t next_record_ = 0;
  std::vector<std::int64_t> next_offset_;  // By partition.
  OffsetTracker tracker_;
  std::vector<OffsetTracker::Progress> progress_;  // Kept for its memory.
  std::map<std::int32_t, std::int64_t> committed_;
  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
  bool closed_ = false;
};

// What a MemorySink keeps of an article.
struct MemoryOutput {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string output;
  std::string key;
  Failure failure = Failure::kNone;
  std::string failed_stage;
  std::string failure_detail;
};

struct MemorySinkOptions {
  bool keep = false;  // Collect outputs() and dead_letters().
  std::size_t in_flight_max = std::numeric_limits<std::size_t>::max();  // Then Send() refuses.
  std::size_t reports_a_poll = std::numeric_limits<std::size_t>::max();
  // Whether the delivery of this article fails. Null: none does.
  std::function<bool(const Article&)> fails;
};

// Takes outputs and dead letters; each Poll() reports on the oldest that wait.
class MemorySink final : public Sink {
 public:
  // `source` hears of each delivery, and must outlive the sink.
  explicit MemorySink(Source& source, MemorySinkOptions options = {});

  bool Send(Batch& batch) override;
  int Poll() override;
  std::size_t in_flight() const override { return waiting_.size(); }
  absl::Status status() const override { return status_; }

  // From now on status() is this.
  void Break(absl::Status status) { status_ = std::move(status); }
  void SetReportsAPoll(std::size_t count) { options_.reports_a_poll = count; }

  std::uint64_t output_bytes() const { return output_bytes_; }
  std::uint64_t output_count() const { return output_count_; }
  std::uint64_t dead_letter_count() const { return dead_letter_count_; }
  const std::vector<MemoryOutput>& outputs() const { return outputs_; }
  const std::vector<MemoryOutput>& dead_letters() const { return dead_letters_; }

 private:
  struct Report {
    std::uint64_t ack;
    bool delivered;
  };

  void Take(const Article& article);

  Source& source_;
  MemorySinkOptions options_;
  std::deque<Report> waiting_;
  std::vector<MemoryOutput> outputs_;
  std::vector<MemoryOutput> dead_letters_;
  std::uint64_t output_bytes_ = 0;
  std::uint64_t output_count_ = 0;
  std::uint64_t dead_letter_count_ = 0;
  absl::Status status_;
};

}  // namespace wiredesk
