// This program's version, and those of the libraries that it runs with now.
#pragma once

#include <string>

namespace wiredesk {

std::string VersionText();

}  // namespace wiredesk
