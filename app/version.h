// This program's version, and those of the libraries that it runs with now.
#pragma once

#include <string>

namespace wiredesk {

std::string Version();  // "0.1.0"
std::string VersionText();

}  // namespace wiredesk
