// Texts to measure with, each with kPadding zero bytes behind it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/arena.h"

namespace wiredesk {

class PaddedTexts {
 public:
  void Add(std::string text) {
    bytes_ += text.size();
    text.append(kPadding, '\0');
    texts_.push_back(std::move(text));
  }

  std::size_t size() const { return texts_.size(); }
  // Valid until the next Add().
  std::string_view operator[](std::size_t index) const {
    const std::string& text = texts_[index];
    return {text.data(), text.size() - kPadding};
  }
  std::size_t bytes() const { return bytes_; }  // Without the padding.

 private:
  std::vector<std::string> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace wiredesk
