#include "config/rule_errors.h"

#include <utility>

#include <fmt/format.h>

namespace wiredesk {
namespace {

// A line longer than this was not written by hand and is not shown: a pack of one line must not be
// copied into each of its errors.
constexpr std::size_t kShownLineBytesMax = 16384;

}  // namespace

void RuleErrors::Error(const SourcePosition& position, std::string message, std::string help) {
  if (too_many()) return;
  ++errors_;
  if (too_many()) {
    message = fmt::format("too many errors; the first {} are shown", kRuleErrorsMax);
    help.clear();
  }
  Add(Diagnostic::Severity::kError, position, std::move(message), std::move(help));
}

void RuleErrors::Warn(const SourcePosition& position, std::string message, std::string help) {
  if (warnings_ >= kRuleWarningsMax) return;
  ++warnings_;
  Add(Diagnostic::Severity::kWarning, position, std::move(message), std::move(help));
}

void RuleErrors::Add(Diagnostic::Severity severity, const SourcePosition& position,
                     std::string message, std::string help) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.file = file_;
  diagnostic.position = position;
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  diagnostic.source_line = std::string(LineOf(position));
  diagnostics_.push_back(std::move(diagnostic));
}

std::string_view RuleErrors::LineOf(const SourcePosition& position) {
  if (position.line <= 0) return {};
  if (position.line < line_) {
    line_ = 1;
    line_start_ = 0;
  }
  while (line_ < position.line) {
    const std::size_t feed = text_.find('\n', line_start_);
    if (feed == std::string_view::npos) return {};
    line_start_ = feed + 1;
    ++line_;
  }
  const std::size_t end = text_.find('\n', line_start_);
  const std::string_view line = text_.substr(line_start_, end - line_start_);
  return line.size() > kShownLineBytesMax ? std::string_view() : line;
}

std::string SuggestName(std::string_view word, std::span<const std::string_view> candidates,
                        std::string otherwise) {
  const std::string nearest = NearestName(word, candidates);
  return nearest.empty() ? std::move(otherwise) : fmt::format("did you mean \"{}\"?", nearest);
}

}  // namespace wiredesk
