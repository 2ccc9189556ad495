// How far a command is: one line on standard error that is written over, on a terminal. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wiredesk {

class ProgressLine {
 public:
  // What happens where standard error is no terminal.
  enum class Elsewhere { kNothing, kLineEachTwoSeconds };

  // `name` begins the lines of kLineEachTwoSeconds: "feed".
  explicit ProgressLine(std::string_view name, Elsewhere elsewhere = Elsewhere::kNothing);
  ~ProgressLine() { Erase(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Whether it is time to show something again: cheap enough to ask for each article.
  bool due() const;
  // `progress` is 0 to 1, where it is known.
  void Show(std::optional<double> progress, std::string_view text);

  // What was shown last stays, and the next output begins below it; or it goes.
  void End();
  void Erase();

 private:
  using Clock = std::chrono::steady_clock;

  const std::string name_;
  const Elsewhere elsewhere_;
  const bool is_terminal_;
  Clock::time_point shown_at_ = Clock::now();
  bool line_is_open_ = false;
};

// "[#########.....................]"
std::string ProgressBar(double progress);

}  // namespace wiredesk
