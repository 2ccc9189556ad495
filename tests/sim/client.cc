#include "tests/sim/client.h"

#include <algorithm>
#include <utility>

#include "config/check.h"

namespace wiredesk::sim {
namespace {

Brokers* current = nullptr;

}  // namespace

Brokers& CurrentBrokers() {
  WIREDESK_CHECK(current != nullptr);
  return *current;
}

void SetCurrentBrokers(Brokers* brokers) { current = brokers; }

void NetworkClient::Send(Channel& channel, std::function<void()> effect, Time extra) {
  const Time arrival = std::max(process_.Arrival(brokers_.Delay() + extra), channel.last);
  channel.last = arrival;
  world().At(arrival, [self = shared_from_this(), arrival, effect = std::move(effect)] {
    if (arrival <= self->cut) effect();
  });
}

void NetworkClient::Reply(std::function<void()> hear, Time extra) {
  if (dead) return;
  world().At(process_.Arrival(brokers_.Delay() + extra),
             [self = shared_from_this(), hear = std::move(hear)] {
               if (self->dead) return;
               hear();
               self->process().Notify();
             });
}

rd_kafka_topic_partition_list_t* MakeList(const Offsets& offsets) {
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size()));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list, kInputTopic, partition)->offset = offset;
  }
  return list;
}

Offsets OffsetsOf(const rd_kafka_topic_partition_list_t& list) {
  Offsets offsets;
  for (int i = 0; i < list.cnt; ++i) offsets[list.elems[i].partition] = list.elems[i].offset;
  return offsets;
}

rd_kafka_error_t* MakeError(rd_kafka_error_s error) { return new rd_kafka_error_s(error); }

}  // namespace wiredesk::sim
