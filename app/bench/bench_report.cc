#include "app/bench/bench_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "app/counted.h"
#include "app/pretty.h"
#include "app/version.h"
#include "config/quantity.h"
#include "pipeline/statistics.h"

namespace wiredesk {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

double Milliseconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

std::string Whole(double number) { return WithThousands(static_cast<std::uint64_t>(number + 0.5)); }

std::string TwoDigits(const std::optional<double>& number) {
  return number ? fmt::format("{:.2f}", *number) : "–";
}

std::vector<Row> ThroughputRows(std::span<const BenchResult> results) {
  std::vector<Row> rows = {{"", "articles", "articles/s", "MB/s", "CPU s/100k", "second half",
                            "broker", "memory MB", "start-up s", "of it join", "tags"}};
  const bool has_idle = std::any_of(results.begin(), results.end(), [](const BenchResult& result) {
    return result.idle_cpu_share.has_value();
  });
  if (has_idle) rows[0].emplace_back("idle %");
  for (const BenchResult& result : results) {
    rows.push_back({RowLabel(result), WithThousands(result.articles),
                    Whole(result.articles_per_second),
                    fmt::format("{:.1f}", result.megabytes_per_second),
                    fmt::format("{:.2f}", result.cpu_per_100k),
                    fmt::format("{:.2f}", result.cpu_per_100k_second_half),
                    TwoDigits(result.broker_cpu_per_100k),
                    fmt::format("{:.0f}", static_cast<double>(result.memory_peak_bytes) / 1e6),
                    fmt::format("{:.2f}", result.startup_seconds), TwoDigits(result.join_seconds),
                    fmt::format("{:.1f}", result.tags_per_article)});
    if (!has_idle) continue;
    std::optional<double> percent = result.idle_cpu_share;
    if (percent) *percent *= 100;
    rows.back().push_back(TwoDigits(percent));
  }
  return rows;
}

std::vector<Row> LatencyRows(std::span<const BenchResult> results) {
  std::vector<Row> rows = {
      {"latency, ms", "articles/s", "reached", "p50", "p90", "p99", "p99.9", "max"}};
  for (const BenchResult& result : results) {
    for (const LatencyResult& at : result.latencies) {
      Row row = {RowLabel(result), Whole(at.rate), Whole(at.rate_reached)};
      for (const double share : {0.5, 0.9, 0.99, 0.999}) {
        row.push_back(fmt::format("{:.2f}", Milliseconds(at.latency.Quantile(share))));
      }
      row.push_back(fmt::format("{:.2f}", Milliseconds(at.latency.max())));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

// Columns aligned: the first to the left, numbers to the right.
std::string PlainTable(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max<std::size_t>(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - DisplayWidth(row[i]), ' ');
      line += i == 0 ? row[i] + gap : "  " + gap + row[i];
    }
    text += line + "\n";
  }
  return text;
}

std::string MarkdownTable(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (const std::string& cell : row) text += "| " + cell + " ";
    text += "|\n";
    if (&row != &rows[0]) continue;
    text += "| --- ";
    for (std::size_t i = 1; i < row.size(); ++i) text += "| ---: ";
    text += "|\n";
  }
  return text;
}

Json ToJson(const LatencyResult& at) {
  return {{"rate", at.rate},
          {"rate_reached", at.rate_reached},
          {"articles", at.latency.count()},
          {"p50_ms", Milliseconds(at.latency.Quantile(0.5))},
          {"p90_ms", Milliseconds(at.latency.Quantile(0.9))},
          {"p99_ms", Milliseconds(at.latency.Quantile(0.99))},
          {"p999_ms", Milliseconds(at.latency.Quantile(0.999))},
          {"max_ms", Milliseconds(at.latency.max())}};
}

Json ToJson(const BenchResult& result) {
  const BenchCase& scenario = result.scenario;
  Json json = {{"name", scenario.name},
               {"rules", result.rules},
               {"keywords", scenario.keywords},
               {"article_bytes", scenario.bytes},
               {"lanes", scenario.lanes},
               {"workers", scenario.workers},
               {"partitions", scenario.partitions},
               {"delivery", DeliveryName(scenario.delivery)},
               {"transaction_interval_ms", nullptr},
               {"articles", result.articles},
               {"tags_checked", result.tags_checked},
               {"input_bytes", result.input_bytes},
               {"tags_per_article", result.tags_per_article},
               {"output_bytes_per_article", result.output_bytes_per_article},
               {"articles_per_second", result.articles_per_second},
               {"megabytes_per_second", result.megabytes_per_second},
               {"cpu_s_per_100k", result.cpu_per_100k},
               {"cpu_s_per_100k_second_half", result.cpu_per_100k_second_half},
               {"memory_peak_bytes", result.memory_peak_bytes},
               {"startup_s", result.startup_seconds},
               {"join_s", nullptr},
               {"broker_cpu_s_per_100k", nullptr},
               {"idle_cpu_share", nullptr},
               {"latency", Json::array()},
               {"stages_us_per_article", Json::object()}};
  if (result.join_seconds) json["join_s"] = *result.join_seconds;
  if (result.broker_cpu_per_100k) json["broker_cpu_s_per_100k"] = *result.broker_cpu_per_100k;
  if (result.idle_cpu_share) json["idle_cpu_share"] = *result.idle_cpu_share;
  if (scenario.delivery == DeliveryMode::kExactlyOnce) {
    json["transaction_interval_ms"] = scenario.transaction_interval.count();
  }
  for (const LatencyResult& at : result.latencies) json["latency"].push_back(ToJson(at));
  for (const StageCost& stage : result.stages) {
    json["stages_us_per_article"][stage.name] = stage.seconds * 1e6;
  }
  return json;
}

}  // namespace

