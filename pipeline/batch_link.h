// One way for batches from one thread to another: a ring, and the doorbell of who reads it.
#pragma once

#include <cstddef>
#include <optional>

#include "config/check.h"
#include "pipeline/doorbell.h"
#include "pipeline/spsc_ring.h"
#include "stages/batch.h"

namespace wiredesk {

class BatchLink {
 public:
  // `capacity`: a power of two, with room for every batch of the lane. `receiver` outlives the
  // link.
  BatchLink(std::size_t capacity, Doorbell& receiver) : ring_(capacity), receiver_(receiver) {}

  // Sending thread only.
  void Push(Batch* batch) {
    const bool pushed = ring_.TryPush(batch);
    WIREDESK_CHECK(pushed);
    receiver_.Ring();
  }

  // Receiving thread only. Null: nothing there.
  Batch* TryPop() { return ring_.TryPop().value_or(nullptr); }

 private:
  SpscRing<Batch*> ring_;
  Doorbell& receiver_;
};

}  // namespace wiredesk
