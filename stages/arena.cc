#include "stages/arena.h"

namespace wiredesk {

char* Arena::AllocateSlow(std::size_t need) {
  if (need > chunk_bytes_) {
    large_.push_back(std::make_unique_for_overwrite<char[]>(need));
    large_bytes_ += need;
    // Shrink() on this block would hand its rest to the current chunk: make it a chunk of its own.
    next_ = large_.back().get() + need;
    left_ = 0;
    return large_.back().get();
  }
  if (current_ == chunks_.size()) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes_));
  }
  char* block = chunks_[current_++].get();
  next_ = block + need;
  left_ = chunk_bytes_ - need;
  return block;
}

void Arena::Clear() {
  large_.clear();
  large_bytes_ = 0;
  current_ = 0;
  next_ = nullptr;
  left_ = 0;
}

}  // namespace wiredesk
