#include "config/source_report.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wiredesk {
namespace {

// A file that is wrong all over is told so; more lines than this nobody reads.
constexpr std::size_t kErrorsMax = 100;
// Longer lines are not worth a copy in each error.
constexpr std::size_t kShownLineBytesMax = 4096;

constexpr std::array<std::string_view, 8> kSecretWords = {
    "password", "passphrase", "secret",      "token",
    "jaas",     "key.pem",    "private.key", "oauthbearer.config"};

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerAscii);
  return lower;
}

// Whether what follows a secret's name is a reference without a default, so holds nothing secret.
bool IsPlainReference(std::string_view after_name) {
  const std::size_t colon = after_name.find(':');
  if (colon == std::string_view::npos) return false;
  const std::size_t value = after_name.find_first_not_of(' ', colon + 1);
  return value != std::string_view::npos && after_name[value] == '{' &&
         after_name.find("default", value) == std::string_view::npos;
}

// Whether a line names a secret and seems to hold its value too, or to be followed by it.
bool HoldsSecret(std::string_view line) {
  const std::string lower = Lower(line);
  for (const std::string_view word : kSecretWords) {
    for (std::size_t at = lower.find(word); at != std::string::npos;
         at = lower.find(word, at + 1)) {
      if (!IsPlainReference(std::string_view(lower).substr(at))) return true;
    }
  }
  return false;
}

}  // namespace

bool IsSecretName(std::string_view name) {
  const std::string lower = Lower(name);
  return std::any_of(kSecretWords.begin(), kSecretWords.end(), [&lower](std::string_view word) {
    return lower.find(word) != std::string::npos;
  });
}

void SourceReport::Error(const SourcePosition& position, std::string_view path,
                         std::string_view message, std::string_view help) {
  if (++error_count_ > kErrorsMax) return;
  const std::string_view line = LineAt(position.line);
  const bool secret = IsSecretName(path) || HoldsSecret(line);
  Add(position, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message), help,
      secret ? std::string_view() : line);
}

void SourceReport::SyntaxError(const SourcePosition& position, std::string_view message,
                               std::string_view help) {
  if (++error_count_ > kErrorsMax) return;
  // The lines of a broken private key are where the writing goes wrong, so that no line after a
  // secret's name is safe to show.
  const std::string_view line = LineAt(position.line);
  const std::string_view until = text_.substr(
      0, line.empty() ? text_.size() : static_cast<std::size_t>(line.data() - text_.data()));
  bool secret = HoldsSecret(line);
  for (std::size_t start = 0; !secret && start < until.size();) {
    const std::size_t end = std::min(until.find('\n', start), until.size());
    secret = HoldsSecret(until.substr(start, end - start));
    start = end + 1;
  }
  Add(position, std::string(message), help, secret ? std::string_view() : line);
}

void SourceReport::Add(const SourcePosition& position, std::string message, std::string_view help,
                       std::string_view source_line) {
  if (error_count_ == kErrorsMax) {
    message = "there are more errors than these; only the first are shown";
    diagnostics_.push_back({Diagnostic::Severity::kError, file_, {}, std::move(message), {}, {}});
    return;
  }
  const bool shown = source_line.size() <= kShownLineBytesMax;
  diagnostics_.push_back({Diagnostic::Severity::kError, file_, position, std::move(message),
                          std::string(help), shown ? std::string(source_line) : std::string()});
}

std::string_view SourceReport::LineAt(int line) const {
  std::string_view rest = text_;
  for (int number = 1; number < line; ++number) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return line > 0 ? rest : std::string_view();
}

}  // namespace wiredesk
