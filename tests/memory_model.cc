#include "tests/memory_model.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "config/check.h"

namespace wiredesk::explorer {

namespace {

std::size_t Index(int number) { return static_cast<std::size_t>(number); }

bool IsAcquire(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel;
}

bool IsRelease(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel;
}

const char* Name(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    default:
      return "unknown order";
  }
}

}  // namespace

void View::Join(const View& other) {
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = std::max(seen[i], other.seen[i]);
  for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::max(clock[i], other.clock[i]);
}

void View::Meet(const View& other) {
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = std::min(seen[i], other.seen[i]);
  for (std::size_t i = 0; i < clock.size(); ++i) clock[i] = std::min(clock[i], other.clock[i]);
}

Memory::Memory() {
  // A thread's own time begins at 1, so that nobody else knows of it.
  for (std::size_t i = 0; i < views_.size(); ++i) views_[i].clock[i] = 1;
}

int Memory::AddLocation(std::uint16_t value) {
  WIREDESK_CHECK(location_count_ < kLocationsMax);
  Location& location = locations_[Index(location_count_)];
  location.count = 1;
  location.writes[0].value = value;
  return location_count_++;
}

int Memory::AddCell() {
  WIREDESK_CHECK(cell_count_ < kCellsMax);
  return cell_count_++;
}

bool Memory::IsOpenBehind(const Location& location, int place) const {
  return place + 1 == location.count || !location.writes[Index(place + 1)].chained;
}

int Memory::Ways(int thread, const Operation& operation) const {
  const Location& location = locations_[operation.location];
  if (operation.kind == OpKind::kSignal || operation.kind == OpKind::kWait) return 1;
  return location.count - views_[Index(thread)].seen[operation.location];
}

bool Memory::MayGo(int thread, const Operation& operation, int way) const {
  const Location& location = locations_[operation.location];
  switch (operation.kind) {
    case OpKind::kLoad:
    case OpKind::kSignal:
      return true;
    case OpKind::kWait:
      return location.writes[Index(location.count - 1)].value > 0;
    case OpKind::kStore:
    case OpKind::kExchange:
      return IsOpenBehind(location, views_[Index(thread)].seen[operation.location] + way);
    case OpKind::kJoin:
      break;
  }
  return false;
}

Memory::Write& Memory::Insert(int location, int place) {
  Location& target = locations_[Index(location)];
  WIREDESK_CHECK(target.count < kWritesMax);
  const bool at_end = place == target.count;
  std::copy_backward(target.writes.begin() + place, target.writes.begin() + target.count,
                     target.writes.begin() + target.count + 1);
  ++target.count;
  target.writes[Index(place)] = {};
  if (at_end) return target.writes[Index(place)];
  const auto shift = [location, place](View& view) {
    std::uint8_t& seen = view.seen[Index(location)];
    if (seen >= place) ++seen;
  };
  for (View& view : views_) shift(view);
  for (Location& other : locations_) {
    for (int w = 0; w < other.count; ++w) shift(other.writes[Index(w)].released);
  }
  return target.writes[Index(place)];
}

std::uint16_t Memory::Do(int thread, const Operation& operation, int way) {
  WIREDESK_CHECK(operation.order != std::memory_order_seq_cst);
  View& view = views_[Index(thread)];
  Location& location = locations_[operation.location];
  std::uint8_t& seen = view.seen[operation.location];
  const bool is_event = operation.kind == OpKind::kSignal || operation.kind == OpKind::kWait;
  const int place = is_event ? location.count - 1 : seen + way;
  const Write read = location.writes[Index(place)];
  if (operation.kind != OpKind::kStore) {
    seen = static_cast<std::uint8_t>(place);
    if (is_event || IsAcquire(operation.order)) view.Join(read.released);
  }
  if (operation.kind == OpKind::kLoad) return read.value;

  Write& write = Insert(operation.location, place + 1);
  seen = static_cast<std::uint8_t>(place + 1);
  write.value = operation.value;
  if (operation.kind == OpKind::kSignal) write.value = static_cast<std::uint16_t>(read.value + 1);
  if (operation.kind == OpKind::kWait) write.value = 0;
  if (is_event || IsRelease(operation.order)) {
    write.released = view;
    WIREDESK_CHECK(view.clock[Index(thread)] < UINT8_MAX);
    ++view.clock[Index(thread)];  // What comes from here on is not released.
  }
  if (operation.kind != OpKind::kStore) {
    write.chained = true;
    write.released.Join(read.released);  // The release sequence goes on.
  }
  return read.value;
}

void Memory::JoinThread(int thread, int other) { views_[Index(thread)].Join(views_[Index(other)]); }

bool Memory::ReadCell(int thread, int cell, std::uint16_t& value) {
  Cell& target = cells_[Index(cell)];
  const bool ordered = target.writer < 0 || target.writer == thread ||
                       Happened(thread, target.writer, target.write_clock);
  value = target.value;
  target.read_clock[Index(thread)] = views_[Index(thread)].clock[Index(thread)];
  return ordered;
}

bool Memory::WriteCell(int thread, int cell, std::uint16_t value) {
  Cell& target = cells_[Index(cell)];
  bool ordered = target.writer < 0 || target.writer == thread ||
                 Happened(thread, target.writer, target.write_clock);
  for (int other = 0; other < kThreads; ++other) {
    const int read = target.read_clock[Index(other)];
    if (other == thread || read == 0) continue;
    ordered = ordered && Happened(thread, other, read);
  }
  target.value = value;
  target.writer = static_cast<std::int8_t>(thread);
  target.write_clock = views_[Index(thread)].clock[Index(thread)];
  return ordered;
}

std::string Describe(const Operation& operation) {
  static constexpr const char* kNames[] = {"load", "store", "exchange", "signal", "wait", "join"};
  const char* const slash = std::strrchr(operation.site.file, '/');
  const char* const file = slash == nullptr ? operation.site.file : slash + 1;
  const bool is_atomic = operation.kind <= OpKind::kExchange;
  return fmt::format("{}{} at {}:{}", kNames[static_cast<std::size_t>(operation.kind)],
                     is_atomic ? fmt::format(" ({})", Name(operation.order)) : "", file,
                     operation.site.line);
}

}  // namespace wiredesk::explorer
