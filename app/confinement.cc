#include "app/confinement.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

namespace wiredesk {

absl::Status TurnOffCoreDumps() {
  // Both: a core pattern that is a program (systemd-coredump) is run whatever the limit says, but
  // not for a process that may not be dumped.
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::ErrnoToStatus(errno, "core dumps can't be turned off");
  }
  return absl::OkStatus();
}

}  // namespace wiredesk
