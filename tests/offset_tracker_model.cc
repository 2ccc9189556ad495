#include "tests/offset_tracker_model.h"

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <utility>

#include <fmt/format.h>

namespace wiredesk {
namespace {

constexpr int kPartitionsMax = 2;

enum Action {
  kAppend,
  kAppendAfterGap,
  kDeliver0,  // The oldest open record of the partition.
  kDeliver1,
  kDeliver2,
  kFail0,
  kFail1,
  kRevoke,
  kAssign,
  kActionsOfPartition,
  kTakeCommit = kActionsOfPartition,
  kAnswerFirst,  // Of the commits that are on their way.
  kAnswerLast,
  kActions,
};

constexpr std::array<const char*, kActions> kNames = {"append",
                                                      "append after a gap",
                                                      "deliver the oldest",
                                                      "deliver the second",
                                                      "deliver the third",
                                                      "fail the oldest",
                                                      "fail the second",
                                                      "revoke",
                                                      "assign",
                                                      "take a commit",
                                                      "answer the first commit",
                                                      "answer the last commit"};

struct Step {
  int action;
  int partition;
};

// One partition as it should be: everything that was ever appended to it, in a list.
struct NaivePartition {
  struct Record {
    int epoch;
    std::int64_t offset;
    std::uint64_t ack;
    std::optional<bool> delivered;
  };

  int topic = 0;
  int id = 0;
  bool assigned = false;
  int epoch = 0;
  std::int64_t last_offset = 10;
  std::int64_t committed = -1;
  std::vector<Record> records;

  bool IsNow(const Record& record) const { return assigned && record.epoch == epoch; }
  std::int64_t Watermark() const {
    std::int64_t watermark = -1;
    for (const Record& record : records) {
      if (!IsNow(record)) continue;
      if (record.delivered != true) break;
      watermark = record.offset + 1;
    }
    return watermark;
  }
  bool Stalled() const {
    return std::any_of(records.begin(), records.end(), [this](const Record& record) {
      return IsNow(record) && record.delivered == false;
    });
  }
  std::size_t InFlight() const {
    return static_cast<std::size_t>(
        std::count_if(records.begin(), records.end(),
                      [this](const Record& record) { return IsNow(record) && !record.delivered; }));
  }
  Record* Open(int nth) {
    for (Record& record : records) {
      if (!record.delivered && nth-- == 0) return &record;
    }
    return nullptr;
  }
};

struct NaiveCommit {
  int partition;
  int epoch;
  AnyTracker::Progress progress;
};

// The tracker and the model after the same steps.
class Twins {
 public:
  // The first partition's assignment, and the second's, are done.
  Twins(const MakeTracker& make, int partitions) : tracker_(make()) {
    static constexpr std::array<std::pair<int, int>, kPartitionsMax> kIds = {{{2, 3}, {0, 1}}};
    for (int i = 0; i < partitions; ++i) {
      NaivePartition& partition = partitions_.emplace_back();
      std::tie(partition.topic, partition.id) = kIds[static_cast<std::size_t>(i)];
      Do({kAssign, i});
    }
  }
  Twins(const Twins& other)
      : tracker_(other.tracker_->Copy()),
        partitions_(other.partitions_),
        commits_(other.commits_),
        ignored_acks_(other.ignored_acks_) {}
  Twins& operator=(const Twins&) = delete;

  // False: the step makes no sense now, and was not done.
  bool Do(const Step& step) {
    if (step.action >= kActionsOfPartition) return DoCommit(step.action);
    NaivePartition& partition = partitions_[static_cast<std::size_t>(step.partition)];
    switch (step.action) {
      case kAppend:
        return Append(partition, 1);
      case kAppendAfterGap:
        return Append(partition, 3);
      case kRevoke:
        return Revoke(partition);
      case kAssign:
        return Assign(partition);
      case kFail0:
      case kFail1:
        return Acknowledge(partition, step.action - kFail0, false);
      default:
        return Acknowledge(partition, step.action - kDeliver0, true);
    }
  }

