#include "app/rule_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "app/mapped_file.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;

std::string& Program() {
  static std::string program;
  return program;
}

std::string Reason(int error) { return std::generic_category().message(error); }

ChildResult Failed(std::string message, std::string help = {}) {
  ChildResult result;
  result.reply.diagnostics.push_back(
      {Diagnostic::Severity::kError, "rules", {}, std::move(message), std::move(help), {}});
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Memory with a descriptor. Its number is above those that the child gives it.
Descriptor MakeMemory(const char* name) {
  const Descriptor memory(memfd_create(name, MFD_CLOEXEC));
  return Descriptor(memory.get() < 0 ? -1 : fcntl(memory.get(), F_DUPFD_CLOEXEC, 10));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return lseek(fd, 0, SEEK_SET) == 0;
}

// How a child ended.
struct End {
  int status = 0;
  double cpu_seconds = 0;
  bool cancelled = false;
  bool overdue = false;
};

class Child {
 public:
  // `errno` as a number, or 0.
  int Start(int request_fd, int reply_fd, int notes_fd) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, request_fd, kRequestFd);
    posix_spawn_file_actions_adddup2(&actions, reply_fd, kReplyFd);
    posix_spawn_file_actions_adddup2(&actions, notes_fd, kNotesFd);
    posix_spawn_file_actions_addclosefrom_np(&actions, kNotesFd + 1);
    // A group of its own: Ctrl-C is this process's to answer. And all signals as usual, whatever
    // this process has blocked.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::string name = "wiredesk";
    std::string command = "compile-rules";
    char* argv[] = {name.data(), command.data(), nullptr};
    const int error =
        posix_spawn(&pid_, CompileProgram().c_str(), &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
  }

  // Until it ends, is cancelled or overdue; in any case it is gone afterwards.
  End Wait(std::chrono::seconds patience, int cancel_fd) const {
    End end;
    // The header of glibc 2.36 for it is not made for C++.
    const Descriptor ended(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    const Clock::time_point deadline = Clock::now() + patience;
    while (true) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd fds[] = {{ended.get(), POLLIN, 0}, {cancel_fd, POLLIN, 0}};
      const int ready = poll(fds, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000)));
      if (ready < 0 && errno == EINTR) continue;
      if (fds[0].revents != 0) break;
      end.cancelled = fds[1].revents != 0;
      end.overdue = !end.cancelled && Clock::now() >= deadline;
      if (!end.cancelled && !end.overdue) continue;
      kill(pid_, SIGKILL);
      break;
    }
    rusage usage{};
    while (wait4(pid_, &end.status, 0, &usage) < 0 && errno == EINTR) continue;
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    end.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return end;
  }

 private:
  pid_t pid_ = -1;
};

// What the child was at when it ended.
std::string Describe(const ChildNotes& notes) {
  switch (notes.phase) {
    case ChildNotes::Phase::kRegex:
      return fmt::format("the regex /{}/", notes.regex);
    case ChildNotes::Phase::kTogether:
      return "compiling all rules together";
    case ChildNotes::Phase::kReading:
      return "reading the rule packs";
    case ChildNotes::Phase::kStarting:
      break;
  }
  return "starting the process that compiles rules";
}

struct Fault {
  std::string message;
  std::string help;
};

// Why there is no reply.
Fault Explain(const End& end, const ChildNotes& notes, const CompileLimits& limits) {
  const std::string what = Describe(notes);
  const int signal = WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0;
  const bool used_up = end.cpu_seconds + 0.5 >= static_cast<double>(limits.cpu_seconds);
  if (end.cancelled) return {"compiling was given up: the program is being stopped", ""};
  if (signal == SIGXCPU || (signal == SIGKILL && used_up && !end.overdue)) {
    return {fmt::format("{} exceeds the limits of compilation: more than {} s of processor time",
                        what, limits.cpu_seconds),
            "write it shorter, or raise rules.compile_limits.cpu"};
  }
  if (end.overdue) return {what + " takes too long", "is a list of terms a file that never ends?"};
  if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == kChildOutOfMemory) {
    return {fmt::format("{} exceeds the limits of compilation: more than {} MiB of memory", what,
                        limits.memory_bytes >> 20),
            "write it shorter, or raise rules.compile_limits.memory"};
  }
  if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == kChildUnlimited) {
    return {"the limits of compilation can't be set",
            "something keeps wiredesk from calling setrlimit, such as a filter of system calls"};
  }
  if (signal != 0) {
    return {fmt::format("{} ended its process by signal {}", what, signal),
            signal == SIGKILL ? "the system may have run out of memory" : "please report this bug"};
  }
  return {what + " failed", "please report this bug"};
}

ChildResult ResultOf(const End& end, MappedFile reply_bytes, const MappedFile& notes_bytes,
                     const CompileLimits& limits) {
  if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == kChildDone) {
    ChildResult result;
    if (std::optional<CompileReply> reply = DecodeReply(reply_bytes.bytes(), result.form)) {
      result.reply = *std::move(reply);
      result.memory = std::move(reply_bytes);
      return result;
    }
  }
  ChildNotes notes{};
  if (notes_bytes.bytes().size() >= sizeof notes) {
    notes_bytes.bytes().copy(reinterpret_cast<char*>(&notes), sizeof notes);
  }
  notes.file[sizeof notes.file - 1] = '\0';
  notes.regex[sizeof notes.regex - 1] = '\0';
  const Fault fault = Explain(end, notes, limits);
  ChildResult failed = Failed(fault.message, fault.help);
  if (notes.phase == ChildNotes::Phase::kRegex) {
    failed.reply.diagnostics[0].file = notes.file;
    failed.reply.diagnostics[0].position = notes.position;
  }
  return failed;
}

}  // namespace

void SetCompileProgram(std::string path) { Program() = std::move(path); }

const std::string& CompileProgram() { return Program(); }

ChildResult CompileInChild(const CompileRequest& request, int cancel_fd) {
  const Descriptor question = MakeMemory("wiredesk-request");
  const Descriptor reply = MakeMemory("wiredesk-reply");
  const Descriptor notes = MakeMemory("wiredesk-notes");
  if (question.get() < 0 || reply.get() < 0 || notes.get() < 0 ||
      ftruncate(notes.get(), sizeof(ChildNotes)) != 0 ||
      !WriteAll(question.get(), Encode(request))) {
    return Failed("there is no memory to compile rules with: " + Reason(errno));
  }
  Child child;
  if (const int error = child.Start(question.get(), reply.get(), notes.get()); error != 0) {
    return Failed("the process that compiles rules can't be started: " + Reason(error));
  }
  // The limit counts processor time; on a busy machine that takes longer.
  const std::chrono::seconds patience(20 * request.limits.cpu_seconds + 60);
  const End end = child.Wait(patience, cancel_fd);
  std::optional<MappedFile> reply_bytes = MappedFile::Map(reply.get());
  const std::optional<MappedFile> notes_bytes = MappedFile::Map(notes.get());
  if (!reply_bytes || !notes_bytes) return Failed("no memory for compiled rules");
  return ResultOf(end, *std::move(reply_bytes), *notes_bytes, request.limits);
}

}  // namespace wiredesk
