#include "app/bench/report_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "app/bench/svg_plot.h"
#include "app/text_output.h"
#include "app/version.h"
#include "pipeline/statistics.h"

namespace wiredesk {
namespace {

double Milliseconds(std::chrono::nanoseconds time) {
  return std::max(static_cast<double>(time.count()) / 1e6, 1e-3);
}

// The row's label without its number of rules.
std::string LabelWithoutRules(BenchResult result) {
  result.rules = "keywords";
  return RowLabel(result);
}

std::string ThroughputPlot(std::span<const BenchResult> results) {
  std::set<std::size_t> sizes;
  std::vector<PlotLine> lines;
  for (const BenchResult& result : results) {
    sizes.insert(result.scenario.keywords);
    const std::string name = LabelWithoutRules(result);
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const PlotLine& known) { return known.name == name; });
    if (line == lines.end()) line = lines.insert(lines.end(), {name, {}});
    line->points.emplace_back(result.scenario.keywords, result.articles_per_second);
  }
  if (sizes.size() > 1 && !sizes.contains(0)) {
    return LinePlot("Throughput by number of rules", {"keywords", true}, {"articles a second"},
                    lines);
  }
  std::vector<PlotBar> bars;
  for (const BenchResult& result : results) {
    bars.push_back({RowLabel(result), {result.articles_per_second}});
  }
  const std::string part[] = {"articles a second"};
  return BarPlot("Throughput", part[0], part, bars);
}

// Of a single row several quantiles, of more the 99th percentile of each. Empty: not measured.
std::string LatencyPlot(std::span<const BenchResult> results) {
  constexpr std::pair<const char*, double> kQuantiles[] = {
      {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"max", 1}};
  const bool is_single = results.size() == 1;
  std::vector<PlotLine> lines;
  std::set<double> rates;
  for (const BenchResult& result : results) {
    for (const auto& [name, share] : kQuantiles) {
      if (!is_single && share != 0.99) continue;
      PlotLine line{is_single ? name : RowLabel(result), {}};
      for (const LatencyResult& at : result.latencies) {
        line.points.emplace_back(at.rate, Milliseconds(at.latency.Quantile(share)));
        rates.insert(at.rate);
      }
      lines.push_back(std::move(line));
    }
  }
  if (rates.empty()) return {};
  const std::string title = is_single ? "Latency by load" : "Latency by load, 99th percentile";
  return LinePlot(title, {"articles a second", true}, {"milliseconds", true}, lines);
}

// What the stages take by themselves, and the rest of what the worker takes. Empty: only other
// programs were measured, whose parts nobody knows.
std::string CostPlot(std::span<const BenchResult> results) {
  std::vector<std::string> parts;
  std::vector<PlotBar> bars;
  for (const BenchResult& result : results) {
    if (!result.is_own) continue;
    if (parts.empty()) {
      for (const StageCost& stage : result.stages) parts.push_back(stage.name);
      parts.push_back("Kafka client, rings, the rest");
    }
    PlotBar bar{RowLabel(result), {}};
    double rest = result.cpu_per_100k_second_half * 10;
    for (const StageCost& stage : result.stages) {
      bar.parts.push_back(stage.seconds * 1e6);
      rest -= stage.seconds * 1e6;
    }
    bar.parts.push_back(std::max(rest, 0.0));
    bars.push_back(std::move(bar));
  }
  if (bars.empty()) return {};
  return BarPlot("Cost of an article by stage", "microseconds of processor time", parts, bars);
}

std::string Introduction(const BenchConditions& conditions) {
  return fmt::format(
      "# wiredesk bench\n\n"
      "- Machine: {}\n- Broker: {}\n- Feed: {} different articles, {} bytes each\n- Program: {}\n\n"
      "Each article has exactly one output, and its tags are those that `wiredesk tag` gives; a "
      "run "
      "of\nwhich that is not true is not in here. `CPU s/100k` is the processor time of the "
      "workers "
      "alone,\nuser and system, for 100,000 articles: of the whole run with its start, and of its "
      "second half.\nLatency is from the time an article was due, at a fixed rate, to the arrival "
      "of its output at a\nreader.\n\n",
      conditions.machine, BrokerText(conditions), WithThousands(conditions.feed_articles),
      WithThousands(conditions.feed_bytes / conditions.feed_articles),
      VersionText().substr(0, VersionText().find('\n')));
}

}  // namespace

bool WriteReportFolder(const std::string& path, const BenchConditions& conditions,
                       std::span<const BenchResult> results) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    std::fprintf(stderr, "wiredesk: %s can't be made: %s\n", path.c_str(), error.message().c_str());
    return false;
  }
  std::string text = Introduction(conditions) + BenchMarkdownTables(results);
  const std::pair<const char*, std::string> plots[] = {{"throughput", ThroughputPlot(results)},
                                                       {"latency", LatencyPlot(results)},
                                                       {"cost", CostPlot(results)}};
  for (const auto& [name, plot] : plots) {
    if (plot.empty()) continue;
    if (!WriteTextFile(fmt::format("{}/{}.svg", path, name), plot)) return false;
    text += fmt::format("\n![{}]({}.svg)\n", name, name);
  }
  return WriteTextFile(path + "/README.md", text) &&
         WriteTextFile(path + "/results.json", BenchJson(conditions, results));
}

}  // namespace wiredesk
