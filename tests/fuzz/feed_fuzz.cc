// A file of articles, plain, gzip or zstd: text or an error; line by line and as a whole it is the
// same text; an article's key and labels are what another parser finds.
#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/feed_reader.h"
#include "app/label_map.h"
#include "config/check.h"
#include "pipeline/compressed_reader.h"
#include "pipeline/file_io.h"
#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {
namespace {

constexpr std::size_t kTextBytesMax = std::size_t{1} << 20;
constexpr std::size_t kRecordsMax = 1000;  // A few bytes may unfold to millions.

// A file that is in memory only.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    WIREDESK_CHECK(write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  const int fd_;
};

std::unique_ptr<CompressedReader> Open(const MemoryFile& file) {
  CompressedReader::Options options;
  options.text_bytes_max = kTextBytesMax;
  auto reader = CompressedReader::Open(file.path(), options);
  WIREDESK_CHECK(reader.ok());
  return *std::move(reader);
}

// The whole text; nothing after an error.
std::optional<std::string> ReadWhole(const MemoryFile& file) {
  const auto reader = Open(file);
  std::string whole;
  while (true) {
    std::string_view text;
    switch (reader->ReadRest(text)) {
      case CompressedReader::Result::kText:
        whole += text;
        break;
      case CompressedReader::Result::kEnd:
        WIREDESK_CHECK(reader->status().ok());
        return whole;
      default:
        WIREDESK_CHECK(!reader->status().ok());
        return std::nullopt;
    }
  }
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

void CheckLines(const MemoryFile& file, const std::vector<std::string>& lines) {
  const auto reader = Open(file);
  std::string_view line;
  for (std::size_t i = 0; i < lines.size() && i < kRecordsMax; ++i) {
    WIREDESK_CHECK(reader->ReadLine(line) == CompressedReader::Result::kText);
    WIREDESK_CHECK(line == lines[i]);
  }
  if (lines.size() <= kRecordsMax) {
    WIREDESK_CHECK(reader->ReadLine(line) == CompressedReader::Result::kEnd);
  }
}

using Json = nlohmann::json;

// Both readers say "none" also of what they can't read.
void CheckKey(std::string_view line) {
  const std::optional<std::string> key = ArticleKey(line);
  const auto labels = ArticleLabels(line, "labels");
  if (line.find('\0') != std::string_view::npos) return;
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return;
  if (json.contains("id") && json["id"].is_string()) WIREDESK_CHECK(key == json["id"]);
  if (!json.contains("id")) WIREDESK_CHECK(!key.has_value());
  if (json.contains("labels") && json["labels"].is_string()) {
    WIREDESK_CHECK(labels.has_value() && labels->size() == 1 && labels->front() == json["labels"]);
  }
}

void ReadAsFeed(const MemoryFile& file) {
  FeedReader reader({file.path()}, 2);
  FeedRecord record;
  for (std::size_t i = 0; i < kRecordsMax && reader.Next(record); ++i) CheckKey(record.value);
}

void ReadAsSource(const MemoryFile& file) {
  FileSource source({file.path()});
  Batch batch(16);
  for (std::size_t read = 0; read < kRecordsMax; read += batch.articles().size()) {
    batch.Clear();
    const Source::State state = source.Fill(batch, 4096);
    for (const Article& article : batch.articles()) source.Acknowledge(article.ack, true);
    if (state == Source::State::kEnd) return;
  }
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  const MemoryFile file(bytes);
  if (const std::optional<std::string> whole = ReadWhole(file)) CheckLines(file, Split(*whole));
  ReadAsFeed(file);
  ReadAsSource(file);
}

}  // namespace wiredesk
