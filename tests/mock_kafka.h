// An embedded broker with verbs, for the tests of the Kafka source and sink.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/embedded_broker.h"
#include "pipeline/kafka_client.h"
#include "tests/kafka_record.h"

namespace wiredesk {

class MockKafka : public testing::Test {
 protected:
  void SetUp() override {
    auto broker = EmbeddedBroker::Start();
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
    broker_->SetJoinDelay(0);
    settings_.kafka.common["bootstrap.servers"] = broker_->bootstrap_servers();
    settings_.input.group = "desk";
    // The mock keeps a member that left until its session is over.
    settings_.kafka.consumer = {{"session.timeout.ms", "1000"}, {"heartbeat.interval.ms", "100"}};
    settings_.input.start = StartOffset::kEarliest;
  }

  void CreateTopic(const std::string& topic, int partitions) {
    ASSERT_TRUE(broker_->CreateTopic(topic, partitions).ok());
  }

  KafkaHandle MakeClient(rd_kafka_type_t type, KafkaProperties more = {}) {
    more["bootstrap.servers"] = broker_->bootstrap_servers();
    auto conf = MakeKafkaConf(more);
    EXPECT_TRUE(conf.ok()) << conf.status();
    auto client = MakeKafkaClient(type, *std::move(conf));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  // Stores the records in one partition, in order, before it returns.
  void Store(const std::string& topic, const std::vector<Record>& records) {
    if (producer_ == nullptr) producer_ = MakeClient(RD_KAFKA_PRODUCER);
    const KafkaTopic handle(rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr));
    for (const Record& record : records) {
      OutgoingRecord outgoing;
      outgoing.topic = handle.get();
      outgoing.partition = record.partition;
      outgoing.key = record.key;
      outgoing.value = record.value;
      outgoing.headers.reset(rd_kafka_headers_new(record.headers.size()));
      for (const auto& [name, value] : record.headers) {
        rd_kafka_header_add(outgoing.headers.get(), name.data(), -1,
                            value ? value->data() : nullptr,
                            value ? static_cast<ssize_t>(value->size()) : 0);
      }
      ASSERT_EQ(Produce(producer_.get(), outgoing), RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    ASSERT_EQ(rd_kafka_flush(producer_.get(), 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  void StoreNumbered(const std::string& topic, std::int32_t partition, int first, int count) {
    std::vector<Record> records(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      records[static_cast<std::size_t>(i)].value = std::to_string(first + i);
      records[static_cast<std::size_t>(i)].partition = partition;
    }
    Store(topic, records);
  }

  // The first `count` records of partition 0, in order.
  std::vector<Record> Read(const std::string& topic, std::size_t count) {
    const KafkaHandle reader = MakeClient(RD_KAFKA_CONSUMER, {{"group.id", "reader"}});
    const KafkaPartitions from = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(from.get(), topic.c_str(), 0)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(reader.get(), from.get());
    std::vector<Record> records;
    WaitFor([&] {
      const KafkaMessage message(rd_kafka_consumer_poll(reader.get(), 100));
      if (message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        records.push_back(ToRecord(*message));
      }
      return records.size() >= count;
    });
    rd_kafka_consumer_close(reader.get());
    return records;
  }

  // What the group has committed; -1: nothing.
  std::int64_t Committed(const std::string& topic, std::int32_t partition) {
    const KafkaHandle reader = MakeClient(RD_KAFKA_CONSUMER, {{"group.id", settings_.input.group}});
    const KafkaPartitions offsets = MakeKafkaPartitions(1);
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), partition);
    EXPECT_EQ(rd_kafka_committed(reader.get(), offsets.get(), 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
    return std::max<std::int64_t>(offsets->elems[0].offset, -1);
  }

  std::unique_ptr<EmbeddedBroker> broker_;
  Settings settings_;
  KafkaHandle producer_;
};

}  // namespace wiredesk
