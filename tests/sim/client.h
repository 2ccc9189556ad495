// What librdkafka's opaque types are in this program, and how its clients talk to the brokers.
#pragma once

#include <librdkafka/rdkafka.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/brokers.h"
#include "tests/sim/process.h"

namespace wiredesk::sim {

class Consumer;
class Producer;

// One order of requests: what goes to the same broker arrives in the order in which it was sent.
struct Channel {
  Time last = 0;
};

// How both kinds of client send and hear.
class NetworkClient : public Client, public std::enable_shared_from_this<NetworkClient> {
 public:
  NetworkClient(Process& process, Brokers& brokers) : process_(process), brokers_(brokers) {}

  Process& process() { return process_; }

 protected:
  // `effect` happens at the brokers, `extra` later than usual, whatever becomes of this client
  // after what was under way has arrived.
  void Send(Channel& channel, std::function<void()> effect, Time extra = 0);
  // From inside of an effect: `hear` happens here, if there still is somebody to hear.
  void Reply(std::function<void()> hear, Time extra = 0);
  Time Deadline(int timeout_ms) const { return world().now() + timeout_ms * kMillisecond; }
  World& world() const { return process_.world(); }
  template <typename Self>
  std::shared_ptr<Self> SharedAs() {
    return std::static_pointer_cast<Self>(shared_from_this());
  }

  Process& process_;
  Brokers& brokers_;
};

}  // namespace wiredesk::sim

struct rd_kafka_conf_s {
  std::map<std::string, std::string> properties;
  void* opaque = nullptr;
  void (*rebalance)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*,
                    void*) = nullptr;
  void (*commit)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*,
                 void*) = nullptr;
  void (*delivery)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
  void (*error)(rd_kafka_t*, int, const char*, void*) = nullptr;
};

struct rd_kafka_s {
  std::unique_ptr<rd_kafka_conf_t> conf;
  std::shared_ptr<wiredesk::sim::Consumer> consumer;
  std::shared_ptr<wiredesk::sim::Producer> producer;
  std::unique_ptr<wiredesk::sim::MemberId> first_id;  // For a planted bug.
};

struct rd_kafka_topic_s {
  rd_kafka_t* client = nullptr;
  std::string name;
};

struct rd_kafka_headers_s {
  std::vector<std::pair<std::string, std::string>> all;
};

struct rd_kafka_error_s {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool fatal = false;
  bool retriable = false;
  bool must_abort = false;
};

struct rd_kafka_consumer_group_metadata_s {
  wiredesk::sim::MemberId id;
};

// An event: the answer to a commit.
struct rd_kafka_op_s {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  wiredesk::sim::Offsets offsets;
  rd_kafka_topic_partition_list_t* list = nullptr;
};

struct rd_kafka_queue_s {
  rd_kafka_t* client = nullptr;
  std::shared_ptr<std::deque<rd_kafka_op_s>> answers;
};

namespace wiredesk::sim {

inline constexpr const char* kInputTopic = "news.raw";
inline constexpr const char* kOutputTopic = "news.tagged";
inline constexpr const char* kDeadLetterTopic = "news.tagged.dead-letter";

// Owned by whoever calls.
rd_kafka_topic_partition_list_t* MakeList(const Offsets& offsets);
Offsets OffsetsOf(const rd_kafka_topic_partition_list_t& list);
rd_kafka_error_t* MakeError(rd_kafka_error_s error);

}  // namespace wiredesk::sim
