#include "app/text_output.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace wiredesk {

void AddColorOption(CLI::App& command, std::string& color) {
  command
      .add_option("--color", color, "auto (on a terminal, unless NO_COLOR is set), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

bool WriteTextFile(const std::string& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written &= std::fclose(file) == 0;
  if (!written) {
    std::fprintf(stderr, "wiredesk: %s: %s\n", path.c_str(), std::strerror(errno));
  }
  return written;
}

}  // namespace wiredesk
