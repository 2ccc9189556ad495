#include "app/rule_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unicode/uversion.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/diagnostics_form.h"
#include "app/mapped_file.h"
#include "config/file_text.h"
#include "stages/byte_form.h"
#include "stages/checksum.h"
#include "stages/matcher_self_test.h"
#include "stages/rules_form.h"

namespace wiredesk {
namespace {

constexpr std::string_view kMagic = "wiredesk compiled rules 1\n";
constexpr std::string_view kEnding = ".compiled-rules";
constexpr std::size_t kListBytesMax = std::size_t{1} << 30;

struct Sum {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  bool operator==(const Sum&) const = default;
};

// 128 bits, for what stands for the bytes themselves.
Sum SumOf(std::string_view bytes) { return {Checksum(bytes, 1), Checksum(bytes, 2)}; }

// This very build of the program.
void PutProgram(std::string& bytes) {
  struct stat status {};
  stat("/proc/self/exe", &status);
  PutNumber(static_cast<std::uint64_t>(status.st_size), bytes);
  PutNumber(static_cast<std::uint64_t>(status.st_mtim.tv_sec), bytes);
  PutNumber(static_cast<std::uint64_t>(status.st_mtim.tv_nsec), bytes);
}

// Two programs, libraries or processors that might compile differently differ here.
void PutSurroundings(std::string& bytes) {
  PutBytes(WIREDESK_VERSION, bytes);
  PutProgram(bytes);
  PutBytes(MatcherVersion(), bytes);
  PutBytes(MatcherPlatform(), bytes);
  PutBytes(U_ICU_VERSION, bytes);
}

void PutOptions(const CompileOptions& options, std::string& bytes) {
  PutNumber(options.further_fields.size(), bytes);
  for (const std::string& field : options.further_fields) PutBytes(field, bytes);
  PutNumber((options.accept_declared_fields ? 1 : 0) + (options.include_drafts ? 2 : 0), bytes);
  PutNumber(static_cast<std::uint64_t>(options.engine), bytes);
}

std::string KeyOf(std::span<const PackSource> sources, const CompileOptions& options) {
  std::string material;
  PutSurroundings(material);
  PutOptions(options, material);
  PutNumber(sources.size(), material);
  for (const PackSource& source : sources) {
    const Sum sum = SumOf(source.text);
    // The name too: it is in messages, and relative paths begin at its folder.
    PutBytes(source.file, material);
    PutBytes(source.key, material);
    PutNumber(sum.first, material);
    PutNumber(sum.second, material);
  }
  const Sum sum = SumOf(material);
  return fmt::format("{:016x}{:016x}", sum.first, sum.second);
}

std::optional<Sum> SumOfFile(const std::string& path) {
  std::string error;
  const std::optional<std::string> text = ReadFileText(path, kListBytesMax, error);
  if (!text) return std::nullopt;
  return SumOf(*text);
}

// Whether the file has been as it is since before `start`; the clock of file times is coarse.
bool IsOlderThan(const std::string& path, const timespec& start) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return false;
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  constexpr std::int64_t kCoarseNs = 20'000'000;
  return nanoseconds(status.st_ctim) + kCoarseNs < nanoseconds(start);
}

// A file of this user's that nobody else may write to, or nothing.
std::optional<MappedFile> MapOwnFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return std::nullopt;
  struct stat status;
  std::optional<MappedFile> file;
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
    file = MappedFile::Map(fd);
    futimens(fd, nullptr);  // Used: the ones that are not go first.
  }
  close(fd);
  return file;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

absl::Status CantWrite(const std::string& path) {
  return absl::UnavailableError(
      fmt::format("can't write {}: {}", path, std::generic_category().message(errno)));
}

// All of it under that name, or nothing.
absl::Status WriteFile(const std::string& path, std::string_view head, std::string_view body) {
  std::string draft = path + ".XXXXXX";
  const int fd = mkostemp(draft.data(), O_CLOEXEC);
  if (fd < 0) return CantWrite(draft);
  const bool is_written = WriteAll(fd, head) && WriteAll(fd, body) && fsync(fd) == 0;
  absl::Status status = is_written ? absl::OkStatus() : CantWrite(draft);
  close(fd);
  if (status.ok() && rename(draft.c_str(), path.c_str()) != 0) status = CantWrite(path);
  if (!status.ok()) unlink(draft.c_str());
  return status;
}

