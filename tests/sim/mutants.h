// Bugs that tests/sim/mutants.py plants in copies of the commit path. Which of them is there is
// decided at run time; what some of them need of the simulated librdkafka is here too.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <vector>

namespace wiredesk::sim {

// The names; the n-th one has number n + 1.
extern const std::vector<std::string> kMutants;

// From now on there is this bug and no other; 0: none.
void Plant(int number);
bool Planted(int number);

// Owned by whoever calls.
rd_kafka_consumer_group_metadata_t* NobodysMetadata();
rd_kafka_consumer_group_metadata_t* FirstMetadata(rd_kafka_t* consumer);

// Records that are sent in its life are part of no transaction.
class OutsideOfTransaction {
 public:
  explicit OutsideOfTransaction(bool outside);
  ~OutsideOfTransaction();
  OutsideOfTransaction(const OutsideOfTransaction&) = delete;
  OutsideOfTransaction& operator=(const OutsideOfTransaction&) = delete;
};

}  // namespace wiredesk::sim
