#include "app/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

namespace wiredesk {

std::optional<MappedFile> MappedFile::Map(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::nullopt;
  MappedFile file;
  file.size_ = static_cast<std::size_t>(status.st_size);
  if (file.size_ == 0) return file;
  void* data = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return std::nullopt;
  file.data_ = static_cast<const char*>(data);
  return file;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace wiredesk