// What stands before the form: everything but magic and checksums.
struct Head {
  std::string_view key;
  std::vector<std::pair<std::string, Sum>> lists;
  Diagnostics warnings;
};

bool TakeHead(std::string_view& bytes, Head& head) {
  std::uint64_t count = 0;
  if (!TakeBytes(bytes, head.key) || !TakeNumber(bytes, count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string_view path;
    Sum sum;
    if (!TakeBytes(bytes, path) || !TakeNumber(bytes, sum.first) ||
        !TakeNumber(bytes, sum.second)) {
      return false;
    }
    head.lists.emplace_back(path, sum);
  }
  return TakeDiagnostics(bytes, head.warnings);
}

}  // namespace

RuleCache::RuleCache(std::string folder, std::span<const PackSource> sources,
                     const CompileOptions& options)
    : folder_(std::move(folder)),
      key_(KeyOf(sources, options)),
      path_(fmt::format("{}/{}{}", folder_, key_, kEnding)) {}

std::optional<CachedRules> RuleCache::Find() const {
  const std::optional<MappedFile> file = MapOwnFile(path_);
  if (!file) return std::nullopt;
  std::string_view bytes = file->bytes();
  std::uint64_t sum_of_head = 0;
  std::uint64_t sum_of_form = 0;
  std::string_view head_bytes;
  if (!bytes.starts_with(kMagic)) return std::nullopt;
  bytes.remove_prefix(kMagic.size());
  if (!TakeNumber(bytes, sum_of_head) || !TakeNumber(bytes, sum_of_form) ||
      !TakeBytes(bytes, head_bytes) || Checksum(head_bytes, sum_of_form) != sum_of_head ||
      Checksum(bytes) != sum_of_form) {
    return std::nullopt;
  }
  Head head;
  if (!TakeHead(head_bytes, head) || !head_bytes.empty() || head.key != key_) return std::nullopt;
  CachedRules cached;
  for (const auto& [path, sum] : head.lists) {
    if (SumOfFile(path) != sum) return std::nullopt;
    cached.list_files.push_back(path);
  }
  absl::StatusOr<std::shared_ptr<const CompiledRules>> rules = ReadRulesForm(bytes);
  if (!rules.ok()) return std::nullopt;
  cached.compiled = *std::move(rules);
  cached.warnings = std::move(head.warnings);
  return cached;
}

absl::Status RuleCache::Store(std::string_view form, const Diagnostics& warnings,
                              const std::vector<std::string>& list_files,
                              const timespec& start) const {
  std::string head;
  PutBytes(key_, head);
  PutNumber(list_files.size(), head);
  for (const std::string& path : list_files) {
    const std::optional<Sum> sum = SumOfFile(path);
    // After its sum was made, so that a change meanwhile is seen.
    if (!sum || !IsOlderThan(path, start)) return absl::OkStatus();
    PutBytes(path, head);
    PutNumber(sum->first, head);
    PutNumber(sum->second, head);
  }
  PutDiagnostics(warnings, head);

  std::string beginning(kMagic);
  const std::uint64_t sum_of_form = Checksum(form);
  PutNumber(Checksum(head, sum_of_form), beginning);
  PutNumber(sum_of_form, beginning);
  PutBytes(head, beginning);
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(folder_, error);
  if (is_new) std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, error);
  if (absl::Status status = WriteFile(path_, beginning, form); !status.ok()) return status;
  DropOldFiles();
  return absl::OkStatus();
}

// What can't be looked at or deleted stays.
void RuleCache::DropOldFiles() const {
  namespace fs = std::filesystem;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().string().ends_with(kEnding)) continue;
    std::error_code no_time;
    const fs::file_time_type time = entry->last_write_time(no_time);
    if (!no_time && entry->path() != path_) files.emplace_back(time, entry->path());
  }
  std::sort(files.rbegin(), files.rend());
  for (std::size_t i = kFilesMax - 1; i < files.size(); ++i) fs::remove(files[i].second, error);
}

}  // namespace wiredesk
