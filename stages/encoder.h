// Stage 5: a tagged article -> the output record's bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/settings.h"
#include "stages/record_writer.h"
#include "stages/stage.h"

namespace wiredesk {

// One thread at a time.
class Encoder : public Stage {
 public:
  explicit Encoder(const OutputSettings& settings) : writer_(settings) {}

  std::string_view name() const override { return "encode"; }

  // Sets Article::output. REQUIRES: batch.rules is set.
  void Process(Batch& batch) override;

 private:
  void UseRules(const CompiledRules& rules);

  RecordWriter writer_;
  std::uint64_t generation_ = 0;  // Of the rules that writer_ knows.
};

}  // namespace wiredesk
