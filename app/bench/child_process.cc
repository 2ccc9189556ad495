#include "app/bench/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

namespace wiredesk {
namespace {

namespace fs = std::filesystem;

// Empty, or its beginning, if it can't be read: a process may end meanwhile.
std::string ReadSmallFile(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();  // Iterators over its buffer would throw then.
  return std::move(text).str();
}

// The numbers of /proc/PID/stat behind the name, which may hold anything: the first is field 4.
std::vector<std::int64_t> StatFields(pid_t pid) {
  const std::string text = ReadSmallFile(fmt::format("/proc/{}/stat", pid));
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > text.size()) return {};
  std::istringstream numbers(text.substr(name_end + 4));
  return {std::istream_iterator<std::int64_t>(numbers), {}};
}

constexpr std::size_t kSessionField = 6 - 4;
constexpr std::size_t kChildrenUserField = 16 - 4;
constexpr std::size_t kChildrenSystemField = 17 - 4;

std::vector<pid_t> ProcessesOfSession(pid_t session) {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    const std::vector<std::int64_t> fields = StatFields(pid);
    if (fields.size() > kSessionField && fields[kSessionField] == session) found.push_back(pid);
  }
  return found;
}

std::uint64_t MemoryPeak(pid_t pid) {
  const std::string text = ReadSmallFile(fmt::format("/proc/{}/status", pid));
  const std::size_t at = text.find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 6, nullptr, 10) * 1024;
}

int Spawn(const std::vector<std::string>& arguments, const std::string& log_path, pid_t& pid) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none;  // This process waits for signals by blocking them; the child shall get its own.
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  const int error =
      posix_spawn(&pid, arguments[0].c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(std::vector<std::string> arguments,
                                                 std::string log_path) {
  pid_t pid = 0;
  if (const int error = Spawn(arguments, log_path, pid); error != 0) {
    return absl::InvalidArgumentError(fmt::format("{} can't be started: {}", arguments[0],
                                                  std::generic_category().message(error)));
  }
  return ChildProcess(pid, std::move(log_path));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      log_path_(std::move(other.log_path_)),
      status_(other.status_) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) Stop(std::chrono::seconds(0));
}

std::optional<int> ChildProcess::ended() {
  int status = 0;
  if (!status_ && waitpid(pid_, &status, WNOHANG) == pid_) status_ = status;
  return status_;
}

int ChildProcess::Stop(std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  if (!ended()) kill(-pid_, SIGTERM);
  while (!ended() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (const pid_t pid : ProcessesOfSession(pid_)) kill(pid, SIGKILL);
  int status = 0;
  while (!status_ && waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  if (!status_) status_ = status;
  return *status_;
}

ProcessUsage ChildProcess::usage() const {
  ProcessUsage sum;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (const pid_t pid : ProcessesOfSession(pid_)) {
    const std::optional<ProcessUsage> own = UsageOf(pid);
    const std::vector<std::int64_t> fields = StatFields(pid);
    if (!own || fields.size() <= kChildrenSystemField) continue;
    const std::int64_t children = fields[kChildrenUserField] + fields[kChildrenSystemField];
    sum.cpu_seconds += own->cpu_seconds + static_cast<double>(children) / ticks;
    sum.memory_peak_bytes += own->memory_peak_bytes;
  }
  return sum;
}

std::string ChildProcess::Log() const { return ReadSmallFile(log_path_); }

std::string ChildProcess::LogTail() const {
  constexpr std::size_t kBytes = 2000;
  std::string text = Log();
  if (text.size() > kBytes) {
    text.erase(0, text.size() - kBytes);
    text.erase(0, text.find('\n') + 1);
  }
  return text;
}

std::optional<ProcessUsage> UsageOf(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return ProcessUsage{static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9,
                      MemoryPeak(pid)};
}

double CpuSecondsOfThreads(const std::string& name) {
  double seconds = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator("/proc/self/task", error)) {
    if (ReadSmallFile(task.path() / "comm") != name + "\n") continue;
    std::istringstream times(ReadSmallFile(task.path() / "schedstat"));  // ns on a core, first.
    double nanoseconds = 0;
    if (times >> nanoseconds) seconds += nanoseconds / 1e9;
  }
  return seconds;
}

std::string DescribeEnd(int wait_status) {
  if (WIFSIGNALED(wait_status)) return fmt::format("was ended by signal {}", WTERMSIG(wait_status));
  return fmt::format("ended with exit status {}", WEXITSTATUS(wait_status));
}

}  // namespace wiredesk
