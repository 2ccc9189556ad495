// Which matcher is linked, and whether it can be trusted.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace wiredesk {

// Whether the linked matcher finds what it must. Vectorscan before 5.4.13 silently loses matches
// (VectorCamp/vectorscan#382); a program linked with such a library must not start.
absl::Status TestMatcher();

// "Hyperscan 5.4.0 ..." as the linked library calls itself.
std::string_view MatcherVersion();

// What of this processor the matcher compiles for: differs where its databases may.
std::string MatcherPlatform();

}  // namespace wiredesk
