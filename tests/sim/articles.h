// The input of every run: articles that can be told apart, some of them no articles at all, and
// what the stages make of each alone. Made once for all runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.h"
#include "pipeline/rules_holder.h"
#include "stages/stage.h"

namespace wiredesk::sim {

inline constexpr std::int32_t kPartitionsMax = 4;
inline constexpr int kRecordsMax = 40;  // In a partition.

struct InputRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
  std::string result;        // What has to come out.
  bool dead_letter = false;  // And where.
};

class Articles {
 public:
  static const Articles& Get();

  // By ascending offsets, with gaps, as transactions and compaction leave them.
  const std::vector<InputRecord>& of(std::int32_t partition) const {
    return records_[static_cast<std::size_t>(partition)];
  }
  // The record that `result` is the right outcome of, or null.
  const InputRecord* Find(std::string_view result) const;

  // A stage for one worker; those of one name share what they hold, being of one thread.
  static std::unique_ptr<Stage> MakeStage(std::string_view name);
  static const RulesHolder& rules();

 private:
  Articles();
  std::vector<std::vector<InputRecord>> records_;
  std::unordered_map<std::string_view, const InputRecord*> by_result_;
};

}  // namespace wiredesk::sim
