#include "pipeline/statistics.h"

#include <gtest/gtest.h>

namespace wiredesk {
namespace {

TEST(Statistics, NumbersAreReadable) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(1234567), "1,234,567");
}

TEST(Statistics, RatesAreOverTheInterval) {
  StatisticsSample before;
  before.counters.articles_in = 1000;
  before.counters.dead_letters[2] = 5;
  StatisticsSample now = before;
  now.time += std::chrono::seconds(10);
  now.counters.articles_in = 21000;
  now.counters.bytes_in = 30000000;
  now.counters.articles_out = 10000;
  now.counters.bytes_out = 5000000;
  now.counters.tags_out = 25000;
  now.counters.dead_letters[3] = 2;
  now.lag = 12345;
  now.partitions = 4;
  EXPECT_EQ(StatisticsLine(before, now),
            "in 2,000/s 3.0 MB/s  out 1,000/s 0.5 MB/s  dead letters 7 (+2)  tags 2.5 an article"
            "  lag 12,345  partitions 4");
}

TEST(Statistics, TellsTheRulesAndTheirReloads) {
  StatisticsSample before;
  StatisticsSample now;
  now.time += std::chrono::seconds(1);
  now.partitions = 1;
  now.rules = "0123456789abcdef";
  const std::string start =
      "in 0/s 0.0 MB/s  out 0/s 0.0 MB/s  dead letters 0 (+0)  lag unknown"
      "  partitions 1  rules 0123456789abcdef";
  EXPECT_EQ(StatisticsLine(before, now), start);
  now.reloads = 2;
  EXPECT_EQ(StatisticsLine(before, now), start + "  reloads 2");
  now.failed_reloads = 3;
  before.failed_reloads = 2;
  EXPECT_EQ(StatisticsLine(before, now), start + "  reloads 2  failed reloads 3 (+1)");
}

TEST(Statistics, SaysWhenThereIsNothingToSayYet) {
  StatisticsSample before;
  StatisticsSample now;
  now.time += std::chrono::seconds(1);
  EXPECT_EQ(StatisticsLine(before, now),
            "in 0/s 0.0 MB/s  out 0/s 0.0 MB/s  dead letters 0 (+0)  joining the group");
}

}  // namespace
}  // namespace wiredesk
