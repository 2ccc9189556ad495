// Named places where a test lets the worker die at once, as by kill -9: where a commit path has
// most to lose. In the program wiredesk_chaos of the tests (WIREDESK_CRASH_POINTS) the environment
// variable WIREDESK_CRASH="NAME:N" means the Nth time that NAME is passed; nothing is left of them
// in any other.
#pragma once

#include <string_view>

namespace wiredesk {

#ifdef WIREDESK_CRASH_POINTS
void CrashPoint(std::string_view name);  // Any thread.
#else
inline void CrashPoint(std::string_view) {}
#endif

}  // namespace wiredesk
