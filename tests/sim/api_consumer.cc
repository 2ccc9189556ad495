// librdkafka's C functions as this program has them: a consumer's.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "tests/sim/client.h"
#include "tests/sim/consumer.h"

using wiredesk::sim::Consumer;
using wiredesk::sim::MakeList;
using wiredesk::sim::OffsetsOf;

namespace {

// Null once the process is dead: then calls do nothing, which only destructors make.
Consumer* Living(rd_kafka_t* client) {
  return client->consumer->dead ? nullptr : client->consumer.get();
}

}  // namespace

rd_kafka_resp_err_t rd_kafka_poll_set_consumer(rd_kafka_t*) { return RD_KAFKA_RESP_ERR_NO_ERROR; }

rd_kafka_resp_err_t rd_kafka_subscribe(rd_kafka_t* client, const rd_kafka_topic_partition_list_t*) {
  client->consumer->Subscribe();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Closing leaves the group here, with partitions or without.
rd_kafka_resp_err_t rd_kafka_unsubscribe(rd_kafka_t*) { return RD_KAFKA_RESP_ERR_NO_ERROR; }

rd_kafka_message_t* rd_kafka_consumer_poll(rd_kafka_t* client, int) {
  Consumer* consumer = Living(client);
  return consumer == nullptr ? nullptr : consumer->Poll();
}

rd_kafka_resp_err_t rd_kafka_consumer_close(rd_kafka_t* client) {
  if (Consumer* consumer = Living(client)) consumer->Close();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// A client that closes may have lost the group's coordinator, and then does not know.
const char* rd_kafka_rebalance_protocol(rd_kafka_t* client) {
  if (client->consumer->closed()) return nullptr;
  return client->consumer->cooperative() ? "COOPERATIVE" : "EAGER";
}

rd_kafka_resp_err_t rd_kafka_assign(rd_kafka_t* client,
                                    const rd_kafka_topic_partition_list_t* partitions) {
  client->consumer->UnassignAll();
  if (partitions != nullptr) client->consumer->Assign(OffsetsOf(*partitions));
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_error_t* rd_kafka_incremental_assign(rd_kafka_t* client,
                                              const rd_kafka_topic_partition_list_t* partitions) {
  client->consumer->Assign(OffsetsOf(*partitions));
  return nullptr;
}

rd_kafka_error_t* rd_kafka_incremental_unassign(rd_kafka_t* client,
                                                const rd_kafka_topic_partition_list_t* partitions) {
  client->consumer->Unassign(OffsetsOf(*partitions));
  return nullptr;
}

char* rd_kafka_memberid(const rd_kafka_t* client) {
  return strdup(client->consumer->id().member.c_str());
}

void rd_kafka_mem_free(rd_kafka_t*, void* memory) { std::free(memory); }

int rd_kafka_assignment_lost(rd_kafka_t* client) { return client->consumer->lost(); }

rd_kafka_resp_err_t rd_kafka_pause_partitions(rd_kafka_t* client,
                                              rd_kafka_topic_partition_list_t* partitions) {
  client->consumer->Pause(OffsetsOf(*partitions), true);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_resume_partitions(rd_kafka_t* client,
                                               rd_kafka_topic_partition_list_t* partitions) {
  client->consumer->Pause(OffsetsOf(*partitions), false);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_error_t* rd_kafka_seek_partitions(rd_kafka_t* client,
                                           rd_kafka_topic_partition_list_t* partitions, int) {
  client->consumer->Seek(*partitions);
  return nullptr;
}

rd_kafka_resp_err_t rd_kafka_committed(rd_kafka_t* client,
                                       rd_kafka_topic_partition_list_t* partitions,
                                       int timeout_ms) {
  return client->consumer->Committed(*partitions, timeout_ms);
}

rd_kafka_resp_err_t rd_kafka_commit(rd_kafka_t* client,
                                    const rd_kafka_topic_partition_list_t* offsets, int) {
  client->consumer->Commit(OffsetsOf(*offsets));
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_commit_queue(
    rd_kafka_t* client, const rd_kafka_topic_partition_list_t* offsets, rd_kafka_queue_t* queue,
    void (*)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*), void*) {
  client->consumer->Commit(OffsetsOf(*offsets), queue->answers);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t rd_kafka_get_watermark_offsets(rd_kafka_t*, const char*, std::int32_t partition,
                                                   std::int64_t* low, std::int64_t* high) {
  *low = 0;
  *high = wiredesk::sim::CurrentBrokers().End(partition);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_consumer_group_metadata_t* rd_kafka_consumer_group_metadata(rd_kafka_t* client) {
  return new rd_kafka_consumer_group_metadata_t{client->consumer->id()};
}

const char* rd_kafka_consumer_group_metadata_member_id(
    const rd_kafka_consumer_group_metadata_t* metadata) {
  return metadata->id.member.c_str();
}

void rd_kafka_consumer_group_metadata_destroy(rd_kafka_consumer_group_metadata_t* metadata) {
  delete metadata;
}

// --- Queues ---

rd_kafka_queue_t* rd_kafka_queue_new(rd_kafka_t* client) {
  return new rd_kafka_queue_t{client, std::make_shared<std::deque<rd_kafka_op_s>>()};
}
rd_kafka_queue_t* rd_kafka_queue_get_consumer(rd_kafka_t* client) {
  return rd_kafka_queue_new(client);
}
rd_kafka_queue_t* rd_kafka_queue_get_main(rd_kafka_t* client) { return rd_kafka_queue_new(client); }
void rd_kafka_queue_destroy(rd_kafka_queue_t* queue) { delete queue; }
void rd_kafka_queue_io_event_enable(rd_kafka_queue_t*, int, const void*, std::size_t) {}

rd_kafka_event_t* rd_kafka_queue_poll(rd_kafka_queue_t* queue, int timeout_ms) {
  wiredesk::sim::Process& process = queue->client->consumer->process();
  const wiredesk::sim::Time end = process.world().now() + timeout_ms * wiredesk::sim::kMillisecond;
  if (!process.Await([queue] { return !queue->answers->empty(); }, end)) return nullptr;
  auto* event = new rd_kafka_op_s(std::move(queue->answers->front()));
  queue->answers->pop_front();
  event->list = MakeList(event->offsets);
  return event;
}

rd_kafka_resp_err_t rd_kafka_event_error(rd_kafka_event_t* event) { return event->error; }
rd_kafka_topic_partition_list_t* rd_kafka_event_topic_partition_list(rd_kafka_event_t* event) {
  return event->list;
}
void rd_kafka_event_destroy(rd_kafka_event_t* event) {
  if (event->list != nullptr) rd_kafka_topic_partition_list_destroy(event->list);
  delete event;
}
