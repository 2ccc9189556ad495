#include "pipeline/file_io.h"

#include <cerrno>
#include <utility>

#include "pipeline/dead_letter_json.h"

namespace wiredesk {

namespace {

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool WriteLine(std::string_view line, std::FILE* to) {
  return std::fwrite(line.data(), 1, line.size(), to) == line.size() && std::fputc('\n', to) != EOF;
}

}  // namespace

FileSource::FileSource(std::vector<std::string> paths, ArticleFormat format)
    : paths_(std::move(paths)), format_(format) {}

Source::State FileSource::Fill(Batch& batch, std::size_t bytes_max) {
  while (!batch.full()) {
    if (!pending_) {
      const Result result = NextRecord();
      if (result == Result::kNotYet) return State::kIdle;
      if (result != Result::kText) return State::kEnd;
    }
    if (!batch.empty() && batch.input_bytes() + pending_->size() > bytes_max) break;
    batch.Append({paths_[next_path_ - 1], 0, pending_line_}, *pending_);
    pending_.reset();
  }
  return State::kMore;
}

// Makes the next record pending, from this file or one behind it. kEnd: of all files.
FileSource::Result FileSource::NextRecord() {
  while (true) {
    const Result result = ReadRecord();
    if (result == Result::kError && reader_ != nullptr) status_ = reader_->status();
    if (result != Result::kEnd || reader_ == nullptr) return result;
    reader_.reset();  // On to the next file.
  }
}

// The same within this file. kEnd with a reader: of this file; without: of all.
FileSource::Result FileSource::ReadRecord() {
  Result result = reader_ == nullptr ? OpenNext() : Result::kText;
  if (result == Result::kText) result = ChooseForm();
  if (result != Result::kText) return result;
  std::string_view text;
  do {
    result = *is_lines_ ? reader_->ReadLine(text) : reader_->ReadRest(text);
    if (result != Result::kText) return result;
    pending_line_ = next_line_++;
  } while (IsBlank(text));
  pending_ = text;
  return result;
}

FileSource::Result FileSource::OpenNext() {
  if (next_path_ == paths_.size() || !status_.ok()) return Result::kEnd;
  CompressedReader::Options options;
  options.wait = false;
  auto opened = CompressedReader::Open(paths_[next_path_++], options);
  if (!opened.ok()) {
    status_ = opened.status();
    return Result::kError;
  }
  reader_ = std::move(*opened);
  next_line_ = 0;
  is_lines_.reset();
  if (format_ == ArticleFormat::kJson) is_lines_ = true;
  if (format_ == ArticleFormat::kText) is_lines_ = false;
  return Result::kText;
}

FileSource::Result FileSource::ChooseForm() {
  if (is_lines_) return Result::kText;
  char first = 0;
  const Result result = reader_->PeekFirstByte(first);
  if (result == Result::kText) is_lines_ = first == '{';
  return result;
}

void FileSource::Close() {
  pending_.reset();
  reader_.reset();
}

void FileSource::Acknowledge(std::uint64_t /*ack*/, bool delivered) {
  ++(delivered ? delivered_ : failed_);
}

FileSink::FileSink(Source& source, std::FILE* outputs, std::FILE* dead_letters)
    : source_(source), outputs_(outputs), dead_letters_(dead_letters) {}

bool FileSink::Send(Batch& batch) {
  for (; batch.send_cursor < batch.articles().size(); ++batch.send_cursor) {
    if (!status_.ok()) return false;
    const Article& article = batch.articles()[batch.send_cursor];
    if (!Write(article)) status_ = absl::ErrnoToStatus(errno, "can't write");
    written_.push_back(article.ack);
  }
  Flush();
  return true;
}

bool FileSink::Write(const Article& article) {
  if (article.ok()) return WriteLine(article.output, outputs_);
  return WriteLine(DeadLetterJson(article), dead_letters_);
}

void FileSink::Flush() {
  if (std::fflush(outputs_) != 0 || std::fflush(dead_letters_) != 0) {
    status_.Update(absl::ErrnoToStatus(errno, "can't write"));
  }
}

// What a stream could not take is somewhere in its buffer: all that is not reported yet has failed.
int FileSink::Poll() {
  for (const std::uint64_t ack : written_) source_.Acknowledge(ack, status_.ok());
  const int count = static_cast<int>(written_.size());
  written_.clear();
  return count;
}

}  // namespace wiredesk
