#include "app/feed_reader.h"

#include <simdjson.h>

#include <utility>

namespace wiredesk {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // The decoder skips it, too.

}  // namespace

std::optional<std::string> ArticleKey(std::string_view json) {
  thread_local simdjson::ondemand::parser parser;
  thread_local std::string padded;
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  padded.assign(json);
  padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return std::nullopt;
  simdjson::ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  simdjson::ondemand::value id;
  if (object.find_field_unordered("id").get(id) != simdjson::SUCCESS) return std::nullopt;
  std::string_view text;
  if (id.get_string().get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (id.get_int64().get(number) == simdjson::SUCCESS) return std::to_string(number);
  return std::nullopt;
}

FeedReader::FeedReader(std::vector<std::string> paths, std::uint64_t rounds)
    : paths_(std::move(paths)), rounds_(rounds) {}

bool FeedReader::OpenNext() {
  if (next_path_ == paths_.size()) {
    next_path_ = 0;
    ++round_;
  }
  if (round_ >= rounds_ || paths_.empty()) return false;
  auto reader = CompressedReader::Open(paths_[next_path_], {});
  if (!reader.ok()) {
    status_ = reader.status();
    return false;
  }
  ++next_path_;
  reader_ = *std::move(reader);
  char first = 0;
  is_lines_ = reader_->PeekFirstByte(first) == CompressedReader::Result::kText &&
              (first == '{' || first == '[');
  return true;
}

bool FeedReader::ReadRecord(std::string_view& value) {
  const CompressedReader::Result result =
      is_lines_ ? reader_->ReadLine(value) : reader_->ReadRest(value);
  if (result == CompressedReader::Result::kError) status_ = reader_->status();
  return result == CompressedReader::Result::kText;
}

bool FeedReader::Next(FeedRecord& record) {
  while (status_.ok()) {
    if (reader_ == nullptr && !OpenNext()) return false;
    if (!ReadRecord(record.value)) {
      reader_.reset();
      continue;
    }
    if (record.value.find_first_not_of(" \t\r\n") == std::string_view::npos) continue;
    record.key = is_lines_ ? ArticleKey(record.value) : std::nullopt;
    return true;
  }
  return false;
}

std::optional<double> FeedReader::progress() const {
  if (reader_ == nullptr || !reader_->file_bytes().has_value()) return std::nullopt;
  const double files = static_cast<double>(paths_.size());
  const auto size = static_cast<double>(*reader_->file_bytes());
  const double in_file = size > 0 ? static_cast<double>(reader_->file_bytes_read()) / size : 1.0;
  const double in_round = (static_cast<double>(next_path_ - 1) + in_file) / files;
  return (static_cast<double>(round_) + in_round) / static_cast<double>(rounds_);
}

}  // namespace wiredesk
