#include "app/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "app/version.h"
#include "stages/article.h"

namespace wiredesk {
namespace {

// Topic names need no escape: they are made of A-Z a-z 0-9 . _ -
class Writer {
 public:
  void Describe(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP wiredesk_{0} {1}\n# TYPE wiredesk_{0} {2}\n",
                   name, help, type);
  }
  template <typename Number>
  void Value(std::string_view name, std::string_view labels, Number value) {
    fmt::format_to(std::back_inserter(text_), "wiredesk_{}{} {}\n", name, labels, value);
  }
  template <typename Number>
  void Counter(std::string_view name, Number value, std::string_view help) {
    Describe(name, "counter", help);
    Value(name, "", value);
  }
  template <typename Number>
  void Gauge(std::string_view name, Number value, std::string_view help) {
    Describe(name, "gauge", help);
    Value(name, "", value);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void WriteCounters(const CounterSnapshot& counters, Writer& writer) {
  writer.Counter("consumed_records_total", counters.articles_in, "Records taken in.");
  writer.Counter("consumed_bytes_total", counters.bytes_in, "Bytes of their values.");
  writer.Counter("produced_records_total", counters.articles_out,
                 "Tagged articles handed to the producer.");
  writer.Counter("produced_bytes_total", counters.bytes_out, "Bytes of their values.");
  writer.Counter("tags_total", counters.tags_out, "Tags in them.");
  writer.Counter("truncated_records_total", counters.articles_truncated,
                 "Tagged articles that show fewer tags or less evidence than there was.");
  writer.Counter("discarded_records_total", counters.articles_discarded,
                 "Taken in, dropped with an aborted transaction, and read again.");
  writer.Counter("intake_stalls_total", counters.batch_stalls,
                 "Times that intake waited because no batch was free.");
  writer.Counter("commits_failed_total", counters.commits_failed, "Commits that failed.");
  writer.Describe("dead_letter_records_total", "counter", "Dead letters, by reason.");
  for (std::size_t i = 1; i < kFailureCount; ++i) {
    writer.Value("dead_letter_records_total",
                 fmt::format("{{reason=\"{}\"}}", FailureCode(static_cast<Failure>(i))),
                 counters.dead_letters[i]);
  }
}

void WritePartitions(const std::vector<PartitionState>& partitions, Writer& writer) {
  const auto labels = [](const PartitionState& partition) {
    return fmt::format("{{topic=\"{}\",partition=\"{}\"}}", partition.topic, partition.id);
  };
  writer.Describe("consumer_lag_records", "gauge",
                  "Records of an assigned partition that are not worked off; absent if unknown.");
  for (const PartitionState& partition : partitions) {
    if (partition.lag >= 0) writer.Value("consumer_lag_records", labels(partition), partition.lag);
  }
  writer.Describe("partition_blocked", "gauge",
                  "1: a batch of the partition can't be read; it waits, nothing is skipped.");
  for (const PartitionState& partition : partitions) {
    writer.Value("partition_blocked", labels(partition), partition.blocked ? 1 : 0);
  }
}

}  // namespace

std::string MetricsText(const StatisticsSample& sample,
                        const std::vector<PartitionState>& partitions,
                        const std::vector<Watchdog::Stillness>& still) {
  Writer writer;
  writer.Describe("build_info", "gauge", "The program's version.");
  writer.Value("build_info", fmt::format("{{version=\"{}\"}}", Version()), 1);
  writer.Describe("ruleset_info", "gauge", "The rules that new batches are tagged by.");
  writer.Value("ruleset_info", fmt::format("{{digest=\"{}\"}}", sample.rules), 1);
  writer.Counter("ruleset_reloads_total", sample.reloads, "Reloads that gave rules.");
  writer.Counter("ruleset_reload_failures_total", sample.failed_reloads,
                 "Reloads that left the old ones.");
  WriteCounters(sample.counters, writer);
  writer.Gauge("assigned_partitions", std::max(sample.partitions, 0), "Partitions assigned.");
  writer.Gauge("stalled_lanes", sample.stalled,
               "Lanes whose results the broker has not taken for some seconds.");
  const auto stuck = std::count_if(still.begin(), still.end(),
                                   [](const auto& thread) { return !thread.waits_for_broker; });
  writer.Gauge("stuck_threads", stuck, "Threads that do not get on.");
  WritePartitions(partitions, writer);
  return writer.Take();
}

}  // namespace wiredesk
