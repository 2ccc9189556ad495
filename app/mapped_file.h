// A file, or memory that has a descriptor, mapped for reading.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wiredesk {

// Movable; any thread. The bytes must not be changed by others while it lives: who writes files
// that are read so replaces them.
class MappedFile {
 public:
  // Nothing if it can't be mapped: `errno` says why.
  static std::optional<MappedFile> Map(int fd);

  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile() = default;

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wiredesk
