// The report of a benchmark as a folder: README.md with the tables, and the plots beside it. One
// thread.
#pragma once

#include <span>
#include <string>

#include "app/bench/bench_report.h"

namespace wiredesk {

// Makes the folder `path` if it is not there. False: it was said on standard error what could not
// be written.
bool WriteReportFolder(const std::string& path, const BenchConditions& conditions,
                       std::span<const BenchResult> results);

}  // namespace wiredesk
