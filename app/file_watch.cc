#include "app/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace wiredesk {

void FileWatch::Watch(std::vector<std::string> paths) {
  paths_ = std::move(paths);
  known_ = LookAtAll();
  last_ = known_;
}

bool FileWatch::Look() {
  States now = LookAtAll();
  const bool is_settled = now == last_;
  last_ = std::move(now);
  if (!is_settled || last_ == known_) return false;
  known_ = last_;
  return true;
}

void FileWatch::Add(const std::string& path) {
  paths_.push_back(path);
  known_.push_back(LookAt(path));
  last_.push_back(known_.back());
}

FileWatch::FileState FileWatch::LookAt(const std::string& path) {
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

FileWatch::States FileWatch::LookAtAll() const {
  States states;
  for (const std::string& path : paths_) states.push_back(LookAt(path));
  return states;
}

}  // namespace wiredesk
