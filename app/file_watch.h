// Whether files have changed. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wiredesk {

class FileWatch {
 public:
  // Their present state is what changes are seen against.
  void Watch(std::vector<std::string> paths);

  // One more, likewise.
  void Add(const std::string& path);

  // To be called at an interval. True, once for each change: some file has changed since, and not
  // between this look and the one before it, so that a file that is being written is left alone.
  bool Look();

 private:
  struct FileState {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;  // -1: not there.
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    bool operator==(const FileState&) const = default;
  };
  using States = std::vector<FileState>;

  static FileState LookAt(const std::string& path);
  States LookAtAll() const;

  std::vector<std::string> paths_;
  States known_;
  States last_;  // As of the last look.
};

}  // namespace wiredesk
