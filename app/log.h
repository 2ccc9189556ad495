// The program's own log: one line an event on standard error.
#pragma once

#include <string>

namespace wiredesk {

// `level` is one of debug, info, warn, error. Before other threads are there.
void SetUpLog(const std::string& level);

}  // namespace wiredesk
