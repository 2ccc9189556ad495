// Which exit status says what a failure was.
#pragma once

#include "absl/status/status.h"
#include "app/exit_codes.h"

namespace wiredesk {

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace wiredesk
