// A program that the benchmark starts and looks at: one process, or a command with many.
//
// It has a session of its own. What the session's processes have used is theirs together: a shell,
// what it starts, and a child that has ended by now.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wiredesk {

struct ProcessUsage {
  double cpu_seconds = 0;               // User and system.
  std::uint64_t memory_peak_bytes = 0;  // The sum of what each living process had at most.
};

// One thread at a time.
class ChildProcess {
 public:
  // `arguments[0]` is the program's file. Standard output and error go to the file `log_path`.
  static absl::StatusOr<ChildProcess> Start(std::vector<std::string> arguments,
                                            std::string log_path);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();  // Kills what still lives of the session.

  // How it ended, as waitpid() has it; none: it has not. Never waits.
  std::optional<int> ended();

  // SIGTERM to the group; after `patience` SIGKILL. Returns how it ended.
  int Stop(std::chrono::seconds patience);

  ProcessUsage usage() const;

  std::string Log() const;  // All that it wrote.
  // The last lines of that.
  std::string LogTail() const;

 private:
  ChildProcess(pid_t pid, std::string log_path) : pid_(pid), log_path_(std::move(log_path)) {}

  pid_t pid_;
  std::string log_path_;
  std::optional<int> status_;
};

// What the one process `pid` has used; none if it is not there. `cpu_seconds` has the resolution of
// the scheduler, not that of the clock's tick.
std::optional<ProcessUsage> UsageOf(pid_t pid);

// The CPU seconds of this process's threads that are named so.
double CpuSecondsOfThreads(const std::string& name);

// "was ended by signal 9", "ended with exit status 78".
std::string DescribeEnd(int wait_status);

}  // namespace wiredesk
