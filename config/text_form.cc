#include "config/text_form.h"

#include <regex.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wiredesk {
namespace {

constexpr std::size_t kTopicBytesMax = 249;
constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kMemberBytesMax = 64;
constexpr std::size_t kPathBytesMax = 4096;

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool IsPrintableAscii(char c) { return c >= 0x20 && c < 0x7F; }

std::optional<std::string> FindLengthFault(std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return "must not be empty";
  if (text.size() > bytes_max) return "is too long";
  return std::nullopt;
}

std::optional<std::string> FindTopicFault(std::string_view text) {
  if (auto fault = FindLengthFault(text, kTopicBytesMax)) return fault;
  if (text == "." || text == "..") return "is a name that Kafka does not allow";
  if (!std::all_of(text.begin(), text.end(), IsTopicCharacter)) {
    return "has characters that a topic's name can't have";
  }
  return std::nullopt;
}

// A compiled POSIX expression, as librdkafka compiles subscriptions.
class Expression {
 public:
  explicit Expression(const std::string& pattern)
      : error_(regcomp(&compiled_, pattern.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  ~Expression() {
    if (error_ == 0) regfree(&compiled_);
  }
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  bool Matches(const std::string& text) const {
    return error_ == 0 && regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }
  std::optional<std::string> fault() const {
    if (error_ == 0) return std::nullopt;
    std::array<char, 128> text{};
    regerror(error_, &compiled_, text.data(), text.size());
    return std::string("is not a regular expression: ") + text.data();
  }

 private:
  regex_t compiled_{};
  int error_;
};

std::optional<std::string> FindSubscriptionFault(std::string_view text) {
  if (!text.starts_with('^')) return FindTopicFault(text);
  if (auto fault = FindLengthFault(text, kTopicBytesMax)) return fault;
  // Repeats within repeats take memory by the product of their counts, when they are compiled.
  if (std::count(text.begin(), text.end(), '{') > 1) return "has more than one {} repeat";
  return Expression(std::string(text)).fault();
}

std::optional<std::string> FindGroupFault(std::string_view text) {
  return FindLengthFault(text, kNameBytesMax);
}

std::optional<std::string> FindPointerFault(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.size() > kNameBytesMax) return "is too long";
  if (text.front() != '/') return "must begin with /";
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next != '0' && next != '1') return "has a ~ that is not ~0 (for ~) or ~1 (for /)";
  }
  return std::nullopt;
}

std::optional<std::string> FindMemberFault(std::string_view text) {
  if (auto fault = FindLengthFault(text, kMemberBytesMax)) return fault;
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return IsPrintableAscii(c) && c != '"' && c != '\\';
  });
  if (!is_plain) return "has characters that would have to be escaped in JSON";
  return std::nullopt;
}

std::optional<std::string> FindPathFault(std::string_view text) {
  return FindLengthFault(text, kPathBytesMax);
}

std::optional<std::string> FindListenFault(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number > 65535) {
    return "does not end with a port";
  }
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(0, colon);
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (host.empty()) return "has no address before the :";
  if (!is_bracketed && host.find(':') != std::string_view::npos) return "needs [] around IPv6";
  return FindLengthFault(text, kNameBytesMax);
}

}  // namespace

const TextForm kTopicForm = {"topic name", "1 to 249 of A-Z a-z 0-9 . _ -", FindTopicFault};
const TextForm kSubscriptionForm = {"topic names",
                                    "1 to 256, each 1 to 249 of A-Z a-z 0-9 . _ - or a ^expression",
                                    FindSubscriptionFault};
const TextForm kGroupForm = {"text", "1 to 255 bytes", FindGroupFault};
const TextForm kTransactionalIdForm = {"text", "1 to 255 bytes", FindGroupFault};
const TextForm kPointerForm = {"JSON pointer", "RFC 6901, up to 255 bytes; null: not mapped",
                               FindPointerFault, true};
const TextForm kMemberForm = {"text", "1 to 64 printable ASCII characters without \" and \\",
                              FindMemberFault};
const TextForm kPathForm = {"file paths", "1 to 256, each 1 to 4096 bytes", FindPathFault};
const TextForm kListenForm = {"port or address", "PORT, HOST:PORT or [IPv6]:PORT", FindListenFault};
const TextForm kFolderForm = {"folder path", "1 to 4096 bytes", FindPathFault};

bool SubscriptionTakesIn(const std::string& subscription, const std::string& topic) {
  if (!subscription.starts_with('^')) return subscription == topic;
  return Expression(subscription).Matches(topic);
}

}  // namespace wiredesk
