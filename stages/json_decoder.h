// JSON articles: one pass over the object, in document order.
//
// Mapped members are read, everything else is walked and checked to its end, so that a broken tail
// or an invalid value anywhere is an error. Of a member that occurs twice the last one counts.
#pragma once

#include <memory>

#include "config/settings.h"
#include "stages/arena.h"
#include "stages/article.h"

namespace wiredesk {

// Owns a parser with buffers that grow to the largest article seen: one thread at a time.
class JsonDecoder {
 public:
  // REQUIRES: each of settings.fields is empty or IsJsonPointer().
  explicit JsonDecoder(const DecodeSettings& settings);
  ~JsonDecoder();

  // Fills the decoder's members of `article` from `json`, which is its value but for a byte order
  // mark, with kPadding readable zero bytes behind it. Strings without an escape are views of it,
  // others are in `arena`. Invalid UTF-8 is a failure before any other; with a failure the
  // decoder's members hold nothing.
  void Decode(std::string_view json, Article& article, Arena& arena);

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace wiredesk
