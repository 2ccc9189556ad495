#include "app/exit_status.h"

namespace wiredesk {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
      return kExitConfig;
    case absl::StatusCode::kPermissionDenied:
      return kExitAccess;
    case absl::StatusCode::kOutOfRange:
      return kExitData;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnavailable;
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kResourceExhausted:
      return kExitIo;
    case absl::StatusCode::kAlreadyExists:
      return kExitFenced;
    case absl::StatusCode::kInternal:
      return kExitInternal;
    default:
      return kExitRestart;
  }
}

}  // namespace wiredesk
