// Articles out of files, as records for a topic: NDJSON a line a record, any other file as one
// record of plain text; gzip and zstd are read as what they hold.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "pipeline/compressed_reader.h"

namespace wiredesk {

struct FeedRecord {
  std::string_view value;  // Until the next Next().
  // The article's own "id": a string's text, or a number as it stands. None: no key.
  std::optional<std::string> key;
};

class FeedReader {
 public:
  // Reads the files in order, all of them `rounds` times.
  FeedReader(std::vector<std::string> paths, std::uint64_t rounds);

  // False: the end, or a failure: see status(). Blank lines are not records.
  bool Next(FeedRecord& record);

  const absl::Status& status() const { return status_; }

  // 0 to 1, where the sizes of the files are known.
  std::optional<double> progress() const;

 private:
  bool OpenNext();
  bool ReadRecord(std::string_view& value);

  const std::vector<std::string> paths_;
  const std::uint64_t rounds_;
  std::uint64_t round_ = 0;
  std::size_t next_path_ = 0;
  std::unique_ptr<CompressedReader> reader_;
  bool is_lines_ = false;
  absl::Status status_;
};

// The member "id" of a JSON object, as FeedRecord::key says; none if there is none or `json` is not
// an object.
std::optional<std::string> ArticleKey(std::string_view json);

}  // namespace wiredesk
