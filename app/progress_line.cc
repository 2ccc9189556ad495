#include "app/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace wiredesk {

ProgressLine::ProgressLine(std::string_view name, Elsewhere elsewhere)
    : name_(name), elsewhere_(elsewhere), is_terminal_(isatty(STDERR_FILENO) != 0) {}

bool ProgressLine::due() const {
  if (!is_terminal_ && elsewhere_ == Elsewhere::kNothing) return false;
  return Clock::now() - shown_at_ >= std::chrono::milliseconds(is_terminal_ ? 200 : 2000);
}

void ProgressLine::Show(std::optional<double> progress, std::string_view text) {
  shown_at_ = Clock::now();
  std::string line;
  if (is_terminal_ && progress) line += ProgressBar(*progress) + " ";
  line += text;
  if (progress) line += fmt::format("  {:.0f} %", *progress * 100);
  if (is_terminal_) {
    std::fprintf(stderr, "\r%s\033[K", line.c_str());
  } else if (elsewhere_ == Elsewhere::kLineEachTwoSeconds) {
    std::fprintf(stderr, "%s: %s\n", name_.c_str(), line.c_str());
  }
  std::fflush(stderr);
  line_is_open_ = is_terminal_;
}

void ProgressLine::End() {
  if (line_is_open_) std::fputc('\n', stderr);
  line_is_open_ = false;
}

void ProgressLine::Erase() {
  if (line_is_open_) std::fputs("\r\033[K", stderr);
  line_is_open_ = false;
}

std::string ProgressBar(double progress) {
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(std::clamp(progress, 0.0, 1.0) * kWidth + 0.5);
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(kWidth - filled), '.') + "]";
}

}  // namespace wiredesk