std::string BrokerText(const BenchConditions& conditions) {
  return conditions.broker_is_embedded ? "embedded broker" : "Kafka";
}

std::string DescribeMachine() {
  std::string model = "unknown processor";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (!line.starts_with("model name") || colon == std::string::npos) continue;
    model = line.substr(colon + 2);
    break;
  }
  return model + ", " + Counted(std::thread::hardware_concurrency(), "core");
}

std::string RowLabel(const BenchResult& result) {
  const BenchCase& scenario = result.scenario;
  std::string label = scenario.name + ", " + result.rules;
  if (scenario.bytes > 0) label += ", " + FormatSize(scenario.bytes);
  if (scenario.lanes > 1) label += ", " + Counted(static_cast<std::size_t>(scenario.lanes), "lane");
  if (scenario.workers > 1) {
    label += ", " + Counted(static_cast<std::size_t>(scenario.workers), "worker");
  }
  if (scenario.partitions != BenchCase().partitions) {
    label += ", " + Counted(static_cast<std::size_t>(scenario.partitions), "partition");
  }
  if (scenario.delivery == DeliveryMode::kExactlyOnce) {
    label += ", exactly once";
    if (scenario.transaction_interval != BenchCase().transaction_interval) {
      label += " at " + FormatDuration(scenario.transaction_interval);
    }
  }
  return label;
}

std::string BenchTable(const BenchConditions& conditions, std::span<const BenchResult> results) {
  std::string text =
      fmt::format("{}; {}; feed of {} different articles, {} bytes each\n\n", conditions.machine,
                  BrokerText(conditions), WithThousands(conditions.feed_articles),
                  WithThousands(conditions.feed_bytes / conditions.feed_articles));
  text += PlainTable(ThroughputRows(results));
  const std::vector<Row> latencies = LatencyRows(results);
  if (latencies.size() > 1) text += "\n" + PlainTable(latencies);
  const bool tags_checked = results.empty() || results[0].tags_checked;
  text += fmt::format(
      "\nEvery article has exactly one output, {}. CPU is the workers' alone,\nuser and system, "
      "for "
      "100,000 articles.\n",
      tags_checked ? "tagged as by `wiredesk tag`" : "and nobody looked at what is in it");
  const auto is_short = [](const BenchResult& result) {
    return static_cast<double>(result.articles) < result.articles_per_second;
  };
  if (std::any_of(results.begin(), results.end(), is_short)) {
    text += "A row of less than a second says little: send more articles (-n).\n";
  }
  if (conditions.broker_is_embedded && latencies.size() > 1) {
    text +=
        "The embedded broker lets a reader wait for its own time-out where Kafka wakes it: latency "
        "needs a\nreal one.\n";
  }
  return text;
}

std::string BenchMarkdownTables(std::span<const BenchResult> results) {
  std::string text = MarkdownTable(ThroughputRows(results));
  const std::vector<Row> latencies = LatencyRows(results);
  if (latencies.size() > 1) text += "\n" + MarkdownTable(latencies);
  return text;
}

std::string BenchJson(const BenchConditions& conditions, std::span<const BenchResult> results) {
  Json runs = Json::array();
  for (const BenchResult& result : results) runs.push_back(ToJson(result));
  const Json json = {
      {"program", VersionText()},
      {"machine", conditions.machine},
      {"broker", BrokerText(conditions)},
      {"feed", {{"articles", conditions.feed_articles}, {"bytes", conditions.feed_bytes}}},
      {"runs", std::move(runs)}};
  return json.dump(2) + "\n";
}

}  // namespace wiredesk
