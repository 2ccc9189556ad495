// A worker's figures in Prometheus' text format (version 0.0.4). docs/OPERATIONS.md lists them.
#pragma once

#include <string>
#include <vector>

#include "pipeline/kafka_source.h"
#include "pipeline/statistics.h"
#include "pipeline/watchdog.h"

namespace wiredesk {

// `partitions` are those assigned to the worker, `still` the threads that do not get on.
std::string MetricsText(const StatisticsSample& sample,
                        const std::vector<PartitionState>& partitions,
                        const std::vector<Watchdog::Stillness>& still);

}  // namespace wiredesk
