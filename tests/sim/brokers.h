// The cluster that all clients of a run talk to, and what is wrong with it at the moment.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/articles.h"
#include "tests/sim/group.h"
#include "tests/sim/log.h"
#include "tests/sim/transactions.h"
#include "tests/sim/world.h"

namespace wiredesk::sim {

struct InputShape {
  std::int32_t partitions = 1;
  int records = 10;                 // In each partition.
  Time every = 100 * kMillisecond;  // One of them in each partition.
};

class Brokers {
 public:
  Brokers(World& the_world, const InputShape& the_input, bool cooperative)
      : world(the_world),
        input(the_input),
        group(the_world, {.partitions = the_input.partitions, .cooperative = cooperative}),
        transactions(the_world, logs, group) {}

  // What one way takes now.
  Time Delay() {
    const Time base = world.random.Between(1, 3) * kMillisecond;
    return world.now() < slow_until ? base + world.random.Between(0, slow_by) : base;
  }
  // What the end of a transaction takes beyond that, to take effect, or to be answered.
  Time HiccupOnWay() { return Hiccup(20 * kSecond); }
  Time HiccupOfReply() { return Hiccup(40 * kSecond); }
  bool DeliveryFails() {
    if (world.now() >= failing_until || !world.random.Chance(10)) return false;
    deliveries_failed = true;
    trouble = world.now();
    return true;
  }
  bool troubled() const {
    return world.now() < std::max({slow_until, trouble, unclear_until}) + kMinute / 2;
  }

  // Records of a partition that are there by now.
  std::size_t Available(std::int32_t) const {
    return static_cast<std::size_t>(
        std::min<std::int64_t>(input.records, world.now() / input.every));
  }
  const InputRecord& Record(std::int32_t partition, std::size_t index) const {
    return Articles::Get().of(partition)[index];
  }
  // One past the last record there is or will be.
  std::int64_t End(std::int32_t partition) const {
    return Record(partition, static_cast<std::size_t>(input.records) - 1).offset + 1;
  }

  World& world;
  const InputShape input;
  OutputLogs logs;
  Group group;
  Transactions transactions;

  Time slow_until = -kMinute;
  Time slow_by = 0;
  Time failing_until = -kMinute;
  Time unclear_until = -kMinute;
  Time trouble = -kMinute;  // When something last went wrong on purpose.
  bool faultless = true;    // Nothing went wrong on purpose.
  bool deliveries_failed = false;
  // Articles that may come out twice where delivery is at least once: they were taken in and not
  // committed when a fault took their worker or its assignment away.
  std::int64_t repeats_allowed = 0;

 private:
  Time Hiccup(Time most) {
    if (world.now() >= unclear_until || world.random.Chance(50)) return 0;
    return world.random.Between(0, most);
  }
};

// Of the run that is on.
Brokers& CurrentBrokers();
void SetCurrentBrokers(Brokers* brokers);

}  // namespace wiredesk::sim