  // What is not alike, or nothing.
  std::string Difference() const {
    std::size_t in_flight = 0;
    bool any_stalled = false;
    std::vector<AnyTracker::Progress> uncommitted = tracker_->Uncommitted();
    for (const NaivePartition& p : partitions_) {
      in_flight += p.InFlight();
      any_stalled |= p.Stalled();
      if (tracker_->assigned(p.topic, p.id) != p.assigned) return "assigned";
      for (const std::int64_t step : {0, 1}) {
        const bool accepts = p.assigned && (step == 1 || p.last_offset == kFirstOffset);
        if (tracker_->Accepts(p.topic, p.id, p.last_offset + step) != accepts) return "accepts";
      }
      if (!p.assigned) continue;
      if (tracker_->watermark(p.topic, p.id) != p.Watermark()) return "watermark";
      if (tracker_->stalled(p.topic, p.id) != p.Stalled()) return "stalled";
    }
    if (tracker_->in_flight() != in_flight) return "in flight";
    if (tracker_->any_stalled() != any_stalled) return "any stalled";
    if (tracker_->ignored_acks() != ignored_acks_) return "ignored acknowledgements";
    return UncommittedIsRight(uncommitted) ? "" : "uncommitted";
  }

 private:
  static constexpr std::int64_t kFirstOffset = 10;  // Nothing was appended up to here.

  bool Append(NaivePartition& partition, std::int64_t step) {
    if (!partition.assigned) return false;
    partition.last_offset += step;
    const std::uint64_t ack =
        tracker_->Append(partition.topic, partition.id, partition.last_offset);
    partition.records.push_back({partition.epoch, partition.last_offset, ack, std::nullopt});
    return true;
  }

  bool Acknowledge(NaivePartition& partition, int nth, bool delivered) {
    NaivePartition::Record* const record = partition.Open(nth);
    if (record == nullptr) return false;
    ignored_acks_ += partition.IsNow(*record) ? 0 : 1;
    record->delivered = delivered;
    tracker_->Acknowledge(record->ack, delivered);
    return true;
  }

  bool Revoke(NaivePartition& partition) {
    if (!partition.assigned) return false;
    tracker_->Revoke(partition.topic, partition.id);
    partition.assigned = false;
    ++partition.epoch;
    partition.last_offset = kFirstOffset;
    partition.committed = -1;
    return true;
  }

  bool Assign(NaivePartition& partition) {
    if (partition.assigned) return false;
    tracker_->Assign(partition.topic, partition.id);
    partition.assigned = true;
    return true;
  }

  bool DoCommit(int action) {
    if (action == kTakeCommit) {
      const std::size_t before = commits_.size();
      for (const AnyTracker::Progress& progress : tracker_->Uncommitted()) {
        for (std::size_t i = 0; i < partitions_.size(); ++i) {
          const NaivePartition& p = partitions_[i];
          if (p.topic != progress.topic || p.id != progress.partition) continue;
          commits_.push_back({static_cast<int>(i), p.epoch, progress});
        }
      }
      return commits_.size() > before;
    }
    if (commits_.empty() || (action == kAnswerLast && commits_.size() == 1)) return false;
    const auto answered = action == kAnswerLast ? commits_.end() - 1 : commits_.begin();
    const NaiveCommit commit = *answered;
    commits_.erase(answered);
    NaivePartition& partition = partitions_[static_cast<std::size_t>(commit.partition)];
    if (partition.assigned && partition.epoch == commit.epoch) {
      partition.committed = std::max(partition.committed, commit.progress.next_offset);
    }
    tracker_->Committed(commit.progress);
    return true;
  }

  bool UncommittedIsRight(const std::vector<AnyTracker::Progress>& uncommitted) const {
    std::size_t wanted = 0;
    for (const NaivePartition& p : partitions_) {
      if (p.Watermark() <= p.committed) continue;
      ++wanted;
      const auto is_it = [&p](const AnyTracker::Progress& one) {
        return one.topic == p.topic && one.partition == p.id && one.next_offset == p.Watermark();
      };
      if (std::count_if(uncommitted.begin(), uncommitted.end(), is_it) != 1) return false;
    }
    return uncommitted.size() == wanted;
  }

