// Collects what is wrong with one rule pack, up to a bound. One parser's, one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "config/diagnostic.h"

namespace wiredesk {

inline constexpr int kRuleErrorsMax = 100;
inline constexpr int kRuleWarningsMax = 100;  // Further ones are left out.

class RuleErrors {
 public:
  // All three must outlive this. `file` names the pack in the diagnostics.
  RuleErrors(std::string_view text, const std::string& file, Diagnostics& diagnostics)
      : text_(text), file_(file), diagnostics_(diagnostics) {}

  void Error(const SourcePosition& position, std::string message, std::string help = {});
  void Warn(const SourcePosition& position, std::string message, std::string help = {});

  bool any() const { return errors_ > 0; }
  int count() const { return errors_; }
  // True once the bound is passed and that was said: the reader should stop.
  bool too_many() const { return errors_ > kRuleErrorsMax; }

 private:
  void Add(Diagnostic::Severity severity, const SourcePosition& position, std::string message,
           std::string help);
  std::string_view LineOf(const SourcePosition& position);

  std::string_view text_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  int errors_ = 0;
  int warnings_ = 0;
  // The line looked up last and where it starts: diagnostics mostly come in the order of the file.
  int line_ = 1;
  std::size_t line_start_ = 0;
};

// `help` as a suggestion: did you mean "name"? Or `otherwise` if no candidate is near.
std::string SuggestName(std::string_view word, std::span<const std::string_view> candidates,
                        std::string otherwise);

}  // namespace wiredesk
