// The two ends of a lane. Files, memory, fakes and Kafka implement them; a lane can't tell which.
//
// A source and the sink beside it are used by one thread only, the lane's port thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "stages/batch.h"

namespace wiredesk {

// Where a lane's articles come from.
class Source {
 public:
  enum class State {
    kMore,  // There may be more: call again.
    kIdle,  // Nothing there now.
    kEnd,   // There will never be more.
  };

  virtual ~Source() = default;

  // Appends to `batch` what is there, without waiting, up to its capacity in articles and
  // `bytes_max` bytes (at least one article). Also serves the source's own events; a rebalance
  // calls back into the lane from here (see Rebalance): `batch` isn't in the lane yet, so serve
  // what may rebalance before the first append.
  virtual State Fill(Batch& batch, std::size_t bytes_max) = 0;

  // No batch is free: serves events, takes nothing in. Keeps a consumer in its group.
  virtual void KeepAlive() = 0;

  // The sink has delivered the output of the record behind `ack` (Article::ack), or has failed to.
  virtual void Acknowledge(std::uint64_t ack, bool delivered) = 0;

  // Stores what may be stored of the progress made; with `wait` it is stored on return. Cheap to
  // call often: the source keeps its own interval.
  virtual absl::Status Commit(bool wait) = 0;

  // Leaves. Nothing is taken in afterwards. Not called when the lane was aborted: the destructor
  // must then leave quickly and store nothing.
  virtual void Close() = 0;

  // A failure after which nothing more can be taken in, or OK. The lane then finishes what it has.
  virtual absl::Status status() const { return absl::OkStatus(); }
};

// Where a lane's results go: outputs, and dead letters for the articles that failed.
class Sink {
 public:
  virtual ~Sink() = default;

  // Hands over the batch's articles from batch.send_cursor on, moving the cursor. False: the sink
  // is full, call again later with the same batch. Bytes are copied: the batch may be cleared after
  // true.
  virtual bool Send(Batch& batch) = 0;

  // Serves delivery reports: each becomes a Source::Acknowledge(). Returns how many there were.
  virtual int Poll() = 0;

  // Nothing is on its way to the sink now: what it keeps for more to come is to go. May wait a
  // millisecond or two; as Poll() otherwise. Cheap where nothing is in flight.
  virtual int Hurry() { return 0; }

  // Handed over and not yet reported on.
  virtual std::size_t in_flight() const = 0;

  // A failure after which nothing more can be delivered, or OK.
  virtual absl::Status status() const = 0;
};

// What a lane does when its source gains or loses partitions. Called on the port thread, from
// inside Source::Fill(), KeepAlive() or Commit().
class Rebalance {
 public:
  virtual ~Rebalance() = default;
  // Returns when nothing taken in is unfinished any more, or after the source's deadline: false.
  virtual bool Drain(std::chrono::milliseconds deadline) = 0;
  // Throws away everything taken in and not yet handed to the sink. Returns when nothing of it is
  // left in the lane, or after `deadline`: false.
  virtual bool Discard(std::chrono::milliseconds deadline) = 0;
};

}  // namespace wiredesk
