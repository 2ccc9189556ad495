#include "pipeline/offset_tracker.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "config/check.h"

namespace wiredesk {

namespace {

// A handle is slot (16 bits), epoch (16 bits), sequence (32 bits). An epoch comes back after 65,536
// assignments of one partition, long after the last delivery report of the first.
struct Ack {
  std::uint16_t slot;
  std::uint16_t epoch;
  std::uint32_t sequence;
};

std::uint64_t Encode(Ack ack) {
  return (std::uint64_t{ack.slot} << 48) | (std::uint64_t{ack.epoch} << 32) | ack.sequence;
}

Ack Decode(std::uint64_t ack) {
  return {static_cast<std::uint16_t>(ack >> 48), static_cast<std::uint16_t>(ack >> 32),
          static_cast<std::uint32_t>(ack)};
}

constexpr std::size_t kSlotsMax = 65536;
constexpr std::size_t kRecordsAtFirst = 64;
// Of sequences on their way, so that half of the 32 bits tell older from newer.
constexpr std::uint32_t kKeptMax = std::uint32_t{1} << 30;

}  // namespace

void OffsetTracker::Partition::Grow() {
  WIREDESK_CHECK(kept() < kKeptMax);
  std::vector<Record> larger(std::max(kRecordsAtFirst, records.size() * 2));
  for (std::uint32_t s = first; s != end; ++s) larger[s & (larger.size() - 1)] = at(s);
  records = std::move(larger);
}

// Moves the watermark over what is delivered.
void OffsetTracker::Partition::Advance() {
  while (first != end && at(first).delivered) {
    const std::int64_t offset = at(first).offset;
    WIREDESK_CHECK(offset >= watermark);
    WIREDESK_CHECK(offset <= last_appended);
    watermark = offset + 1;
    ++first;
  }
}

void OffsetTracker::Partition::CheckInvariants() const {
  // Nothing is committed that was not delivered, nor past what was taken in or has failed.
  WIREDESK_CHECK(committed <= watermark);
  WIREDESK_CHECK(watermark <= last_appended + 1);
  WIREDESK_CHECK(watermark <= failed);
  WIREDESK_CHECK(stalled == (failed != std::numeric_limits<std::int64_t>::max()));
  // The records from the watermark on, none of them left out, and the first one not delivered.
  WIREDESK_CHECK(kept() <= records.size() && kept() <= next - first);
  WIREDESK_CHECK(stalled || end == next);
  WIREDESK_CHECK(first == end || (!at(first).delivered && at(first).offset >= watermark));
  WIREDESK_CHECK(first == end || in_flight > 0);
  // Without an assignment there is nothing.
  WIREDESK_CHECK(assigned || (in_flight == 0 && watermark < 0 && first == next && !stalled));
}

const OffsetTracker::Partition* OffsetTracker::Find(std::int32_t topic,
                                                    std::int32_t partition) const {
  if (topic < 0 || partition < 0) return nullptr;
  const auto t = static_cast<std::size_t>(topic);
  const auto p = static_cast<std::size_t>(partition);
  if (t >= slots_.size() || p >= slots_[t].size() || slots_[t][p] < 0) return nullptr;
  return &partitions_[static_cast<std::size_t>(slots_[t][p])];
}

const OffsetTracker::Partition& OffsetTracker::Get(std::int32_t topic,
                                                   std::int32_t partition) const {
  const Partition* found = Find(topic, partition);
  WIREDESK_CHECK(found != nullptr && found->assigned);
  return *found;
}

OffsetTracker::Partition& OffsetTracker::Get(std::int32_t topic, std::int32_t partition) {
  return const_cast<Partition&>(std::as_const(*this).Get(topic, partition));
}

bool OffsetTracker::assigned(std::int32_t topic, std::int32_t partition) const {
  const Partition* found = Find(topic, partition);
  return found != nullptr && found->assigned;
}

void OffsetTracker::Assign(std::int32_t topic, std::int32_t partition) {
  WIREDESK_CHECK(topic >= 0 && partition >= 0 && !assigned(topic, partition));
  const auto t = static_cast<std::size_t>(topic);
  const auto p = static_cast<std::size_t>(partition);
  if (slots_.size() <= t) slots_.resize(t + 1);
  if (slots_[t].size() <= p) slots_[t].resize(p + 1, -1);
  if (slots_[t][p] < 0) {
    WIREDESK_CHECK(partitions_.size() < kSlotsMax);
    slots_[t][p] = static_cast<std::int32_t>(partitions_.size());
    Partition& fresh = partitions_.emplace_back();
    fresh.topic = topic;
    fresh.partition = partition;
  }
  Partition& assigned_now = partitions_[static_cast<std::size_t>(slots_[t][p])];
  assigned_now.CheckInvariants();
  assigned_now.assigned = true;
}

void OffsetTracker::Revoke(std::int32_t topic, std::int32_t partition) {
  Partition& p = Get(topic, partition);
  WIREDESK_CHECK(in_flight_ >= p.in_flight);
  in_flight_ -= p.in_flight;
  // The next assignment begins as a new one, but for its epoch and the memory.
  Partition fresh;
  fresh.topic = p.topic;
  fresh.partition = p.partition;
  fresh.epoch = static_cast<std::uint16_t>(p.epoch + 1);
  fresh.records = std::move(p.records);
  p = std::move(fresh);
}

bool OffsetTracker::Accepts(std::int32_t topic, std::int32_t partition, std::int64_t offset) const {
  const Partition* found = Find(topic, partition);
  return found != nullptr && found->assigned && offset > found->last_appended;
}

std::uint64_t OffsetTracker::Append(std::int32_t topic, std::int32_t partition,
                                    std::int64_t offset) {
  Partition& p = Get(topic, partition);
  WIREDESK_CHECK(offset > p.last_appended);
  p.last_appended = offset;
  const std::uint32_t sequence = p.next;
  if (!p.stalled) {
    if (p.kept() == p.records.size()) p.Grow();
    p.at(sequence) = {offset, false};
    p.end = ++p.next;
  }
  ++p.in_flight;
  ++in_flight_;
  p.CheckInvariants();
  const auto slot = static_cast<std::uint16_t>(&p - partitions_.data());
  return Encode({slot, p.epoch, sequence});
}

void OffsetTracker::Acknowledge(std::uint64_t ack, bool delivered) {
  const auto [slot, epoch, sequence] = Decode(ack);
  WIREDESK_CHECK(slot < partitions_.size());
  Partition& p = partitions_[slot];
  if (!p.assigned || p.epoch != epoch) {
    ++ignored_acks_;
    return;
  }
  WIREDESK_CHECK(p.in_flight > 0 && in_flight_ >= p.in_flight);
  --p.in_flight;
  --in_flight_;
  // Behind a failed record nothing is kept: the watermark won't come there.
  if (sequence - p.first >= p.kept()) {
    WIREDESK_CHECK(p.stalled && sequence - p.first <= p.next - p.first);
    p.CheckInvariants();
    return;
  }
  if (!delivered) {
    WIREDESK_CHECK(!p.at(sequence).delivered && p.at(sequence).offset < p.failed);
    p.stalled = true;
    p.failed = p.at(sequence).offset;
    p.end = sequence;
  } else {
    WIREDESK_CHECK(!p.at(sequence).delivered);
    p.at(sequence).delivered = true;
    p.Advance();
  }
  p.CheckInvariants();
}

void OffsetTracker::Uncommitted(std::vector<Progress>& progress) const {
  progress.clear();
  for (const Partition& p : partitions_) {
    if (!p.assigned || p.watermark <= p.committed) continue;
    progress.push_back({p.topic, p.partition, p.watermark, p.epoch});
  }
}

void OffsetTracker::Committed(const Progress& progress) {
  const Partition* found = Find(progress.topic, progress.partition);
  WIREDESK_CHECK(found != nullptr);
  if (!found->assigned || found->epoch != progress.epoch) return;
  Partition& p = Get(progress.topic, progress.partition);
  WIREDESK_CHECK(progress.next_offset <= p.watermark);
  p.committed = std::max(p.committed, progress.next_offset);
  p.CheckInvariants();
}

std::int64_t OffsetTracker::watermark(std::int32_t topic, std::int32_t partition) const {
  return Get(topic, partition).watermark;
}

bool OffsetTracker::stalled(std::int32_t topic, std::int32_t partition) const {
  return Get(topic, partition).stalled;
}

bool OffsetTracker::any_stalled() const {
  return std::any_of(partitions_.begin(), partitions_.end(),
                     [](const Partition& p) { return p.assigned && p.stalled; });
}

}  // namespace wiredesk
