#include "tests/sim/mutants.h"

#include "tests/sim/client.h"
#include "tests/sim/consumer.h"
#include "tests/sim/producer.h"

namespace wiredesk::sim {
namespace {

int planted = 0;

}  // namespace

void Plant(int number) { planted = number; }
bool Planted(int number) { return number == planted; }

rd_kafka_consumer_group_metadata_t* NobodysMetadata() {
  return new rd_kafka_consumer_group_metadata_t();
}

rd_kafka_consumer_group_metadata_t* FirstMetadata(rd_kafka_t* consumer) {
  if (consumer->first_id == nullptr) {
    consumer->first_id = std::make_unique<MemberId>(consumer->consumer->id());
  }
  return new rd_kafka_consumer_group_metadata_t{*consumer->first_id};
}

OutsideOfTransaction::OutsideOfTransaction(bool outside) { Producer::outside = outside; }
OutsideOfTransaction::~OutsideOfTransaction() { Producer::outside = false; }

}  // namespace wiredesk::sim
