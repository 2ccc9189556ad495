// Reads a file line by line, or as a whole: plain, gzip or zstd, told apart by the first bytes, not
// by the name. Several gzip members or zstd frames behind each other count as one text.
//
//   auto reader = CompressedReader::Open(path, {});
//   for (std::string_view line; (*reader)->ReadLine(line) == CompressedReader::Result::kText;) …
//   // (*reader)->status() tells the end of the file from a broken one.
//
// Memory: a few times the longest line, and the decompressor's window (at most 128 MiB, for zstd).
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wiredesk {

class Decompressor;

class CompressedReader {
 public:
  enum class Result {
    kText,    // Here it is.
    kNotYet,  // Nothing to read now (only without Options::wait).
    kEnd,     // No more text.
    kError,   // See status().
  };

  struct Options {
    // Wait for a pipe or terminal that has nothing to read. Files are always waited for.
    bool wait = true;
    // A longer line, or a larger whole, is an error.
    std::size_t text_bytes_max = std::size_t{256} << 20;
  };

  // `path` "-" is the standard input. A missing file or a folder is an error here.
  static absl::StatusOr<std::unique_ptr<CompressedReader>> Open(const std::string& path,
                                                                const Options& options);
  ~CompressedReader();
  CompressedReader(const CompressedReader&) = delete;
  CompressedReader& operator=(const CompressedReader&) = delete;

  // The next line without its "\n" or "\r\n"; the last one needs none. `line` holds until the next
  // call. After kError every call gives kError.
  Result ReadLine(std::string_view& line);

  // Everything that is left, as it stands. kEnd: nothing is left.
  Result ReadRest(std::string_view& text);

  // The first byte that is left and no white space, without taking it. A byte order mark at the
  // very start is white space here.
  Result PeekFirstByte(char& byte);

  const absl::Status& status() const { return status_; }

  // How far the file is read, before decompression, and how large it is where that is known.
  std::uint64_t file_bytes_read() const { return file_bytes_read_; }
  std::optional<std::uint64_t> file_bytes() const { return file_bytes_; }

 private:
  CompressedReader(std::string name, int fd, const Options& options);

  Result ReadMore();
  Result ReadInput();
  bool ChooseDecompressor();
  bool MakeRoom();
  Result Fail(absl::Status status);
  Result FailTooLong();
  std::size_t left() const { return end_ - begin_; }

  const std::string name_;  // For messages.
  const int fd_;
  const Options options_;
  bool can_wait_ = true;  // Reads of this file never wait long, or the user wants it.
  std::optional<std::uint64_t> file_bytes_;
  std::uint64_t file_bytes_read_ = 0;
  absl::Status status_;

  std::vector<char> input_;  // As in the file; [input_begin_, input_end_) is not decoded yet.
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  bool input_ended_ = false;
  std::unique_ptr<Decompressor> decompressor_;  // Null until enough of the file is there.
  bool more_decoded_ = false;  // The decompressor holds more than there was room for.

  std::vector<char> text_;  // Decoded; [begin_, end_) is not given out yet.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t searched_ = 0;  // Bytes behind begin_ that hold no line feed.
  bool at_start_ = true;      // Nothing was given out yet.
};

}  // namespace wiredesk
