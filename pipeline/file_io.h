// Files as the ends of a lane: articles from files or the standard input, outputs to a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "config/settings.h"
#include "pipeline/compressed_reader.h"
#include "pipeline/io.h"

namespace wiredesk {

// Articles from `paths`, one file after the other; "-" is the standard input; gzip and zstd are
// read as what they hold. A file is either NDJSON, one article a line (blank lines are skipped), or
// one plain-text article. With ArticleFormat::kAuto it is NDJSON if its first byte that is no white
// space is '{'.
//
// An article's origin is the path, partition 0, and as offset the line's number, from 0. A file
// that can't be read ends the source: status() says why, what was read before it counts.
// A pipe or terminal that has nothing to read is kIdle; no doorbell tells when it has more.
class FileSource final : public Source {
 public:
  explicit FileSource(std::vector<std::string> paths, ArticleFormat format = ArticleFormat::kAuto);

  State Fill(Batch& batch, std::size_t bytes_max) override;
  void KeepAlive() override {}
  void Acknowledge(std::uint64_t ack, bool delivered) override;
  absl::Status Commit(bool /*wait*/) override { return absl::OkStatus(); }
  void Close() override;
  absl::Status status() const override { return status_; }

  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t failed() const { return failed_; }

 private:
  using Result = CompressedReader::Result;

  Result NextRecord();
  Result ReadRecord();
  Result OpenNext();
  Result ChooseForm();

  const std::vector<std::string> paths_;
  const ArticleFormat format_;
  std::size_t next_path_ = 0;
  std::unique_ptr<CompressedReader> reader_;  // Of paths_[next_path_ - 1].
  std::optional<bool> is_lines_;              // Of this file: NDJSON, as far as that is known.
  std::int64_t next_line_ = 0;
  // Read, but not yet in a batch. A view of what the reader holds.
  std::optional<std::string_view> pending_;
  std::int64_t pending_line_ = 0;
  absl::Status status_;
  std::uint64_t delivered_ = 0;
  std::uint64_t failed_ = 0;
};

// One line an output to `outputs`; one line of JSON a dead letter to `dead_letters` (see
// dead_letter_json.h). Flushed after each batch. The streams stay the caller's.
class FileSink final : public Sink {
 public:
  // `source` hears of each delivery, and must outlive the sink.
  FileSink(Source& source, std::FILE* outputs, std::FILE* dead_letters);

  bool Send(Batch& batch) override;
  int Poll() override;
  std::size_t in_flight() const override { return written_.size(); }
  // A stream that takes no more: a full disk, a closed pipe.
  absl::Status status() const override { return status_; }

 private:
  bool Write(const Article& article);
  void Flush();

  Source& source_;
  std::FILE* const outputs_;
  std::FILE* const dead_letters_;
  std::vector<std::uint64_t> written_;  // Handles to report on.
  absl::Status status_;
};

}  // namespace wiredesk
