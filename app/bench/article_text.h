// The texts of articles, for whoever makes something of them.
//
//   ArticleTexts texts;
//   for (const TextPart& part : texts.Read(record)) ... part.text ...
//
// One thread at a time.
#pragma once

#include <span>
#include <string_view>

#include "config/settings.h"
#include "stages/batch.h"
#include "stages/decoder.h"

namespace wiredesk {

class ArticleTexts {
 public:
  // Title and body as the decoder reads them, until the next Read(); none of what it refuses.
  std::span<const TextPart> Read(std::string_view record) {
    batch_.Clear();
    const Article& article = batch_.Append({}, record);
    decoder_.Process(batch_);
    return article.ok() ? article.parts : std::span<TextPart>();
  }

 private:
  Decoder decoder_{DecodeSettings{}};
  Batch batch_{1};
};

}  // namespace wiredesk
