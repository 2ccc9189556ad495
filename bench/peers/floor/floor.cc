// The floor: bare librdkafka that consumes articles and produces as many bytes as records have,
// with no work or with the least. One thread, no pipeline. Its records are no records: they hold
// the beginning of the article, so that they compress as text does.
//
//   peer_floor echo|hyperscan|words LINGER_MS RECORD_BYTES BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv
//
// At least once: offsets are committed once a second, when everything sent was delivered.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/peers/floor/floor_work.h"
#include "pipeline/rdkafka.h"
#include "stages/arena.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using Properties = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kBatch = 1000;
constexpr int kWaitMs = 100;
constexpr int kFlushMs = 60'000;
constexpr auto kCommitInterval = std::chrono::seconds(1);

[[noreturn]] void Die(std::string_view what) {
  std::fprintf(stderr, "peer_floor: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) Die(rd_kafka_err2str(message->err));
}

KafkaHandle MakeClient(rd_kafka_type_t type, const Properties& properties) {
  KafkaConf conf(rd_kafka_conf_new());
  char error[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error, sizeof error) !=
        RD_KAFKA_CONF_OK) {
      Die(error);
    }
  }
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf.get(), OnDelivery);
  KafkaHandle client(rd_kafka_new(type, conf.get(), error, sizeof error));
  if (client == nullptr) Die(error);
  (void)conf.release();  // The client's now.
  return client;
}

struct Options {
  std::string linger_ms;
  std::size_t record_bytes;
  std::string brokers;
  std::string input;
  std::string output;
  std::string group;
};

class Floor {
 public:
  Floor(const Options& options, std::unique_ptr<FloorWork> work)
      : work_(std::move(work)), record_(options.record_bytes, ' ') {
    consumer_ = MakeClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", options.brokers},
                                               {"group.id", options.group},
                                               {"auto.offset.reset", "earliest"},
                                               {"enable.auto.commit", "false"},
                                               {"check.crcs", "true"},
                                               {"fetch.wait.max.ms", "100"}});
    rd_kafka_poll_set_consumer(consumer_.get());
    producer_ = MakeClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", options.brokers},
                                               {"enable.idempotence", "true"},
                                               {"linger.ms", options.linger_ms},
                                               {"compression.codec", "lz4"},
                                               {"queue.buffering.max.messages", "20000"}});
    output_.reset(rd_kafka_topic_new(producer_.get(), options.output.c_str(), nullptr));
    const KafkaPartitions topics = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(topics.get(), options.input.c_str(), RD_KAFKA_PARTITION_UA);
    const rd_kafka_resp_err_t error = rd_kafka_subscribe(consumer_.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Die(rd_kafka_err2str(error));
  }

  [[noreturn]] void Run() {
    const KafkaQueue queue(rd_kafka_queue_get_consumer(consumer_.get()));
    std::vector<rd_kafka_message_t*> messages(kBatch);
    Clock::time_point last_commit = Clock::now();
    bool is_committed = true;
    for (;;) {
      const ssize_t count = Take(queue.get(), messages);
      for (ssize_t i = 0; i < count; ++i) Pass(*KafkaMessage(messages[static_cast<size_t>(i)]));
      is_committed &= count <= 0;
      rd_kafka_poll(producer_.get(), 0);
      if (!is_committed && Clock::now() - last_commit >= kCommitInterval) {
        Commit();
        last_commit = Clock::now();
        is_committed = true;
      }
    }
  }

 private:
  // What is there; waits only for the first message, as librdkafka waits until a batch is full.
  static ssize_t Take(rd_kafka_queue_t* queue, std::vector<rd_kafka_message_t*>& messages) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 0, messages.data(), messages.size());
    if (count != 0) return count;
    messages[0] = rd_kafka_consume_queue(queue, kWaitMs);
    return messages[0] == nullptr ? 0 : 1;
  }

  void Pass(const rd_kafka_message_t& message) {
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) Die(rd_kafka_message_errstr(&message));
    article_.assign(static_cast<const char*>(message.payload), message.len);
    article_.append(kPadding, '\0');
    const std::string_view article(article_.data(), message.len);
    if (!work_->Do(article)) Die("a record is not an article");
    article.copy(record_.data(), record_.size());
    while (rd_kafka_produce(output_.get(), RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                            record_.data(), record_.size(), message.key, message.key_len,
                            nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        Die(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(producer_.get(), 10);
    }
  }

  void Commit() {
    if (rd_kafka_flush(producer_.get(), kFlushMs) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Die("the outputs were not delivered in time");
    }
    rd_kafka_commit(consumer_.get(), nullptr, 1);
  }

  std::unique_ptr<FloorWork> work_;
  KafkaHandle consumer_;
  KafkaHandle producer_;
  KafkaTopic output_;
  std::string article_;
  std::string record_;
};

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  using namespace wiredesk;
  if (argc != 9) {
    Die("the arguments are echo|hyperscan|words LINGER_MS RECORD_BYTES BROKERS INPUT OUTPUT GROUP "
        "KEYWORDS.tsv");
  }
  auto work = MakeFloorWork(argv[1], argv[8]);
  if (!work.ok()) Die(Text(work.status()));
  const Options options{argv[2], std::strtoull(argv[3], nullptr, 10), argv[4], argv[5], argv[6],
                        argv[7]};
  Floor(options, *std::move(work)).Run();
}
