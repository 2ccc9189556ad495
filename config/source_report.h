// Collects what is wrong with one file, with the line that each error stands in.
//
// Lines that may hold a secret in clear are never shown. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/diagnostic.h"

namespace wiredesk {

class SourceReport {
 public:
  // `text` must outlive the report, and errors are appended to `diagnostics`.
  SourceReport(std::string file, std::string_view text, Diagnostics& diagnostics)
      : file_(std::move(file)), text_(text), diagnostics_(diagnostics) {}

  // An error that concerns the setting `path` ("kafka.sasl.password"; "" for none), which also
  // decides whether the line may be shown.
  void Error(const SourcePosition& position, std::string_view path, std::string_view message,
             std::string_view help = {});

  // An error in the writing of the file, before anything is known of what its lines mean.
  void SyntaxError(const SourcePosition& position, std::string_view message,
                   std::string_view help = {});

  std::size_t error_count() const { return error_count_; }
  const std::string& file() const { return file_; }
  std::string_view text() const { return text_; }

  // Line `line`, counted from 1, without its end.
  std::string_view LineAt(int line) const;

 private:
  void Add(const SourcePosition& position, std::string message, std::string_view help,
           std::string_view source_line);

  std::string file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t error_count_ = 0;
};

// Whether a name means that its value is to be kept secret ("sasl.password").
bool IsSecretName(std::string_view name);

}  // namespace wiredesk
