// librdkafka's C functions as this program has them: configuration, lists, errors, headers, topics
// and messages. What the pipeline calls and is not here is an error of the linker.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "config/check.h"
#include "tests/sim/client.h"
#include "tests/sim/consumer.h"
#include "tests/sim/message.h"
#include "tests/sim/producer.h"

namespace wiredesk::sim {
namespace {

constexpr Time kUnderWay = 20 * kMillisecond;

rd_kafka_topic_t* InputTopicOf(rd_kafka_t* client) {
  static rd_kafka_topic_t topic;
  topic.client = client;
  topic.name = kInputTopic;
  return &topic;
}

char* Bytes(const std::string& text) { return const_cast<char*>(text.data()); }

}  // namespace

rd_kafka_message_t* MakeMessage(rd_kafka_t* client, const InputRecord& record) {
  auto* message = new rd_kafka_message_t();
  message->rkt = InputTopicOf(client);
  message->partition = record.partition;
  message->offset = record.offset;
  message->payload = Bytes(record.value);  // Of the run's input, which outlives all of them.
  message->len = record.value.size();
  message->key = Bytes(record.key);
  message->key_len = record.key.size();
  return message;
}

rd_kafka_message_t* MakeErrorMessage(rd_kafka_resp_err_t error) {
  auto* message = new rd_kafka_message_t();
  message->err = error;
  return message;
}

int TopicNumber(const std::string& name) { return name == kOutputTopic ? 0 : 1; }

}  // namespace wiredesk::sim

namespace sim = wiredesk::sim;

// --- Configuration and clients ---

rd_kafka_conf_t* rd_kafka_conf_new() {
  auto* conf = new rd_kafka_conf_t();
  conf->properties["message.max.bytes"] = "1000000";
  return conf;
}

void rd_kafka_conf_destroy(rd_kafka_conf_t* conf) { delete conf; }

rd_kafka_conf_res_t rd_kafka_conf_set(rd_kafka_conf_t* conf, const char* name, const char* value,
                                      char*, std::size_t) {
  conf->properties[name] = value;
  return RD_KAFKA_CONF_OK;
}

rd_kafka_conf_res_t rd_kafka_conf_get(const rd_kafka_conf_t* conf, const char* name, char* text,
                                      std::size_t* size) {
  const auto found = conf->properties.find(name);
  if (found == conf->properties.end()) return RD_KAFKA_CONF_UNKNOWN;
  *size = found->second.copy(text, *size - 1);
  text[(*size)++] = '\0';
  return RD_KAFKA_CONF_OK;
}

void rd_kafka_conf_properties_show(std::FILE*) {}
void rd_kafka_conf_set_log_cb(rd_kafka_conf_t*,
                              void (*)(const rd_kafka_t*, int, const char*, const char*)) {}
rd_kafka_conf_res_t rd_kafka_conf_set_ssl_cert_verify_cb(
    rd_kafka_conf_t*, int (*)(rd_kafka_t*, const char*, std::int32_t, int*, int, const char*,
                              std::size_t, char*, std::size_t, void*)) {
  return RD_KAFKA_CONF_OK;
}
void rd_kafka_conf_set_opaque(rd_kafka_conf_t* conf, void* opaque) { conf->opaque = opaque; }
void rd_kafka_conf_set_rebalance_cb(rd_kafka_conf_t* conf, decltype(conf->rebalance) callback) {
  conf->rebalance = callback;
}
void rd_kafka_conf_set_offset_commit_cb(rd_kafka_conf_t* conf, decltype(conf->commit) callback) {
  conf->commit = callback;
}
void rd_kafka_conf_set_dr_msg_cb(rd_kafka_conf_t* conf, decltype(conf->delivery) callback) {
  conf->delivery = callback;
}
void rd_kafka_conf_set_error_cb(rd_kafka_conf_t* conf, decltype(conf->error) callback) {
  conf->error = callback;
}

rd_kafka_t* rd_kafka_new(rd_kafka_type_t type, rd_kafka_conf_t* conf, char*, std::size_t) {
  sim::Process& process = sim::CurrentProcess();
  process.Step("new client");
  auto* client = new rd_kafka_t();
  client->conf.reset(conf);
  if (type == RD_KAFKA_CONSUMER) {
    client->consumer = std::make_shared<sim::Consumer>(process, sim::CurrentBrokers(), client);
    process.clients.push_back(client->consumer);
  } else {
    client->producer = std::make_shared<sim::Producer>(process, sim::CurrentBrokers(), client);
    process.clients.push_back(client->producer);
  }
  return client;
}

void rd_kafka_destroy(rd_kafka_t* client) {
  if (client->consumer != nullptr) {
    client->consumer->dead = true;
    sim::CurrentBrokers().group.WatchSilence();  // A static member does not say that it leaves.
  }
  if (sim::Producer* producer = client->producer.get(); producer != nullptr && !producer->dead) {
    producer->dead = true;
    sim::World& world = producer->process().world();
    producer->cut = world.now() + world.random.Between(0, sim::kUnderWay);
  }
  delete client;
}

const char* rd_kafka_name(const rd_kafka_t*) { return "client"; }

rd_kafka_resp_err_t rd_kafka_fatal_error(rd_kafka_t* client, char* text, std::size_t size) {
  if (size > 0) text[0] = '\0';
  return client->consumer != nullptr ? client->consumer->fatal() : client->producer->fatal();
}

// --- Lists ---

