#include "pipeline/compressed_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "pipeline/decompressor.h"

namespace wiredesk {

namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' ||
         byte == '\v';
}

// Something to read, or the end. A failing poll() is left to read() to report.
bool WaitUntilReadable(int fd, int timeout_ms) {
  pollfd poll_fd{fd, POLLIN, 0};
  return poll(&poll_fd, 1, timeout_ms) != 0;
}

}  // namespace

CompressedReader::CompressedReader(std::string name, int fd, const Options& options)
    : name_(std::move(name)), fd_(fd), options_(options), input_(kReadBytes) {}

CompressedReader::~CompressedReader() {
  if (fd_ != STDIN_FILENO) close(fd_);
}

absl::StatusOr<std::unique_ptr<CompressedReader>> CompressedReader::Open(const std::string& path,
                                                                         const Options& options) {
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, path);
  std::unique_ptr<CompressedReader> reader(
      new CompressedReader(is_stdin ? "standard input" : path, fd, options));
  struct stat about {};
  if (fstat(fd, &about) != 0) return absl::ErrnoToStatus(errno, reader->name_);
  if (S_ISDIR(about.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(reader->name_, ": is a folder, not a file"));
  }
  const bool is_file = S_ISREG(about.st_mode);
  if (is_file) reader->file_bytes_ = static_cast<std::uint64_t>(about.st_size);
  reader->can_wait_ = options.wait || is_file;
  return reader;
}

CompressedReader::Result CompressedReader::Fail(absl::Status status) {
  status_ = absl::Status(status.code(), absl::StrCat(name_, ": ",
                                                     absl::string_view(status.message().data(),
                                                                       status.message().size())));
  begin_ = end_;
  return Result::kError;
}

CompressedReader::Result CompressedReader::FailTooLong() {
  return Fail(absl::ResourceExhaustedError(
      absl::StrCat("a line or article of more than ", options_.text_bytes_max, " bytes")));
}

// Reads once from the file, behind what is not decoded yet.
CompressedReader::Result CompressedReader::ReadInput() {
  if (!can_wait_ && !WaitUntilReadable(fd_, 0)) return Result::kNotYet;
  if (input_begin_ == input_end_) input_begin_ = input_end_ = 0;
  ssize_t got = 0;
  while ((got = read(fd_, input_.data() + input_end_, input_.size() - input_end_)) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) break;
    // Somebody made our standard input non-blocking.
    if (!can_wait_) return Result::kNotYet;
    WaitUntilReadable(fd_, -1);
  }
  if (got < 0) return Fail(absl::ErrnoToStatus(errno, "can't read"));
  input_ended_ = got == 0;
  input_end_ += static_cast<std::size_t>(got);
  file_bytes_read_ += static_cast<std::uint64_t>(got);
  return Result::kText;
}

// False: more of the file's beginning is needed first.
bool CompressedReader::ChooseDecompressor() {
  if (decompressor_ != nullptr) return true;
  if (!input_ended_ && input_end_ < kMagicBytes) return false;
  decompressor_ = MakeDecompressor({input_.data(), input_end_});
  return true;
}

// Room for more text behind what is there. False: that would be more than allowed.
bool CompressedReader::MakeRoom() {
  if (end_ < text_.size()) return true;
  if (begin_ > 0) {
    std::memmove(text_.data(), text_.data() + begin_, left());
    end_ = left();
    begin_ = 0;
  }
  if (end_ + kReadBytes <= text_.size()) return true;
  if (end_ > options_.text_bytes_max) return false;
  text_.resize(std::max(4 * kReadBytes, text_.size() * 2));
  return true;
}

// Adds to the text. kText: there is more, or there may be with the next call.
CompressedReader::Result CompressedReader::ReadMore() {
  if (!status_.ok()) return Result::kError;
  if (input_begin_ == input_end_ || decompressor_ == nullptr) {
    if (!more_decoded_ && !input_ended_) {
      const Result result = ReadInput();
      if (result != Result::kText) return result;
    }
    if (!ChooseDecompressor()) return Result::kText;
  }
  if (!MakeRoom()) return FailTooLong();
  std::string_view input(input_.data() + input_begin_, input_end_ - input_begin_);
  const std::span<char> room(text_.data() + end_, text_.size() - end_);
  const absl::StatusOr<std::size_t> decoded = decompressor_->Decode(input, room);
  const std::string_view kind = decompressor_->name();
  if (!decoded.ok()) {
    return Fail(
        absl::DataLossError(absl::StrCat("broken ", absl::string_view(kind.data(), kind.size()),
                                         " data: ", decoded.status().message())));
  }
  input_begin_ = input_end_ - input.size();
  end_ += *decoded;
  more_decoded_ = *decoded == room.size();
  if (*decoded > 0 || !input_ended_ || !input.empty()) return Result::kText;
  if (decompressor_->complete()) return Result::kEnd;
  return Fail(absl::DataLossError(absl::StrCat(
      "ends in the middle of ", absl::string_view(kind.data(), kind.size()), " data")));
}

CompressedReader::Result CompressedReader::ReadLine(std::string_view& line) {
  const char* feed = nullptr;
  Result result = Result::kText;
  while (true) {
    const char* begin = text_.data() + begin_;
    if (left() > searched_) {
      feed = static_cast<const char*>(std::memchr(begin + searched_, '\n', left() - searched_));
    }
    if (feed != nullptr) break;
    searched_ = left();
    result = ReadMore();
    if (result == Result::kEnd && left() > 0) break;
    if (result != Result::kText) return result;
  }
  const char* begin = text_.data() + begin_;
  const std::size_t bytes = feed != nullptr ? static_cast<std::size_t>(feed - begin) : left();
  line = {begin, bytes};
  if (line.size() > options_.text_bytes_max) return FailTooLong();
  begin_ += bytes + (feed != nullptr ? 1 : 0);
  searched_ = 0;
  at_start_ = false;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return Result::kText;
}

CompressedReader::Result CompressedReader::ReadRest(std::string_view& text) {
  Result result = Result::kText;
  while (result == Result::kText) result = ReadMore();
  if (result != Result::kEnd || left() == 0) return result;
  if (left() > options_.text_bytes_max) return FailTooLong();
  text = {text_.data() + begin_, left()};
  begin_ = end_;
  searched_ = 0;
  at_start_ = false;
  return Result::kText;
}

CompressedReader::Result CompressedReader::PeekFirstByte(char& byte) {
  bool ended = false;
  while (true) {
    std::string_view there(text_.data() + begin_, left());
    const bool may_be_mark = at_start_ && !ended && there.size() < kByteOrderMark.size() &&
                             kByteOrderMark.substr(0, there.size()) == there;
    if (!may_be_mark) {
      if (at_start_ && there.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
        there.remove_prefix(kByteOrderMark.size());
      }
      const auto found = std::find_if_not(there.begin(), there.end(), IsSpace);
      if (found != there.end()) {
        byte = *found;
        return Result::kText;
      }
      if (ended) return Result::kEnd;
    }
    const Result result = ReadMore();
    if (result != Result::kText && result != Result::kEnd) return result;
    ended = result == Result::kEnd;
  }
}

}  // namespace wiredesk
