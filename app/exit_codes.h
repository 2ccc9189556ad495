// What the program's exit status says, in the manner of sysexits(3). docs/OPERATIONS.md lists them.
#pragma once

namespace wiredesk {

enum ExitCode : int {
  kExitOk = 0,             // Done; clean stop after SIGTERM or SIGINT; the end was reached.
  kExitFault = 1,          // A check or test found faults.
  kExitUsage = 64,         // The command line is wrong.
  kExitData = 65,          // Input that can't be read on with, such as an offset out of range.
  kExitNoInput = 66,       // A file that is named is not there.
  kExitUnavailable = 69,   // The broker can't be reached.
  kExitInternal = 70,      // A bug.
  kExitIo = 74,            // Reading or writing failed.
  kExitRestart = 75,       // A failure that a restart may cure.
  kExitAccess = 77,        // A broker, or the issuer of tokens, refuses us.
  kExitConfig = 78,        // Settings or rules are wrong.
  kExitDrainTimeout = 79,  // Stopped, but not everything in flight was finished in time.
  kExitHung = 81,          // Ended by force: something did not end by itself.
  kExitFenced = 80,        // Another worker has taken over this one's identity.
};

}  // namespace wiredesk
