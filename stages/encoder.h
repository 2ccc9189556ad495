// Stage 5: a tagged article -> the output record's bytes.
//
// A record that is too large for the output topic shows less evidence: first no snippets, then
// fewer and fewer places. The tags stay. If that does not suffice the article fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/settings.h"
#include "stages/record_writer.h"
#include "stages/stage.h"

namespace wiredesk {

// One thread at a time.
class Encoder : public Stage {
 public:
  explicit Encoder(const OutputSettings& settings)
      : writer_(settings), record_bytes_max_(settings.record_bytes_max) {}

  std::string_view name() const override { return "encode"; }

  // Sets Article::output. REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  void Encode(Article& article, Arena& arena);
  void UseRules(const CompiledRules& rules);

  RecordWriter writer_;
  const std::size_t record_bytes_max_;  // With key and headers; 0: no bound.
  std::uint64_t generation_ = 0;        // Of the rules that writer_ knows.
};

}  // namespace wiredesk
