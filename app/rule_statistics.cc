#include "app/rule_statistics.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/topic_tree.h"
#include "pipeline/statistics.h"

namespace wiredesk {

namespace {

using Clock = std::chrono::steady_clock;

// More means that another thread had the processor.
constexpr double kWaitedSecondsMax = 5e-6;

double ThreadSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double PercentOf(double part, double whole) { return whole > 0 ? 100 * part / whole : 0.0; }

double NanosecondsPerWake(double seconds, std::uint64_t samples) {
  return samples == 0 ? 0.0 : seconds * 1e9 / static_cast<double>(samples);
}

}  // namespace

RuleStatistics::RuleStatistics(const CompiledRules& rules)
    : rules_(rules), terms_(rules), counts_(rules.topics().size()) {}

void RuleStatistics::Add(const Article& article) {
  terms_.Add(article);
  evaluator_.Begin(article, rules_);
  if (terms_.articles() % kSampledEach == 1) {
    EvaluateTimed();
  } else {
    for (const std::uint32_t rule : evaluator_.woken()) Evaluate(rule);
  }
}

void RuleStatistics::Evaluate(std::uint32_t rule) {
  ++counts_[rule].woken;
  ++woken_;
  if (!evaluator_.Holds(rule)) return;
  ++counts_[rule].held;
  ++held_;
}

void RuleStatistics::EvaluateTimed() {
  samples_.clear();
  const double processor_start = ThreadSeconds();
  const Clock::time_point start = Clock::now();
  Clock::time_point before = start;
  for (const std::uint32_t rule : evaluator_.woken()) {
    Evaluate(rule);
    const Clock::time_point now = Clock::now();
    samples_.push_back({rule, std::chrono::duration<double>(now - before).count()});
    before = now;
  }
  const double waited =
      std::chrono::duration<double>(before - start).count() - (ThreadSeconds() - processor_start);
  if (waited > kWaitedSecondsMax) return;
  for (const Sample& sample : samples_) {
    counts_[sample.rule].seconds += sample.seconds;
    ++counts_[sample.rule].samples;
    seconds_ += sample.seconds;
  }
}

std::vector<std::uint32_t> RuleStatistics::RulesBy(double (*key)(const Rule&)) const {
  std::vector<std::uint32_t> rules(counts_.size());
  std::iota(rules.begin(), rules.end(), 0);
  std::erase_if(rules, [&](std::uint32_t rule) { return key(counts_[rule]) == 0; });
  std::stable_sort(rules.begin(), rules.end(), [&](std::uint32_t a, std::uint32_t b) {
    return key(counts_[a]) > key(counts_[b]);
  });
  return rules;
}

std::vector<RuleStatistics::Term> RuleStatistics::HottestTerms() const {
  std::vector<Term> terms;
  for (const auto& [shown, count] : terms_.counts()) terms.push_back({shown, count});
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) {
    return a.count.matches != b.count.matches ? a.count.matches > b.count.matches
                                              : a.shown < b.shown;
  });
  return terms;
}

std::vector<std::uint32_t> RuleStatistics::Silent() const {
  std::vector<std::uint32_t> silent;
  for (std::uint32_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i].held == 0) silent.push_back(i);
  }
  return silent;
}

double RuleStatistics::ShareOf(const Rule& rule) const { return PercentOf(rule.seconds, seconds_); }

std::string RuleStatistics::RenderRules(std::vector<std::uint32_t> rules, const Terminal& terminal,
                                        std::size_t top, std::string_view title) const {
  const std::size_t all = rules.size();
  rules.resize(std::min(all, top));
  std::vector<std::string> names;
  std::size_t columns = 20;
  for (const std::uint32_t rule : rules) {
    const CompiledTopic& topic = rules_.topics()[rule];
    names.push_back(OneLine(std::string(topic.id) + " " + std::string(topic.label) +
                                std::string(StateMark(topic.state)),
                            50));
    columns = std::max(columns, DisplayWidth(names.back()));
  }
  std::string out = Styled(terminal, Style::kBold,
                           PadTo(std::string(title), columns) +
                               "   tagged    woken  held of woken   ns a wake   share of time") +
                    "\n";
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = counts_[rules[i]];
    out += PadTo(names[i], columns) +
           fmt::format(" {:>8} {:>8} {:>12.1f} % {:>11.0f} {:>13.1f} %\n", rule.held, rule.woken,
                       PercentOf(static_cast<double>(rule.held), static_cast<double>(rule.woken)),
                       NanosecondsPerWake(rule.seconds, rule.samples), ShareOf(rule));
  }
  if (all > top) out += fmt::format("and {} more\n", all - top);
  return out + "\n";
}

std::string RuleStatistics::Render(const Terminal& terminal, std::size_t top) const {
  const auto articles = static_cast<double>(std::max<std::uint64_t>(terms_.articles(), 1));
  std::string out =
      fmt::format("{} articles: {:.2f} tags an article; {:.1f} of {} rules woken an article\n\n",
                  WithThousands(terms_.articles()), static_cast<double>(held_) / articles,
                  static_cast<double>(woken_) / articles, counts_.size());
  out += RenderRules(RulesBy([](const Rule& rule) { return static_cast<double>(rule.held); }),
                     terminal, top, "most tags");
  out += RenderRules(RulesBy([](const Rule& rule) { return rule.seconds; }), terminal, top,
                     "most time");
  const std::vector<Term> terms = HottestTerms();
  out += Styled(terminal, Style::kBold, PadTo("hottest terms", 30) + "  matches  articles") + "\n";
  for (std::size_t i = 0; i < std::min(top, terms.size()); ++i) {
    out += PadTo(OneLine(terms[i].shown, 30), 30) +
           fmt::format(" {:>8} {:>9}  {:.2f} an article\n", terms[i].count.matches,
                       terms[i].count.articles,
                       static_cast<double>(terms[i].count.matches) / articles);
  }
  const std::vector<std::uint32_t> silent = Silent();
  out += "\n" + Styled(terminal, Style::kBold, fmt::format("{} rules never held", silent.size())) +
         "\n";
  for (std::size_t i = 0; i < std::min(top, silent.size()); ++i) {
    const CompiledTopic& topic = rules_.topics()[silent[i]];
    out += fmt::format("  {} {}{}, woken {} times\n", topic.id, OneLine(topic.label, 60),
                       StateMark(topic.state), counts_[silent[i]].woken);
  }
  if (silent.size() > top) out += fmt::format("  and {} more\n", silent.size() - top);
  return out;
}

nlohmann::json RuleStatistics::ToJson(std::size_t top) const {
  nlohmann::json rules = nlohmann::json::array();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Rule& rule = counts_[i];
    const CompiledTopic& topic = rules_.topics()[i];
    rules.push_back({{"id", topic.id},
                     {"label", topic.label},
                     {"state", StateName(topic.state)},
                     {"tagged", rule.held},
                     {"woken", rule.woken},
                     {"ns_per_wake", NanosecondsPerWake(rule.seconds, rule.samples)},
                     {"time_share", ShareOf(rule) / 100}});
  }
  nlohmann::json terms = nlohmann::json::array();
  for (const Term& term : HottestTerms()) {
    if (terms.size() == top) break;
    terms.push_back(
        {{"term", term.shown}, {"matches", term.count.matches}, {"articles", term.count.articles}});
  }
  return {{"articles", terms_.articles()},
          {"tags", held_},
          {"woken", woken_},
          {"rules", std::move(rules)},
          {"terms", std::move(terms)}};
}

}  // namespace wiredesk
