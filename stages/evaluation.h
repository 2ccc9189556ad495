// How well tags agree with labels that people gave: precision, recall and F1. Plain values.
//
//   Evaluation evaluation(topic_count);
//   evaluation.Add(expected, found);          // For each article, topics as ascending numbers.
//   evaluation.Micro().f1();
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wiredesk {

// Of one topic, or summed over several.
struct AgreementCounts {
  std::uint64_t true_positives = 0;
  std::uint64_t false_positives = 0;  // Found, but not expected.
  std::uint64_t false_negatives = 0;  // Expected, but not found.

  std::uint64_t expected() const { return true_positives + false_negatives; }
  std::uint64_t found() const { return true_positives + false_positives; }
  // 0 to 1; 0 where nothing was found, nothing was expected, or neither.
  double precision() const;
  double recall() const;
  // The harmonic mean of both: 2 TP / (2 TP + FP + FN).
  double f1() const;
};

struct AgreementMeans {
  double precision = 0;
  double recall = 0;
  double f1 = 0;  // The mean of the topics' F1, not the F1 of the means.
  std::size_t topics = 0;
};

class Evaluation {
 public:
  explicit Evaluation(std::size_t topic_count) : topics_(topic_count) {}

  // One article. REQUIRES: both ascend strictly, and are below the topic count.
  void Add(std::span<const std::uint32_t> expected, std::span<const std::uint32_t> found);

  std::span<const AgreementCounts> topics() const { return topics_; }
  // Every decision counts the same.
  AgreementCounts Micro() const;
  // Every topic counts the same, save those that were neither expected nor found anywhere.
  AgreementMeans Macro() const;

 private:
  std::vector<AgreementCounts> topics_;
};

}  // namespace wiredesk
