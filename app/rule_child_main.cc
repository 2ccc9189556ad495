// The child that compiles rules: its limits, its notes, its reply.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "app/exit_codes.h"
#include "app/mapped_file.h"
#include "app/rule_build.h"
#include "app/rule_child.h"
#include "stages/rules_form.h"

// A sanitizer reserves more address space than any limit would allow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WIREDESK_LIMITS_MEMORY 0
#else
#define WIREDESK_LIMITS_MEMORY 1
#endif

namespace wiredesk {
namespace {

// Address space that the process has now.
std::uint64_t PresentMemory() {
  std::uint64_t pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    unsigned long long number = 0;
    if (std::fscanf(file, "%llu", &number) == 1) pages = number;
    std::fclose(file);
  }
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

bool Limit(int resource, std::uint64_t soft, std::uint64_t hard) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return false;
  limit.rlim_cur = std::min<rlim_t>(soft, limit.rlim_max);
  limit.rlim_max = std::min<rlim_t>(hard, limit.rlim_max);
  return setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0;
}

// False: the system doesn't let us.
bool ApplyLimits(const CompileLimits& limits) {
  bool is_limited =
      Limit(RLIMIT_CORE, 0, 0) && Limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1);
  if (WIREDESK_LIMITS_MEMORY != 0) {
    const std::uint64_t memory = PresentMemory() + limits.memory_bytes;
    is_limited = Limit(RLIMIT_AS, memory, memory) && is_limited;
  }
  // Libraries may swallow an exception for want of memory and say something else.
  std::set_new_handler([] { _exit(kChildOutOfMemory); });
  return is_limited;
}

void CopyText(std::string_view text, char* to, std::size_t room) {
  const std::size_t size = std::min(text.size(), room - 1);
  std::memcpy(to, text.data(), size);
  to[size] = '\0';
}

bool WriteReply(std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = write(kReplyFd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Whether the descriptors are those that a parent gives.
bool IsChild() {
  struct stat status;
  return fcntl(kRequestFd, F_GET_SEALS) >= 0 && fcntl(kReplyFd, F_GET_SEALS) >= 0 &&
         fstat(kNotesFd, &status) == 0 && status.st_size == static_cast<off_t>(sizeof(ChildNotes));
}

int Compile(ChildNotes& notes) {
  const std::optional<MappedFile> request_bytes = MappedFile::Map(kRequestFd);
  if (!request_bytes) return kChildFailed;
  const std::optional<CompileRequest> request = DecodeRequest(request_bytes->bytes());
  if (!request) return kChildFailed;
  if (!ApplyLimits(request->limits)) return kChildUnlimited;

  notes.phase = ChildNotes::Phase::kReading;
  CompileReply reply;
  std::shared_ptr<const CompiledRules> compiled;
  const std::vector<RulePack> packs = ParsePacks(request->sources, reply.diagnostics);
  reply.list_files = ListFilesOf(packs);
  if (!HasErrors(reply.diagnostics)) {
    notes.phase = ChildNotes::Phase::kTogether;
    CompileOptions options = request->options;
    options.before_regex = [&notes](const RulePack& pack, const RuleNode& regex) {
      CopyText(pack.file, notes.file, sizeof notes.file);
      CopyText(regex.text, notes.regex, sizeof notes.regex);
      notes.position = regex.position;
      notes.phase = ChildNotes::Phase::kRegex;
    };
    options.before_together = [&notes] { notes.phase = ChildNotes::Phase::kTogether; };
    compiled = CompileRules(packs, reply.diagnostics, options);
  }
  reply.is_compiled = compiled != nullptr;
  std::string bytes = Encode(reply);
  if (compiled != nullptr) WriteRulesForm(*compiled, bytes);
  return WriteReply(bytes) ? kChildDone : kChildFailed;
}

}  // namespace

int RunCompileChild() {
  // A parent that is gone needs no rules.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!IsChild()) {
    std::fprintf(stderr, "wiredesk: this command is for wiredesk itself\n");
    return kExitUsage;
  }
  void* memory = mmap(nullptr, sizeof(ChildNotes), PROT_READ | PROT_WRITE, MAP_SHARED, kNotesFd, 0);
  if (memory == MAP_FAILED) return kChildFailed;
  // Articles come first: this may wait where all processors are busy.
  setpriority(PRIO_PROCESS, 0, 10);
  try {
    return Compile(*static_cast<ChildNotes*>(memory));
  } catch (const std::bad_alloc&) {
    return kChildOutOfMemory;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wiredesk: compiling rules: %s\n", error.what());
    return kChildFailed;
  }
}

}  // namespace wiredesk
