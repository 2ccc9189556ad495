// CHECK: an assertion that stays on in every build. It is for bugs of our own only; bad input and
// bad surroundings are reported, never checked.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace wiredesk {

// Prints what did not hold and aborts. Any thread.
[[noreturn]] inline void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "wiredesk: %s:%d: internal error: %s does not hold\n", file, line,
               condition);
  std::abort();
}

}  // namespace wiredesk

#define WIREDESK_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::wiredesk::CheckFailed(#condition, __FILE__, __LINE__))
