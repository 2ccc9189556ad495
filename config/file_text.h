// Whole small files, read within a bound. Any thread.
#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

namespace wiredesk {

// The bytes of the file at `path`. Nothing, and a reason in `error` ("no such file"), if it can't
// be read, is a directory, or has more than `bytes_max` bytes.
std::optional<std::string> ReadFileText(const std::string& path, std::size_t bytes_max,
                                        std::string& error);

// The same of what is left in `file`, which stays open.
std::optional<std::string> ReadStreamText(std::FILE* file, std::size_t bytes_max,
                                          std::string& error);

}  // namespace wiredesk
