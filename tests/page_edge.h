// Bytes between two pages that can't be read: whoever reads a byte too many, before or behind, ends
// the test. For tests.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string_view>

#include "config/check.h"

namespace wiredesk {

class EdgeBytes {
 public:
  enum class Edge { kBehind, kBefore };

  // A copy of `bytes` with `padding` zero bytes behind it, all of which touch the page at `edge`.
  explicit EdgeBytes(std::string_view bytes, std::size_t padding = 0, Edge edge = Edge::kBehind)
      : size_(bytes.size()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inside = (bytes.size() + padding + page - 1) / page * page;
    mapped_ = inside + 2 * page;
    void* const memory =
        mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    WIREDESK_CHECK(memory != MAP_FAILED);
    memory_ = static_cast<char*>(memory);
    data_ = memory_ + page;
    if (edge == Edge::kBehind) data_ += inside - bytes.size() - padding;
    if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
    WIREDESK_CHECK(mprotect(memory_, page, PROT_NONE) == 0);
    WIREDESK_CHECK(mprotect(memory_ + page + inside, page, PROT_NONE) == 0);
  }
  ~EdgeBytes() { munmap(memory_, mapped_); }
  EdgeBytes(const EdgeBytes&) = delete;
  EdgeBytes& operator=(const EdgeBytes&) = delete;

  char* data() const { return data_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  char* memory_ = nullptr;
  char* data_ = nullptr;
  std::size_t mapped_ = 0;
  const std::size_t size_;
};

}  // namespace wiredesk
