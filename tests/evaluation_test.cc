// Precision, recall and F1 against tables computed by hand.
#include "stages/evaluation.h"

#include <gtest/gtest.h>

#include <vector>

namespace wiredesk {
namespace {

using Numbers = std::vector<std::uint32_t>;

// Topic 0: 2 right, 1 wrong, 1 missed. Topic 1: 1 right, 2 missed. Topic 2: 1 wrong. Topic 3: none.
Evaluation Sample() {
  Evaluation evaluation(4);
  evaluation.Add(Numbers{0, 1}, Numbers{0, 1});
  evaluation.Add(Numbers{0}, Numbers{0, 2});
  evaluation.Add(Numbers{0, 1}, Numbers{});
  evaluation.Add(Numbers{1}, Numbers{0});
  evaluation.Add(Numbers{}, Numbers{});
  return evaluation;
}

TEST(EvaluationTest, CountsEachTopic) {
  const Evaluation evaluation = Sample();
  struct Row {
    std::uint64_t right, wrong, missed;
    double precision, recall, f1;
  };
  const Row rows[] = {{2, 1, 1, 2.0 / 3, 2.0 / 3, 2.0 / 3},
                      {1, 0, 2, 1.0, 1.0 / 3, 0.5},
                      {0, 1, 0, 0, 0, 0},
                      {0, 0, 0, 0, 0, 0}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    SCOPED_TRACE(i);
    const AgreementCounts& counts = evaluation.topics()[i];
    EXPECT_EQ(counts.true_positives, rows[i].right);
    EXPECT_EQ(counts.false_positives, rows[i].wrong);
    EXPECT_EQ(counts.false_negatives, rows[i].missed);
    EXPECT_DOUBLE_EQ(counts.precision(), rows[i].precision);
    EXPECT_DOUBLE_EQ(counts.recall(), rows[i].recall);
    EXPECT_DOUBLE_EQ(counts.f1(), rows[i].f1);
  }
}

TEST(EvaluationTest, SumsDecisionsForMicro) {
  const AgreementCounts micro = Sample().Micro();
  EXPECT_DOUBLE_EQ(micro.precision(), 3.0 / 5);
  EXPECT_DOUBLE_EQ(micro.recall(), 3.0 / 6);
  EXPECT_DOUBLE_EQ(micro.f1(), 6.0 / 11);
}

TEST(EvaluationTest, MeansTopicsForMacroAndLeavesOutThoseThatNeverWere) {
  const AgreementMeans macro = Sample().Macro();
  EXPECT_EQ(macro.topics, 3u);
  EXPECT_DOUBLE_EQ(macro.precision, (2.0 / 3 + 1.0 + 0) / 3);
  EXPECT_DOUBLE_EQ(macro.recall, (2.0 / 3 + 1.0 / 3 + 0) / 3);
  EXPECT_DOUBLE_EQ(macro.f1, (2.0 / 3 + 0.5 + 0) / 3);
}

TEST(EvaluationTest, IsZeroWithoutArticles) {
  const Evaluation evaluation(2);
  EXPECT_EQ(evaluation.Micro().f1(), 0);
  EXPECT_EQ(evaluation.Macro().topics, 0u);
  EXPECT_EQ(evaluation.Macro().f1, 0);
}

}  // namespace
}  // namespace wiredesk
