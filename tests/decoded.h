// One record, decoded: what the tests of the decoder's files share.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/decoder.h"

namespace wiredesk {

// The record's bytes lie in a block that ends with their padding, so that the address sanitizer
// sees a read behind it.
class Decoded {
 public:
  explicit Decoded(std::string_view value, const DecodeSettings& settings = {},
                   std::vector<RecordHeader> headers = {})
      : headers_(std::move(headers)),
        bytes_(std::make_unique<char[]>(value.size() + kPadding)),
        batch_(1) {
    std::memcpy(bytes_.get(), value.data(), value.size());
    Article& added = batch_.Append({"news.raw", 3, 42}, "");
    added.value = {bytes_.get(), value.size()};
    added.headers = headers_;
    Decoder(settings).Process(batch_);
  }

  Article& article() { return batch_.articles()[0]; }
  const Article* operator->() const { return &batch_.articles()[0]; }
  Batch& batch() { return batch_; }

  // "title: text | body/0: text"; further fields by their numbers.
  std::string Parts() const {
    std::string parts;
    for (const TextPart& part : batch_.articles()[0].parts) {
      if (!parts.empty()) parts += " | ";
      parts += part.field < kFieldCount ? std::string(kFieldNames[part.field])
                                        : std::to_string(part.field);
      if (part.index != TextPart::kNoIndex) parts += "/" + std::to_string(part.index);
      parts += ": ";
      parts += part.text;
    }
    return parts;
  }

 private:
  std::vector<RecordHeader> headers_;
  std::unique_ptr<char[]> bytes_;
  Batch batch_;
};

inline DecodeSettings WithFormat(ArticleFormat format) {
  DecodeSettings settings;
  settings.format = format;
  return settings;
}

}  // namespace wiredesk
