#include "config/file_text.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace wiredesk {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string Reason(int error) { return std::generic_category().message(error); }

}  // namespace

std::optional<std::string> ReadFileText(const std::string& path, std::size_t bytes_max,
                                        std::string& error) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    error = Reason(errno);
    return std::nullopt;
  }
  return ReadStreamText(file.get(), bytes_max, error);
}

std::optional<std::string> ReadStreamText(std::FILE* file, std::size_t bytes_max,
                                          std::string& error) {
  std::string text;
  // A piece at a time, because a pipe has no size to ask for.
  constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
  while (text.size() <= bytes_max) {
    const std::size_t before = text.size();
    text.resize(before + kPieceBytes);
    const std::size_t got = std::fread(text.data() + before, 1, kPieceBytes, file);
    text.resize(before + got);
    if (got < kPieceBytes) break;
  }
  if (std::ferror(file) != 0) {
    error = Reason(errno);
    return std::nullopt;
  }
  if (text.size() > bytes_max) {
    error = fmt::format("more than {} bytes", bytes_max);
    return std::nullopt;
  }
  return text;
}

}  // namespace wiredesk
