// The program's own log: one line an event on standard error.
#pragma once

#include <string>
#include <vector>

namespace wiredesk {

// `level` is one of debug, info, warn, error. `hidden`, the longest first, is replaced by
// "(hidden)" in every line, whoever writes it: librdkafka shows settings in its own. Before other
// threads are there.
void SetUpLog(const std::string& level, std::vector<std::string> hidden = {});

// `text` without any of `hidden`.
std::string Hide(std::string text, const std::vector<std::string>& hidden);

}  // namespace wiredesk
