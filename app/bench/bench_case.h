// One row of a benchmark: what is measured, and what came out. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/latency_histogram.h"
#include "config/settings.h"

namespace wiredesk {

struct BenchCase {
  std::string name;          // Of what is measured: "wiredesk".
  std::size_t keywords = 0;  // Generated or of a file; 0: packs.
  std::size_t bytes = 0;     // Of an article that is made; 0: those of the feed.
  int partitions = 4;
  int lanes = 1;
  int workers = 1;
  DeliveryMode delivery = DeliveryMode::kAtLeastOnce;
  // With exactly once.
  std::chrono::milliseconds transaction_interval = RuntimeSettings().transaction_interval;
};

// How long a reader of the output waits for what is sent at a fixed rate.
struct LatencyResult {
  double rate = 0;           // Articles a second, as asked for.
  double rate_reached = 0;   // Outputs a second, from the first article to the last output.
  LatencyHistogram latency;  // From the time an article was due.
};

// CPU seconds an article that a stage takes in this process, without Kafka.
struct StageCost {
  std::string name;
  double seconds = 0;
};

struct BenchResult {
  BenchCase scenario;
  bool is_own = true;  // A worker of this program.
  bool tags_checked = true;
  std::string rules;       // For people: "10,000 keywords", "216 topics".
  std::size_t topics = 0;  // With rules.
  std::uint64_t articles = 0;
  std::uint64_t input_bytes = 0;
  double tags_per_article = 0;
  double output_bytes_per_article = 0;

  double articles_per_second = 0;
  double megabytes_per_second = 0;
  // The workers' user and system time.
  double cpu_per_100k = 0;
  double cpu_per_100k_second_half = 0;
  std::uint64_t memory_peak_bytes = 0;
  double startup_seconds = 0;  // From the start of the process to the first output.
  // Of that, from asking to join the group to the first partitions. Of a single worker of ours.
  std::optional<double> join_seconds;
  std::optional<double> broker_cpu_per_100k;
  // The share of a core that a worker without articles takes.
  std::optional<double> idle_cpu_share;

  std::vector<LatencyResult> latencies;
  std::vector<StageCost> stages;
};

const char* DeliveryName(DeliveryMode delivery);

}  // namespace wiredesk
