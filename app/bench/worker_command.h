// How a worker is started for a benchmark: this program with a settings file, or any other by a
// line for the shell. Any thread.
#pragma once

#include <string>
#include <vector>

#include "app/bench/bench_case.h"
#include "config/settings.h"

namespace wiredesk {

// What a run has of its own.
struct BenchPlaces {
  std::string input;
  std::string output;
  std::string dead_letters;
  std::string group;
  std::string folder;  // For files, absolute.
};

// The YAML of a worker's settings (docs/CONFIG.md). `packs` are absolute. `number` is the worker's
// own in its group.
std::string WorkerSettingsText(const BenchCase& scenario, const BenchPlaces& places,
                               const KafkaSettings& kafka, const std::vector<std::string>& packs,
                               int number);

// `command` with {brokers}, {input}, {output}, {group}, {rules} and {delivery} replaced by these,
// quoted for the shell.
std::string WorkerShellCommand(const std::string& command, const BenchCase& scenario,
                               const BenchPlaces& places, const std::string& brokers,
                               const std::string& rules);

}  // namespace wiredesk
