// Stage 5: a tagged article -> the output record's bytes.
#pragma once

#include <string>
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
  // What writer_ knows. New rules may come to lie where old ones were, so the address alone won't
  // do.
  const CompiledRules* rules_ = nullptr;
  std::string rules_hash_;
};

}  // namespace wiredesk
