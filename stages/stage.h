// What a stage is: it works on one batch, in place, on whatever thread calls it. It knows no
// threads, rings or neighbours, keeps nothing of the batch, and reports a bad article as its
// failure.
#pragma once

#include <string_view>

#include "stages/batch.h"

namespace wiredesk {

class Stage {
 public:
  virtual ~Stage() = default;
  // As in `runtime.threads` and in dead letters: "decode", "match" and so on.
  virtual std::string_view name() const = 0;
  // Skips articles that are not ok(). One call a batch, so the virtual call costs nothing an
  // article.
  virtual void Process(Batch& batch) = 0;
};

}  // namespace wiredesk
