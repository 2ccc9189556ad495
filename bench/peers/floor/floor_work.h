// What the floor does with an article before it sends something as long as a record: nothing, or
// only what no program can do without.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wiredesk {

// One thread's.
class FloorWork {
 public:
  virtual ~FloorWork() = default;
  // False: not an article. REQUIRES: kPadding readable bytes behind `json`.
  virtual bool Do(std::string_view json) = 0;
};

// `name`: echo (nothing), hyperscan (bare simdjson, one loop that folds, bare hs_scan), or words
// (bare simdjson, this program's own tokeniser and word index). `keywords`: path of lines
// `keyword<TAB>topic`. Invalid argument: another name, or keywords that can't be used.
absl::StatusOr<std::unique_ptr<FloorWork>> MakeFloorWork(std::string_view name,
                                                         const std::string& keywords);

}  // namespace wiredesk
