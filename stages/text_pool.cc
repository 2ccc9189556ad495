#include "stages/text_pool.h"

#include <functional>
#include <utility>

namespace wiredesk {

TextId TextPool::Add(std::string_view text) {
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != kNoIndex; slot = (slot + 1) & mask) {
    const TextId known = slots_[slot];
    if (hashes_[known] == hash && this->text(known) == text) return known;
  }
  if (bytes_.size() + text.size() > kBytesMax) {
    fits_ = false;
    return 0;
  }
  const auto id = static_cast<TextId>(size());
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  starts_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  hashes_.push_back(hash);
  slots_[slot] = id;
  if (2 * size() > slots_.size()) Grow();
  return id;
}

void TextPool::Grow() {
  slots_.assign(2 * slots_.size(), kNoIndex);
  const std::size_t mask = slots_.size() - 1;
  for (TextId id = 0; id < size(); ++id) {
    std::size_t slot = hashes_[id] & mask;
    while (slots_[slot] != kNoIndex) slot = (slot + 1) & mask;
    slots_[slot] = id;
  }
}

void TextPool::Finish(RuleTables& tables) {
  bytes_.shrink_to_fit();
  starts_.shrink_to_fit();
  tables.text_bytes = std::move(bytes_);
  tables.text_starts = std::move(starts_);
}

}  // namespace wiredesk
