// Exactly once: outputs, dead letters and the offsets of the articles that they came from end
// together in one transaction (KIP-98, KIP-447), or not at all.
//
// The sink opens one with the first record that it sends; the source, which knows the offsets, ends
// it:
//
//   open ──Flush()──▶ all sent is delivered ──Commit(offsets)──▶ committed
//     └────────────────────────Abort()──────────────────────────▶ as if nothing had been sent
//
// One lane's, on its port thread.
#pragma once

#include <chrono>

#include "absl/status/status.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

class Transaction {
 public:
  enum class Result {
    kCommitted,
    kMustAbort,  // Nothing is committed: Abort(), and go back to the last committed offsets.
    kUnclear,    // The broker did not say. Abort() also settles which it was: ask the group.
    kFailed,     // status() says why; fenced among it. No transaction can be made any more.
  };

  virtual ~Transaction() = default;

  // Something was sent since the last Commit() or Abort().
  virtual bool open() const = 0;

  // Waits until everything sent is delivered, and so acknowledged to the source. False: something
  // failed, or the time is over.
  virtual bool Flush(std::chrono::milliseconds timeout) = 0;

  // REQUIRES: open(), and Flush() returned true since the last record was sent. `offsets` are the
  // next ones to read, and `consumer` is the member of the group that read up to them: a member of
  // an older generation is refused.
  virtual Result Commit(const rd_kafka_topic_partition_list_t& offsets, rd_kafka_t& consumer,
                        std::chrono::milliseconds timeout) = 0;

  // Not OK: as kFailed.
  virtual absl::Status Abort(std::chrono::milliseconds timeout) = 0;
};

}  // namespace wiredesk
