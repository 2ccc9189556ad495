#include "app/bench/output_check.h"

#include <fmt/format.h>

#include <charconv>

#include "pipeline/statistics.h"

namespace wiredesk {

OutputCheck::OutputCheck(const BenchReference& reference, std::uint64_t inputs)
    : reference_(reference),
      hasher_(reference.comparison),
      is_refused_(reference.tags.size()),
      seen_(inputs) {
  for (std::size_t number : reference.refused) is_refused_[number] = true;
}

std::optional<std::uint64_t> OutputCheck::Take(std::string_view key, std::string_view value,
                                               bool is_dead_letter) {
  std::uint64_t number = 0;
  const char* const end = key.data() + key.size();
  const auto [read_to, error] = std::from_chars(key.data(), end, number);
  if (error != std::errc() || read_to != end || number >= seen_.size()) {
    strange_.Add(key);
    return std::nullopt;
  }
  if (!IsRight(number, value, is_dead_letter)) wrong_.Add(key);
  if (seen_[number]) {
    doubled_.Add(key);
    return std::nullopt;
  }
  seen_[number] = true;
  ++received_;
  return number;
}

bool OutputCheck::IsRight(std::uint64_t number, std::string_view value, bool is_dead_letter) {
  const std::size_t article = number % reference_.tags.size();
  if (is_dead_letter || is_refused_[article]) return is_dead_letter && is_refused_[article];
  return hasher_.Hash(value) == reference_.tags[article];
}

OutputCheck::Fault OutputCheck::Lost(std::uint64_t sent) const {
  Fault lost;
  for (std::uint64_t number = 0; number < sent; ++number) {
    if (!seen_[number]) lost.Add(std::to_string(number));
  }
  return lost;
}

absl::Status OutputCheck::Verdict(std::uint64_t sent) const {
  std::string faults;
  const auto add = [&](const Fault& fault, const char* what) {
    if (fault.count == 0) return;
    if (!faults.empty()) faults += "; ";
    faults += fmt::format("{} {} (one is \"{}\")", WithThousands(fault.count), what, fault.first);
  };
  add(Lost(sent), "lost: no output has the input's key");
  add(doubled_, "doubled: a second output has the same key");
  add(wrong_, "tagged otherwise than by `wiredesk tag`");
  add(strange_, "with a key that no input has");
  if (faults.empty()) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("of {} articles: {}. Nothing is scored.", WithThousands(sent), faults));
}

}  // namespace wiredesk
