#include "stages/evaluation.h"

namespace wiredesk {

namespace {

double Ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double AgreementCounts::precision() const { return Ratio(true_positives, found()); }

double AgreementCounts::recall() const { return Ratio(true_positives, expected()); }

double AgreementCounts::f1() const { return Ratio(2 * true_positives, found() + expected()); }

void Evaluation::Add(std::span<const std::uint32_t> expected,
                     std::span<const std::uint32_t> found) {
  std::size_t e = 0;
  std::size_t f = 0;
  while (e < expected.size() || f < found.size()) {
    if (f == found.size() || (e < expected.size() && expected[e] < found[f])) {
      ++topics_[expected[e++]].false_negatives;
    } else if (e == expected.size() || found[f] < expected[e]) {
      ++topics_[found[f++]].false_positives;
    } else {
      ++topics_[expected[e++]].true_positives;
      ++f;
    }
  }
}

AgreementCounts Evaluation::Micro() const {
  AgreementCounts sum;
  for (const AgreementCounts& topic : topics_) {
    sum.true_positives += topic.true_positives;
    sum.false_positives += topic.false_positives;
    sum.false_negatives += topic.false_negatives;
  }
  return sum;
}

AgreementMeans Evaluation::Macro() const {
  AgreementMeans means;
  for (const AgreementCounts& topic : topics_) {
    if (topic.expected() + topic.found() == 0) continue;
    ++means.topics;
    means.precision += topic.precision();
    means.recall += topic.recall();
    means.f1 += topic.f1();
  }
  if (means.topics == 0) return means;
  const auto count = static_cast<double>(means.topics);
  means.precision /= count;
  means.recall /= count;
  means.f1 /= count;
  return means;
}

}  // namespace wiredesk