rd_kafka_topic_partition_list_t* rd_kafka_topic_partition_list_new(int size) {
  auto* list = new rd_kafka_topic_partition_list_t();
  list->size = size < 4 ? 4 : size;
  list->elems = new rd_kafka_topic_partition_t[static_cast<std::size_t>(list->size)]();
  return list;
}

void rd_kafka_topic_partition_list_destroy(rd_kafka_topic_partition_list_t* list) {
  for (int i = 0; i < list->cnt; ++i) std::free(list->elems[i].topic);
  delete[] list->elems;
  delete list;
}

rd_kafka_topic_partition_t* rd_kafka_topic_partition_list_add(rd_kafka_topic_partition_list_t* list,
                                                              const char* topic,
                                                              std::int32_t partition) {
  if (list->cnt == list->size) {
    auto* larger = new rd_kafka_topic_partition_t[static_cast<std::size_t>(list->size) * 2]();
    std::copy_n(list->elems, list->cnt, larger);
    delete[] std::exchange(list->elems, larger);
    list->size *= 2;
  }
  rd_kafka_topic_partition_t* element = &list->elems[list->cnt++];
  element->topic = strdup(topic);
  element->partition = partition;
  element->offset = RD_KAFKA_OFFSET_INVALID;
  return element;
}

rd_kafka_topic_partition_list_t* rd_kafka_topic_partition_list_copy(
    const rd_kafka_topic_partition_list_t* list) {
  rd_kafka_topic_partition_list_t* copy = rd_kafka_topic_partition_list_new(list->cnt);
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_list_add(copy, list->elems[i].topic, list->elems[i].partition)
        ->offset = list->elems[i].offset;
  }
  return copy;
}

rd_kafka_topic_partition_t* rd_kafka_topic_partition_list_find(
    const rd_kafka_topic_partition_list_t* list, const char* topic, std::int32_t partition) {
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t* element = &list->elems[i];
    if (element->partition == partition && std::strcmp(element->topic, topic) == 0) return element;
  }
  return nullptr;
}

// --- Errors ---

const char* rd_kafka_err2str(rd_kafka_resp_err_t error) { return rd_kafka_err2name(error); }

const char* rd_kafka_err2name(rd_kafka_resp_err_t error) {
  static std::string name;
  name = "error " + std::to_string(error);
  return name.c_str();
}

rd_kafka_resp_err_t rd_kafka_error_code(const rd_kafka_error_t* error) { return error->code; }
const char* rd_kafka_error_string(const rd_kafka_error_t* error) {
  return rd_kafka_err2str(error->code);
}
int rd_kafka_error_is_fatal(const rd_kafka_error_t* error) { return error->fatal; }
int rd_kafka_error_is_retriable(const rd_kafka_error_t* error) { return error->retriable; }
int rd_kafka_error_txn_requires_abort(const rd_kafka_error_t* error) { return error->must_abort; }
void rd_kafka_error_destroy(rd_kafka_error_t* error) { delete error; }

// --- Headers, topics, messages ---

rd_kafka_headers_t* rd_kafka_headers_new(std::size_t) { return new rd_kafka_headers_t(); }
rd_kafka_headers_t* rd_kafka_headers_copy(const rd_kafka_headers_t* headers) {
  return new rd_kafka_headers_t(*headers);
}
void rd_kafka_headers_destroy(rd_kafka_headers_t* headers) { delete headers; }
rd_kafka_resp_err_t rd_kafka_header_add(rd_kafka_headers_t* headers, const char* name,
                                        ssize_t name_size, const void* value, ssize_t value_size) {
  headers->all.emplace_back(
      std::string(name, static_cast<std::size_t>(name_size)),
      std::string(static_cast<const char*>(value), static_cast<std::size_t>(value_size)));
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}
std::size_t rd_kafka_header_cnt(const rd_kafka_headers_t* headers) { return headers->all.size(); }
rd_kafka_resp_err_t rd_kafka_header_get_all(const rd_kafka_headers_t* headers, std::size_t index,
                                            const char** name, const void** value,
                                            std::size_t* size) {
  const auto& [header_name, header_value] = headers->all.at(index);
  *name = header_name.c_str();
  *value = header_value.data();
  *size = header_value.size();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_topic_t* rd_kafka_topic_new(rd_kafka_t* client, const char* name, rd_kafka_topic_conf_t*) {
  return new rd_kafka_topic_t{client, name};
}
void rd_kafka_topic_destroy(rd_kafka_topic_t* topic) { delete topic; }
const char* rd_kafka_topic_name(const rd_kafka_topic_t* topic) { return topic->name.c_str(); }

void rd_kafka_message_destroy(rd_kafka_message_t* message) { delete message; }
const char* rd_kafka_message_errstr(const rd_kafka_message_t* message) {
  return rd_kafka_err2str(message->err);
}
rd_kafka_resp_err_t rd_kafka_message_headers(const rd_kafka_message_t*, rd_kafka_headers_t**) {
  return RD_KAFKA_RESP_ERR__NOENT;  // The input has none.
}
std::int64_t rd_kafka_message_timestamp(const rd_kafka_message_t*, rd_kafka_timestamp_type_t*) {
  return 0;
}

// Only asked at a worker's start, by what is not part of a lane.
rd_kafka_resp_err_t rd_kafka_metadata(rd_kafka_t*, int, rd_kafka_topic_t*,
                                      const struct rd_kafka_metadata**, int) {
  return RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}
void rd_kafka_metadata_destroy(const struct rd_kafka_metadata*) {}
rd_kafka_resp_err_t rd_kafka_query_watermark_offsets(rd_kafka_t*, const char*, std::int32_t,
                                                     std::int64_t*, std::int64_t*, int) {
  return RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}
