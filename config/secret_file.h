// Files that hold a secret: refused if every user of the machine may read or write them.
//
// The group's access is the owner's affair: a supervisor may hand a secret on by it (Kubernetes'
// fsGroup does). Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace wiredesk {

struct SecretFileFault {
  std::string message;
  std::string help;  // What to type; may be empty.
};

// The bytes of the file at `path`. Nothing, and the reason in `fault`, if it can't be read, is not
// a regular file, has more than `bytes_max` bytes, or is everybody's.
std::optional<std::string> ReadSecretFile(const std::string& path, std::size_t bytes_max,
                                          SecretFileFault& fault);

// For a file that somebody else will read, such as librdkafka: a fault only if it is everybody's.
std::optional<SecretFileFault> CheckSecretFile(const std::string& path);

}  // namespace wiredesk
