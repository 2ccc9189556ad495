// Stage 1: a record's bytes -> the article's fields and text.
//
// The format is the one that a content-type header tells, else the setting's; `auto` takes a record
// that begins with '{' or '[' for JSON. A UTF-8 byte order mark is skipped in both formats.
#pragma once

#include <cstddef>
#include <string_view>

#include "config/settings.h"
#include "stages/json_decoder.h"
#include "stages/stage.h"
#include "stages/text_decoder.h"

namespace wiredesk {

// One thread at a time.
class Decoder : public Stage {
 public:
  // REQUIRES: each of settings.fields is empty or IsJsonPointer().
  explicit Decoder(const DecodeSettings& settings);

  std::string_view name() const override { return "decode"; }
  void Process(Batch& batch) override;

 private:
  void DecodeArticle(Article& article, Arena& arena);

  const ArticleFormat format_;
  const std::size_t article_bytes_max_;
  JsonDecoder json_decoder_;
  TextDecoder text_decoder_;
};

}  // namespace wiredesk
