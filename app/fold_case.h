// Comparing names as people write them. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace wiredesk {

// With case set aside (Unicode full folding): names that differ in case only become equal.
std::string FoldCase(std::string_view utf8);

}  // namespace wiredesk
