// What the user wants measured. Plain values, from the command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "app/bench/bench_case.h"
#include "config/settings.h"

namespace wiredesk {

struct BenchOptions {
  std::vector<std::string> files;  // Empty: the shipped feed.
  std::string brokers;             // Empty: an embedded one.
  int broker_pid = 0;
  std::vector<std::string> properties;  // NAME=VALUE
  std::vector<std::string> packs;       // Empty, and no keywords: the shipped one.
  std::string keywords_file;
  std::uint64_t articles = 0;  // 0: `repeat` times the feed.
  std::uint64_t repeat = 0;    // 0: once, or more often where the feed is small.
  BenchCase base;              // What no sweep varies.
  std::string bytes;           // A size; empty: the feed's articles as they are.
  std::string delivery = "at_least_once";
  std::string transaction_interval;  // A duration; empty: the worker's own.
  std::vector<std::string> sweeps;   // NAME=VALUE,VALUE
  std::vector<double> latency_rates = {200, 3000};
  int latency_seconds = 10;
  int idle_seconds = 0;  // 0: not measured.
  int patience_seconds = 60;
  std::string worker_command;
  bool count_only = false;  // The outputs of `worker_command`, whatever is in them.
  std::string json;
  std::string report;
};

// Every combination of the values that are swept, in the order of the command line; with one row
// if there are none. kInvalidArgument says what is wrong with an option.
absl::StatusOr<std::vector<BenchCase>> ExpandCases(const BenchOptions& options);

// `kafka.common` for all clients, and what begins with "consumer." or "producer." for the worker's.
absl::StatusOr<KafkaSettings> BenchKafkaSettings(const BenchOptions& options);

}  // namespace wiredesk
