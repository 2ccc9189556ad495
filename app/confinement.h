// What the process takes from itself before it holds a secret.
#pragma once

#include "absl/status/status.h"

namespace wiredesk {

// From here on no core dump is written, and no other process of the same user can read this one's
// memory or attach to it: passwords and articles stay in here. Once, before settings are read.
absl::Status TurnOffCoreDumps();

}  // namespace wiredesk
