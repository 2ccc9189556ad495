// Bare hs_scan over the literals of the rules, with an empty callback: the floor that matching is
// held against.
#pragma once

#include <hs.h>

#include <string_view>

#include "bench/shipped_rules.h"
#include "config/check.h"
#include "stages/hyperscan.h"

namespace wiredesk {

class BareScan {
 public:
  BareScan() {
    absl::StatusOr<HyperscanDatabase> database = CompileLiterals(ShippedRules()->literals());
    WIREDESK_CHECK(database.ok());
    database_ = *std::move(database);
    hs_scratch_t* scratch = nullptr;
    WIREDESK_CHECK(hs_alloc_scratch(database_.get(), &scratch) == HS_SUCCESS);
    scratch_.reset(scratch);
  }

  bool Scan(std::string_view canonical) const {
    const auto nothing = [](unsigned, unsigned long long, unsigned long long, unsigned, void*) {
      return 0;
    };
    return hs_scan(database_.get(), canonical.data(), static_cast<unsigned>(canonical.size()), 0,
                   scratch_.get(), nothing, nullptr) == HS_SUCCESS;
  }

 private:
  HyperscanDatabase database_;
  HyperscanScratch scratch_;
};

}  // namespace wiredesk
