#include "app/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string_view>
#include <utility>

namespace wiredesk {
namespace {

constexpr const char kPattern[] = "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v";

// Lines of kPattern with some texts hidden.
class HidingFormatter final : public spdlog::formatter {
 public:
  explicit HidingFormatter(std::vector<std::string> hidden)
      : hidden_(std::move(hidden)),
        pattern_(std::make_unique<spdlog::pattern_formatter>(kPattern)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const std::string text = Hide({message.payload.data(), message.payload.size()}, hidden_);
    spdlog::details::log_msg shown = message;
    shown.payload = text;
    pattern_->format(shown, line);
    message.color_range_start = shown.color_range_start;
    message.color_range_end = shown.color_range_end;
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<HidingFormatter>(hidden_);
  }

 private:
  const std::vector<std::string> hidden_;
  const std::unique_ptr<spdlog::formatter> pattern_;
};

}  // namespace

void SetUpLog(const std::string& level, std::vector<std::string> hidden) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("wiredesk"));
  spdlog::set_formatter(std::make_unique<HidingFormatter>(std::move(hidden)));
  spdlog::set_level(spdlog::level::from_str(level));
}

std::string Hide(std::string text, const std::vector<std::string>& hidden) {
  constexpr std::string_view kShown = "(hidden)";
  for (const std::string& value : hidden) {
    for (std::size_t at = text.find(value); at != std::string::npos;
         at = text.find(value, at + kShown.size())) {
      text.replace(at, value.size(), kShown);
    }
  }
  return text;
}

}  // namespace wiredesk
