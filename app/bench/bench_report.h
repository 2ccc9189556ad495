// What came out of a benchmark: a table for people and JSON for programs. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "app/bench/bench_case.h"

namespace wiredesk {

// What holds for all rows.
struct BenchConditions {
  bool broker_is_embedded = false;
  std::string machine;  // "AMD EPYC, 2 cores".
  std::uint64_t feed_articles = 0;
  std::uint64_t feed_bytes = 0;
};

std::string BrokerText(const BenchConditions& conditions);

// The model and the number of cores that this process may use.
std::string DescribeMachine();

// What tells a row from others: "wiredesk, 10,000 keywords, 2 lanes".
std::string RowLabel(const BenchResult& result);

// One table of throughput and cost, and one of latency where it was measured.
std::string BenchTable(const BenchConditions& conditions, std::span<const BenchResult> results);

std::string BenchJson(const BenchConditions& conditions, std::span<const BenchResult> results);

// The tables as Markdown, for BenchTable()'s cells.
std::string BenchMarkdownTables(std::span<const BenchResult> results);

}  // namespace wiredesk
