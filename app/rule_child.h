// Compiles rules in a child process with limits on processor time and memory, so that no rule can
// end or starve the program.
//
//   this process                          child: wiredesk compile-rules
//     request, in memory ──────────────▶    reads and compiles the packs
//     waits              ◀── notes ─────    which regex it is at
//                        ◀── reply ─────    what is wrong with the packs
//
// A child that is killed for its limits leaves its notes behind, and so the regex is known that it
// died of.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/mapped_file.h"
#include "app/rule_child_form.h"

namespace wiredesk {

// The program to run as a child; empty, as at first: none, everything is compiled in this process.
// Set by main() before there are threads, for only the program itself knows the command.
void SetCompileProgram(std::string path);
const std::string& CompileProgram();

struct ChildResult {
  CompileReply reply;
  std::optional<MappedFile> memory;  // That `form` lies in.
  std::string_view form;             // The compiled rules; see stages/rules_form.h.
};

// Any thread; waits. What went wrong is in the diagnostics, a child that exceeded its limits too.
// A byte or an event at `cancel_fd` (-1: none) ends the waiting with an error.
// REQUIRES: a program is set.
ChildResult CompileInChild(const CompileRequest& request, int cancel_fd = -1);

// The child's side: what `wiredesk compile-rules` does. Gives its exit status.
int RunCompileChild();

}  // namespace wiredesk
