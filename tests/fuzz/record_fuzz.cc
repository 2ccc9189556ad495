// Records of Kafka with any keys, headers and values, through a broker in this process: what goes
// in comes out once, tagged or as a dead letter, with its key and headers, and in order.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/check.h"
#include "pipeline/embedded_broker.h"
#include "pipeline/kafka_client.h"
#include "pipeline/kafka_sink.h"
#include "pipeline/kafka_source.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/kafka_record.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

constexpr std::size_t kRecordsMax = 8;
constexpr std::size_t kHeadersMax = 4;

class NoRebalance final : public Rebalance {
 public:
  bool Drain(std::chrono::milliseconds) override { return true; }
  bool Discard(std::chrono::milliseconds) override { return true; }
};

template <typename T>
T Ok(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  WIREDESK_CHECK(value.ok());
  return *std::move(value);
}

// The broker, a worker's two ends, and a client that writes and reads for the test.
class World {
 public:
  World() : broker_(Ok(EmbeddedBroker::Start())), rules_(DiplomacyRules()) {
    broker_->SetJoinDelay(0);
    for (const char* topic : {"in", "out", "dead"}) {
      WIREDESK_CHECK(broker_->CreateTopic(topic, 1).ok());
    }
    Settings settings;
    settings.kafka.common["bootstrap.servers"] = broker_->bootstrap_servers();
    settings.kafka.consumer["fetch.wait.max.ms"] = "5";
    settings.kafka.producer["linger.ms"] = "0";
    settings.input.group = "fuzz";
    settings.input.start = StartOffset::kEarliest;
    KafkaSourceOptions options;
    options.topics = {"in"};
    options.properties = Ok(ConsumerProperties(settings));
    source_ = Ok(KafkaSource::Open(options));
    WIREDESK_CHECK(source_->Subscribe(lane_).ok());
    sink_ = Ok(KafkaSink::Open({"out", "dead", Ok(ProducerProperties(settings.kafka))}, *source_));
    producer_ = NewClient(RD_KAFKA_PRODUCER, {{"linger.ms", "0"}});
    input_.reset(rd_kafka_topic_new(producer_.get(), "in", nullptr));
    out_ = NewReader("out");
    dead_ = NewReader("dead");
  }

  void Check(const std::vector<Record>& records) {
    for (const Record& record : records) Store(record);
    WIREDESK_CHECK(rd_kafka_flush(producer_.get(), 30000) == RD_KAFKA_RESP_ERR_NO_ERROR);
    Batch batch(records.size());
    WIREDESK_CHECK(WaitFor([&] {
      source_->Fill(batch, std::size_t{1} << 30);
      return batch.full();
    }));
    batch.rules = rules_.get();
    decoder_.Process(batch);
    canonicaliser_.Process(batch);
    matcher_.Process(batch);
    tagger_.Process(batch);
    encoder_.Process(batch);
    WIREDESK_CHECK(WaitFor([&] {
      sink_->Poll();
      return sink_->Send(batch);
    }));
    WIREDESK_CHECK(WaitFor([&] {
      sink_->Poll();
      return sink_->in_flight() == 0;
    }));
    for (std::size_t i = 0; i < records.size(); ++i) {
      CheckOutput(records[i], batch.articles()[i]);
    }
  }

 private:
  KafkaHandle NewClient(rd_kafka_type_t type, KafkaProperties properties) {
    properties["bootstrap.servers"] = broker_->bootstrap_servers();
    return Ok(MakeKafkaClient(type, Ok(MakeKafkaConf(properties))));
  }

  KafkaHandle NewReader(const char* topic) {
    KafkaHandle reader =
        NewClient(RD_KAFKA_CONSUMER, {{"group.id", "reader"}, {"fetch.wait.max.ms", "5"}});
    const KafkaPartitions from = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(from.get(), topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(reader.get(), from.get());
    return reader;
  }

  void Store(const Record& record) {
    OutgoingRecord outgoing;
    outgoing.topic = input_.get();
    outgoing.partition = 0;
    outgoing.key = record.key;
    outgoing.value = record.value;
    outgoing.headers.reset(rd_kafka_headers_new(record.headers.size()));
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(outgoing.headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                          value ? value->data() : nullptr,
                          value ? static_cast<ssize_t>(value->size()) : 0);
    }
    WIREDESK_CHECK(Produce(producer_.get(), outgoing) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  static Record Next(const KafkaHandle& reader) {
    KafkaMessage message;
    WIREDESK_CHECK(WaitFor([&] {
      message.reset(rd_kafka_consumer_poll(reader.get(), 100));
      return message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    }));
    return ToRecord(*message);
  }

  void CheckOutput(const Record& input, const Article& article) {
    WIREDESK_CHECK(article.value == input.value.value_or(""));
    WIREDESK_CHECK(article.value_is_null == !input.value.has_value());
    Record output = Next(article.ok() ? out_ : dead_);
    WIREDESK_CHECK(output.key == input.key);
    if (article.ok()) {
      WIREDESK_CHECK(output.value == article.output);
    } else {
      WIREDESK_CHECK(output.value == input.value);
      WIREDESK_CHECK(output.headers.size() > input.headers.size());
      output.headers.resize(input.headers.size());
    }
    WIREDESK_CHECK(output.headers == input.headers);
  }

  const std::unique_ptr<EmbeddedBroker> broker_;
  const std::shared_ptr<const CompiledRules> rules_;
  NoRebalance lane_;
  std::unique_ptr<KafkaSource> source_;
  std::unique_ptr<KafkaSink> sink_;
  KafkaHandle producer_;
  KafkaTopic input_;
  KafkaHandle out_;
  KafkaHandle dead_;
  Decoder decoder_{DecodeSettings{}};
  Canonicaliser canonicaliser_;
  Matcher matcher_;
  Tagger tagger_{OutputSettings{}};
  Encoder encoder_{OutputSettings{}};
};

std::optional<std::string> TakeOptional(FuzzInput& input, bool is_there) {
  const std::string_view text = input.Text();
  return is_there ? std::optional<std::string>(text) : std::nullopt;
}

// A byte of choices, then the texts: header names and values, key, value.
Record TakeRecord(FuzzInput& input) {
  Record record;
  const std::uint8_t choice = input.Byte();
  const std::size_t headers = (choice >> 2) % (kHeadersMax + 1);
  for (std::size_t i = 0; i < headers; ++i) {
    const std::string name(input.Text());
    record.headers.emplace_back(name, TakeOptional(input, (choice >> (4 + i) & 1) != 0));
  }
  record.key = TakeOptional(input, (choice & 1) != 0);
  record.value = TakeOptional(input, (choice & 2) != 0);
  return record;
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  // Never ended: its threads outlive everything else.
  static World* const world = new World;
  FuzzInput input(bytes);
  std::vector<Record> records;
  while (!input.empty() && records.size() < kRecordsMax) records.push_back(TakeRecord(input));
  if (!records.empty()) world->Check(records);
}

}  // namespace wiredesk
