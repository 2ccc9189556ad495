// What passes between a process that wants rules compiled and its child that compiles them
// (rule_child.h): the request, the reply, and the notes that outlive a child that is killed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/pack_source.h"
#include "stages/rule_compiler.h"

namespace wiredesk {

// The child's descriptors.
inline constexpr int kRequestFd = 0;
inline constexpr int kReplyFd = 1;
inline constexpr int kNotesFd = 3;

// How the child ends other than by a signal.
enum ChildExit : int {
  kChildDone = 0,  // The reply is complete.
  kChildFailed = 1,
  kChildOutOfMemory = 2,
  kChildUnlimited = 3,  // It could not set its limits.
};

// Limits of the child, which it sets itself.
struct CompileLimits {
  std::uint64_t cpu_seconds = 60;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;  // Beyond what the program itself takes.
};

struct CompileRequest {
  CompileLimits limits;
  CompileOptions options;  // Without those that are of use in one process only.
  std::vector<PackSource> sources;
};

struct CompileReply {
  Diagnostics diagnostics;
  std::vector<std::string> list_files;  // That the packs read from.
  bool is_compiled = false;
};

// In memory that both share: what is being compiled. A child that is killed leaves it behind.
struct ChildNotes {
  enum class Phase : std::uint32_t { kStarting, kReading, kRegex, kTogether };
  Phase phase;
  SourcePosition position;  // Of the regex.
  char file[4096];          // Ends with a NUL.
  char regex[256];          // Its beginning; ends with a NUL.
};

std::string Encode(const CompileRequest& request);
std::string Encode(const CompileReply& reply);
// Nothing if the bytes are not whole.
std::optional<CompileRequest> DecodeRequest(std::string_view bytes);
// `form` is what stands behind the reply: the compiled rules (stages/rules_form.h), if there are
// any.
std::optional<CompileReply> DecodeReply(std::string_view bytes, std::string_view& form);

}  // namespace wiredesk
