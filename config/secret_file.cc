#include "config/secret_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/file_text.h"

namespace wiredesk {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

SecretFileFault CantRead(const std::string& path, std::string_view reason) {
  return {fmt::format("can't read the file \"{}\": {}", path, reason), ""};
}

std::optional<SecretFileFault> FindFault(const std::string& path, const struct stat& found) {
  const bool readable = (found.st_mode & S_IROTH) != 0;
  if (!readable && (found.st_mode & S_IWOTH) == 0) return std::nullopt;
  return SecretFileFault{
      fmt::format("the file \"{}\" has mode {:04o}: every user of this machine may {} it", path,
                  found.st_mode & 07777U, readable ? "read" : "write"),
      fmt::format("chmod 600 {}", path)};
}

}  // namespace

std::optional<std::string> ReadSecretFile(const std::string& path, std::size_t bytes_max,
                                          SecretFileFault& fault) {
  // Without waiting: a pipe or a device could keep the program waiting for ever.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  const std::unique_ptr<std::FILE, CloseFile> file(fd < 0 ? nullptr : fdopen(fd, "rb"));
  struct stat found = {};
  if (!file || fstat(fd, &found) != 0) {
    fault = CantRead(path, std::generic_category().message(errno));
    return std::nullopt;
  }
  if (!S_ISREG(found.st_mode)) {
    fault = CantRead(path, "not a regular file");
    return std::nullopt;
  }
  // Of the open file, so that it can't be another one by the time it is read.
  if (const auto open_to_all = FindFault(path, found)) {
    fault = *open_to_all;
    return std::nullopt;
  }
  std::string error;
  std::optional<std::string> text = ReadStreamText(file.get(), bytes_max, error);
  if (!text) fault = CantRead(path, error);
  return text;
}

std::optional<SecretFileFault> CheckSecretFile(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return FindFault(path, found);
}

}  // namespace wiredesk
