// The offset tracker in every order of a few calls, and the same for copies of it with a planted
// bug.
#include "tests/offset_tracker_model.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/offset_tracker_mutants.h"

namespace wiredesk {
namespace {

using ::testing::IsEmpty;

std::unique_ptr<AnyTracker> MakeReal() { return std::make_unique<TrackerOfType<OffsetTracker>>(); }

// Sanitizers make a step some twenty times slower: there it is one step less.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLess = 1;
#else
constexpr int kLess = 0;
#endif

void ExpectAlike(const char* what, const ModelReport& report, std::uint64_t sequences_min) {
  EXPECT_THAT(report.difference, IsEmpty()) << what;
  EXPECT_GE(report.sequences, sequences_min) << what;
  std::printf("%s: %llu sequences\n", what, static_cast<unsigned long long>(report.sequences));
}

TEST(OffsetTrackerModelTest, IsRightAfterEveryShortSequenceOnOnePartition) {
  ExpectAlike("one partition, up to 9 steps", CheckShortSequences(MakeReal, 1, 9 - kLess),
              kLess == 0 ? 1'500'000 : 300'000);
}

TEST(OffsetTrackerModelTest, IsRightAfterEveryShortSequenceOnTwoPartitions) {
  ExpectAlike("two partitions, up to 7 steps", CheckShortSequences(MakeReal, 2, 7 - kLess),
              kLess == 0 ? 1'500'000 : 200'000);
}

TEST(OffsetTrackerModelTest, IsRightAfterLongRandomSequences) {
  ExpectAlike("two partitions, long", CheckLongSequences(MakeReal, 300), 10'000);
}

std::string FirstDifference(const MakeTracker& make) {
  for (const ModelReport& report :
       {CheckShortSequences(make, 1, 6), CheckShortSequences(make, 2, 4)}) {
    if (!report.difference.empty()) return report.difference;
  }
  return CheckLongSequences(make, 100).difference;
}

TEST(OffsetTrackerModelTest, FindsEachPlantedBug) {
  int caught = 0;
  for (const TrackerMutant& mutant : TrackerMutants()) {
    const std::string difference = FirstDifference(mutant.make);
    if (std::string(mutant.name) == "original") {
      EXPECT_THAT(difference, IsEmpty());
      continue;
    }
    EXPECT_NE(difference, "") << "not found: " << mutant.name;
    ++caught;
    std::printf("%-38s %s\n", mutant.name, difference.c_str());
  }
  EXPECT_GE(caught, 30);
}

}  // namespace
}  // namespace wiredesk
