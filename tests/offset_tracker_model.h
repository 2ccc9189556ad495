// Compares an offset tracker, call by call, with a model that is slow and obviously right: lists of
// everything that ever happened. For the real tracker and for spoilt copies of it.
//
// The steps: append (with and without a gap), deliver and fail (any of the oldest open records, of
// whatever assignment: so also acknowledgements that come late), revoke, assign, take a commit, and
// have it answered (now, or after whatever came between).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/offset_tracker.h"

namespace wiredesk {

// OffsetTracker's calls, without its type. Copies are deep.
class AnyTracker {
 public:
  using Progress = OffsetTracker::Progress;

  virtual ~AnyTracker() = default;
  virtual std::unique_ptr<AnyTracker> Copy() const = 0;
  virtual void Assign(int topic, int partition) = 0;
  virtual void Revoke(int topic, int partition) = 0;
  virtual bool assigned(int topic, int partition) const = 0;
  virtual bool Accepts(int topic, int partition, std::int64_t offset) const = 0;
  virtual std::uint64_t Append(int topic, int partition, std::int64_t offset) = 0;
  virtual void Acknowledge(std::uint64_t ack, bool delivered) = 0;
  virtual std::vector<Progress> Uncommitted() const = 0;
  virtual void Committed(const Progress& progress) = 0;
  virtual std::int64_t watermark(int topic, int partition) const = 0;
  virtual bool stalled(int topic, int partition) const = 0;
  virtual bool any_stalled() const = 0;
  virtual std::size_t in_flight() const = 0;
  virtual std::uint64_t ignored_acks() const = 0;
};

template <typename Tracker>
class TrackerOfType final : public AnyTracker {
 public:
  std::unique_ptr<AnyTracker> Copy() const override {
    return std::make_unique<TrackerOfType>(*this);
  }
  void Assign(int topic, int partition) override { tracker_.Assign(topic, partition); }
  void Revoke(int topic, int partition) override { tracker_.Revoke(topic, partition); }
  bool assigned(int topic, int partition) const override {
    return tracker_.assigned(topic, partition);
  }
  bool Accepts(int topic, int partition, std::int64_t offset) const override {
    return tracker_.Accepts(topic, partition, offset);
  }
  std::uint64_t Append(int topic, int partition, std::int64_t offset) override {
    return tracker_.Append(topic, partition, offset);
  }
  void Acknowledge(std::uint64_t ack, bool delivered) override {
    tracker_.Acknowledge(ack, delivered);
  }
  std::vector<Progress> Uncommitted() const override {
    std::vector<typename Tracker::Progress> progress;
    tracker_.Uncommitted(progress);
    std::vector<Progress> result;
    for (const auto& one : progress) {
      result.push_back({one.topic, one.partition, one.next_offset, one.epoch});
    }
    return result;
  }
  void Committed(const Progress& progress) override {
    tracker_.Committed({progress.topic, progress.partition, progress.next_offset, progress.epoch});
  }
  std::int64_t watermark(int topic, int partition) const override {
    return tracker_.watermark(topic, partition);
  }
  bool stalled(int topic, int partition) const override {
    return tracker_.stalled(topic, partition);
  }
  bool any_stalled() const override { return tracker_.any_stalled(); }
  std::size_t in_flight() const override { return tracker_.in_flight(); }
  std::uint64_t ignored_acks() const override { return tracker_.ignored_acks(); }

 private:
  Tracker tracker_;
};

using MakeTracker = std::function<std::unique_ptr<AnyTracker>()>;

// In place of an abort, where WIREDESK_CHECK is made to throw.
struct CheckThrown {
  const char* condition;
};

struct ModelReport {
  std::uint64_t sequences = 0;  // Of steps, compared at their end.
  std::string difference;       // Empty: none. Else what, and the steps to it.
};

// Every sequence of at most `depth` steps that make sense, on one or two partitions that are
// assigned at first. Stops at a difference.
ModelReport CheckShortSequences(const MakeTracker& make, int partitions, int depth);

// `seeds` random sequences of some hundred steps, in which many records are on their way.
ModelReport CheckLongSequences(const MakeTracker& make, unsigned seeds);

// The sequence on two partitions that `choices` tell, a step a byte.
ModelReport CheckSequence(const MakeTracker& make, std::string_view choices);

}  // namespace wiredesk