  std::unique_ptr<AnyTracker> tracker_;
  std::vector<NaivePartition> partitions_;
  std::vector<NaiveCommit> commits_;
  std::uint64_t ignored_acks_ = 0;
};

std::string Describe(const CheckThrown& check) {
  return fmt::format("check \"{}\"", check.condition);
}

std::string Describe(const std::string& difference, const std::vector<Step>& steps) {
  std::string text = difference + ", after:";
  for (const Step& step : steps) {
    text += fmt::format(" {}{};", kNames[static_cast<std::size_t>(step.action)],
                        step.action >= kActionsOfPartition ? ""
                        : step.partition == 0              ? " (a)"
                                                           : " (b)");
  }
  return text;
}

// Does the step and compares. False: it made no sense. A thrown check is a difference too.
bool DoAndCompare(Twins& twins, const Step& step, std::string& difference) {
  try {
    if (!twins.Do(step)) return false;
    difference = twins.Difference();
  } catch (const CheckThrown& check) {
    difference = Describe(check);
  }
  return true;
}

class Enumeration {
 public:
  explicit Enumeration(int partitions) {
    for (int action = 0; action < kActions; ++action) {
      const bool for_each = action < kActionsOfPartition;
      for (int p = 0; p < (for_each ? partitions : 1); ++p) steps_.push_back({action, p});
    }
  }

  void Visit(const Twins& before, int depth) {
    ++report_.sequences;
    if (depth == 0) return;
    for (const Step& step : steps_) {
      Twins after = before;
      std::string difference;
      if (!DoAndCompare(after, step, difference)) continue;
      done_.push_back(step);
      if (!difference.empty()) report_.difference = Describe(difference, done_);
      if (report_.difference.empty()) Visit(after, depth - 1);
      done_.pop_back();
      if (!report_.difference.empty()) return;
    }
  }

  const ModelReport& report() const { return report_; }

 private:
  std::vector<Step> steps_;  // All that there are.
  std::vector<Step> done_;
  ModelReport report_;
};

}  // namespace

ModelReport CheckShortSequences(const MakeTracker& make, int partitions, int depth) {
  Enumeration enumeration(partitions);
  try {
    enumeration.Visit(Twins(make, partitions), depth);
  } catch (const CheckThrown& check) {
    return {0, Describe(Describe(check), {})};
  }
  return enumeration.report();
}

ModelReport CheckLongSequences(const MakeTracker& make, unsigned seeds) {
  ModelReport report;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    std::mt19937 random(seed);
    Twins twins(make, kPartitionsMax);
    std::vector<Step> done;
    const bool appends_much = seed % 2 == 0;
    for (int i = 0; i < 400; ++i) {
      Step step{static_cast<int>(random() % kActions), static_cast<int>(random() % 2)};
      if (appends_much && random() % 2 == 0) step.action = kAppend;
      const bool rare = step.action == kRevoke || step.action == kFail0 || step.action == kFail1;
      if (rare && random() % 40 != 0) continue;
      std::string difference;
      if (!DoAndCompare(twins, step, difference)) continue;
      done.push_back(step);
      ++report.sequences;
      if (difference.empty()) continue;
      report.difference = fmt::format("seed {}: {}", seed, Describe(difference, done));
      return report;
    }
  }
  return report;
}

ModelReport CheckSequence(const MakeTracker& make, std::string_view choices) {
  ModelReport report;
  Twins twins(make, kPartitionsMax);
  std::vector<Step> done;
  for (const char choice : choices) {
    const int number = static_cast<unsigned char>(choice);
    const Step step{number / kPartitionsMax % kActions, number % kPartitionsMax};
    std::string difference;
    if (!DoAndCompare(twins, step, difference)) continue;
    done.push_back(step);
    ++report.sequences;
    if (difference.empty()) continue;
    report.difference = Describe(difference, done);
    return report;
  }
  return report;
}

}  // namespace wiredesk
