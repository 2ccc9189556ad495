// What librdkafka's ways to hand records over cost the calling thread: taking them from a consumer
// one by one or by batch, and giving them to a producer by copy, without, or by batch.
//
// Around a broker inside the process. A consumer's queue is full before the clock runs, and a
// producer sends only afterwards, so what its own threads do is not in the figures. Every record
// must arrive.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "benchmark/benchmark.h"
#include "config/check.h"
#include "pipeline/embedded_broker.h"
#include "pipeline/kafka_client.h"
#include "pipeline/kafka_partitions.h"

namespace wiredesk {
namespace {

constexpr int kRecords = 1600;  // Of which the broker keeps 5 MiB.
constexpr std::size_t kBatch = 64;
constexpr int kPatienceMs = 30000;
constexpr const char* kTopic = "records";

const std::string& Value() {
  static const std::string value(1500, 'x');
  return value;
}

EmbeddedBroker& Broker() {
  static const std::unique_ptr<EmbeddedBroker> broker = [] {
    auto started = EmbeddedBroker::Start();
    WIREDESK_CHECK(started.ok());
    WIREDESK_CHECK((*started)->CreateTopic(kTopic, 1).ok());
    return *std::move(started);
  }();
  return *broker;
}

void CountReport(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<int*>(opaque);
}

KafkaHandle MakeClient(rd_kafka_type_t type, KafkaProperties properties, int* delivered) {
  properties["bootstrap.servers"] = Broker().bootstrap_servers();
  auto conf = MakeKafkaConf(properties);
  WIREDESK_CHECK(conf.ok());
  if (delivered != nullptr) {
    rd_kafka_conf_set_opaque(conf->get(), delivered);
    rd_kafka_conf_set_dr_msg_cb(conf->get(), CountReport);
  }
  auto client = MakeKafkaClient(type, *std::move(conf));
  WIREDESK_CHECK(client.ok());
  return *std::move(client);
}

// --- Producing -----------------------------------------------------------------------------------

bool Enqueue(rd_kafka_topic_t& topic, int flags) {
  return rd_kafka_produce(&topic, 0, flags, const_cast<char*>(Value().data()), Value().size(),
                          nullptr, 0, nullptr) == 0;
}

struct ByCopy {
  static int Send(rd_kafka_topic_t& topic) {
    int sent = 0;
    while (sent < kRecords && Enqueue(topic, RD_KAFKA_MSG_F_COPY)) ++sent;
    return sent;
  }
};

// The record must then stay where it is until it is delivered.
struct WithoutCopy {
  static int Send(rd_kafka_topic_t& topic) {
    int sent = 0;
    while (sent < kRecords && Enqueue(topic, 0)) ++sent;
    return sent;
  }
};

struct BatchByCopy {
  static int Send(rd_kafka_topic_t& topic) {
    int sent = 0;
    std::array<rd_kafka_message_t, kBatch> messages{};
    for (rd_kafka_message_t& message : messages) {
      message.payload = const_cast<char*>(Value().data());
      message.len = Value().size();
    }
    while (sent < kRecords) {
      const int queued =
          rd_kafka_produce_batch(&topic, 0, RD_KAFKA_MSG_F_COPY, messages.data(), kBatch);
      if (queued <= 0) break;
      sent += queued;
    }
    return sent;
  }
};

template <typename Way>
void BM_Produce(benchmark::State& state) {
  int delivered = 0;
  const KafkaHandle producer = MakeClient(RD_KAFKA_PRODUCER,
                                          {{"linger.ms", "60000"},
                                           {"batch.num.messages", "1000000"},
                                           {"batch.size", "100000000"},
                                           {"compression.codec", "lz4"}},
                                          &delivered);
  const KafkaTopic topic(rd_kafka_topic_new(producer.get(), kTopic, nullptr));
  int sent = 0;
  const auto flush = [&] { rd_kafka_flush(producer.get(), kPatienceMs); };
  sent += Way::Send(*topic);  // Makes the connection.
  flush();
  for (auto _ : state) {
    sent += Way::Send(*topic);
    state.PauseTiming();
    flush();
    state.ResumeTiming();
  }
  if (delivered != sent || sent % kRecords != 0) state.SkipWithError("not all was delivered");
  state.SetItemsProcessed(sent - kRecords);
}

// --- Consuming -----------------------------------------------------------------------------------

struct OneByOne {
  static int Take(rd_kafka_t& consumer, rd_kafka_queue_t&) {
    int taken = 0;
    while (taken < kRecords) {
      const KafkaMessage message(rd_kafka_consumer_poll(&consumer, 0));
      if (message == nullptr) break;
      taken += message->len == Value().size() ? 1 : 0;
    }
    return taken;
  }
};

struct ByBatch {
  static int Take(rd_kafka_t&, rd_kafka_queue_t& queue) {
    int taken = 0;
    std::array<rd_kafka_message_t*, kBatch> messages;
    while (taken < kRecords) {
      const ssize_t count = rd_kafka_consume_batch_queue(&queue, 0, messages.data(), kBatch);
      if (count <= 0) break;
      for (ssize_t i = 0; i < count; ++i) {
        const KafkaMessage message(messages[static_cast<std::size_t>(i)]);
        taken += message->len == Value().size() ? 1 : 0;
      }
    }
    return taken;
  }
};

void FillTopic() {
  static const bool filled = [] {
    int delivered = 0;
    const KafkaHandle producer = MakeClient(RD_KAFKA_PRODUCER, {}, &delivered);
    const KafkaTopic topic(rd_kafka_topic_new(producer.get(), kTopic, nullptr));
    WIREDESK_CHECK(ByCopy::Send(*topic) == kRecords);
    rd_kafka_flush(producer.get(), kPatienceMs);
    return delivered == kRecords;
  }();
  WIREDESK_CHECK(filled);
}

// From the last kRecords on; returns when all of them wait in the consumer's queue.
bool AwaitRecords(rd_kafka_t& consumer, rd_kafka_queue_t& queue) {
  const KafkaPartitions from = MakeKafkaPartitions(1);
  rd_kafka_topic_partition_list_add(from.get(), kTopic, 0)->offset = RD_KAFKA_OFFSET_TAIL(kRecords);
  rd_kafka_assign(&consumer, from.get());
  for (int i = 0; i < kPatienceMs; ++i) {
    if (rd_kafka_queue_length(&queue) >= static_cast<std::size_t>(kRecords)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

template <typename Way>
void BM_Consume(benchmark::State& state) {
  FillTopic();
  const KafkaHandle consumer =
      MakeClient(RD_KAFKA_CONSUMER, {{"group.id", "bench"}, {"fetch.wait.max.ms", "10"}}, nullptr);
  rd_kafka_poll_set_consumer(consumer.get());
  const KafkaQueue queue(rd_kafka_queue_get_consumer(consumer.get()));
  std::int64_t taken = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const bool there = AwaitRecords(*consumer, *queue);
    state.ResumeTiming();
    const int now = there ? Way::Take(*consumer, *queue) : 0;
    taken += now;
    if (now != kRecords) {
      state.SkipWithError("not all was taken");
      break;
    }
    state.PauseTiming();
    rd_kafka_assign(consumer.get(), nullptr);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(taken);
}

constexpr int kRounds = 200;

BENCHMARK(BM_Consume<OneByOne>)->Iterations(kRounds);
BENCHMARK(BM_Consume<ByBatch>)->Iterations(kRounds);
BENCHMARK(BM_Produce<ByCopy>)->Iterations(kRounds);
BENCHMARK(BM_Produce<WithoutCopy>)->Iterations(kRounds);
BENCHMARK(BM_Produce<BatchByCopy>)->Iterations(kRounds);

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
