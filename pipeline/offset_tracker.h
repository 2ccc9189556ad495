// Which offset may be committed: per partition, the low watermark of delivered output.
//
//   tracker.Assign(topic, partition);
//   article.ack = tracker.Append(topic, partition, offset);   // At intake, offsets ascending.
//   tracker.Acknowledge(article.ack, delivered);               // In any order, once each.
//   tracker.Uncommitted(progress);                             // What to commit now.
//   tracker.Committed(progress[i]);                            // The broker has stored it.
//
// The watermark of a partition is one past the highest offset such that everything appended up to
// it is delivered; gaps between offsets (compaction, transaction markers) don't matter. A failed
// delivery stops its partition's watermark for good: what follows would be committed over a lost
// record. Revoke() ends an assignment; acknowledgements that belong to it are ignored and counted,
// also after the partition has come back.
//
// What must hold after every call is checked in every build: it is cheaper than a lost article. A
// test compares all orders of calls with an obvious model (tests/offset_tracker_model.h).
//
// Every call on a record is O(1), amortised. Memory: 16 bytes for each record between the watermark
// and the newest, kept for reuse. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace wiredesk {

class OffsetTracker {
 public:
  // Topics are numbered from 0 by the user of this class: small numbers, as they index an array.
  // At most 65,536 partitions of all topics together are ever assigned.

  // REQUIRES: !assigned(topic, partition)
  void Assign(std::int32_t topic, std::int32_t partition);
  // REQUIRES: assigned(topic, partition)
  void Revoke(std::int32_t topic, std::int32_t partition);
  bool assigned(std::int32_t topic, std::int32_t partition) const;

  // Whether Append() may be called: assigned, and the offset is above all appended before. A source
  // that was set back (its log was truncated) must revoke and assign first.
  bool Accepts(std::int32_t topic, std::int32_t partition, std::int64_t offset) const;

  // A record was taken in. Returns the handle for Acknowledge().
  // REQUIRES: Accepts(topic, partition, offset)
  std::uint64_t Append(std::int32_t topic, std::int32_t partition, std::int64_t offset);

  // Its output was delivered, or is lost. Once a handle.
  void Acknowledge(std::uint64_t ack, bool delivered);

  // An offset that may be committed: the one to read next.
  struct Progress {
    std::int32_t topic;
    std::int32_t partition;
    std::int64_t next_offset;
    std::uint16_t epoch;  // Of the assignment that it belongs to.
  };
  // Replaces `progress` by what is past the last commit, one entry a partition.
  void Uncommitted(std::vector<Progress>& progress) const;
  // Stored by the broker. Ignored if the assignment has ended meanwhile.
  void Committed(const Progress& progress);

  // The offset to read next, or -1 if nothing was delivered since the assignment.
  // REQUIRES: assigned(topic, partition)
  std::int64_t watermark(std::int32_t topic, std::int32_t partition) const;
  // A delivery failed: the watermark stops before it.
  // REQUIRES: assigned(topic, partition)
  bool stalled(std::int32_t topic, std::int32_t partition) const;
  bool any_stalled() const;

  // Appended under assignments that still hold, and not yet acknowledged.
  std::size_t in_flight() const { return in_flight_; }
  std::uint64_t ignored_acks() const { return ignored_acks_; }

 private:
  struct Record {
    std::int64_t offset;
    bool delivered;
  };

  // A partition and its records from the watermark to the newest, in a ring that grows: the record
  // of sequence s, first <= s < next, lies in records[s % records.size()]. Sequences wrap at 32
  // bits.
  struct Partition {
    std::int32_t topic = 0;
    std::int32_t partition = 0;
    std::uint16_t epoch = 0;
    bool assigned = false;
    bool stalled = false;
    std::uint32_t first = 0;
    std::uint32_t next = 0;  // Stands still once stalled: what follows shares one sequence.
    std::uint32_t end = 0;   // Records from `end` on are not kept: they come after a failed one.
    std::size_t in_flight = 0;
    std::int64_t last_appended = -1;
    std::int64_t watermark = -1;
    std::int64_t committed = -1;
    std::int64_t failed = std::numeric_limits<std::int64_t>::max();  // The lowest failed offset.
    std::vector<Record> records;

    Record& at(std::uint32_t sequence) { return records[sequence & (records.size() - 1)]; }
    const Record& at(std::uint32_t sequence) const {
      return records[sequence & (records.size() - 1)];
    }
    std::uint32_t kept() const { return end - first; }
    void Grow();
    void Advance();
    void CheckInvariants() const;
  };

  const Partition* Find(std::int32_t topic, std::int32_t partition) const;
  Partition& Get(std::int32_t topic, std::int32_t partition);
  const Partition& Get(std::int32_t topic, std::int32_t partition) const;

  std::vector<Partition> partitions_;             // By slot. Slots are never given up.
  std::vector<std::vector<std::int32_t>> slots_;  // [topic][partition], -1: none.
  std::size_t in_flight_ = 0;
  std::uint64_t ignored_acks_ = 0;
};

}  // namespace wiredesk
