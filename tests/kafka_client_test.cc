#include "pipeline/kafka_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mock_kafka.h"

namespace wiredesk {
namespace {

using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(KafkaConf, UnknownPropertyIsRefusedWithTheNearestOne) {
  const auto conf = MakeKafkaConf({{"bootstrap.serverz", "x"}});
  EXPECT_EQ(conf.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(conf.status()), HasSubstr("\"bootstrap.serverz\""));
  EXPECT_THAT(Message(conf.status()), HasSubstr("did you mean \"bootstrap.servers\"?"));
}

TEST(KafkaConf, RefusedValueNamesItsProperty) {
  const auto conf = MakeKafkaConf({{"linger.ms", "soon"}});
  EXPECT_EQ(conf.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(conf.status()), HasSubstr("linger.ms"));
}

TEST(KafkaProperties, OperatorReplacesOurDefaults) {
  Settings settings;
  settings.kafka.common = {{"client.id", "desk-1"}, {"linger.ms", "20"}};
  settings.kafka.producer = {{"linger.ms", "50"}, {"delivery.timeout.ms", "9000"}};
  const auto producer = ProducerProperties(settings.kafka);
  ASSERT_TRUE(producer.ok());
  EXPECT_EQ(producer->at("client.id"), "desk-1");
  EXPECT_EQ(producer->at("linger.ms"), "50");
  EXPECT_EQ(producer->at("acks"), "all");
  // Two names of one setting: ours must not fight the operator's.
  EXPECT_EQ(producer->at("delivery.timeout.ms"), "9000");
  EXPECT_FALSE(producer->contains("message.timeout.ms"));
}

TEST(KafkaProperties, ConsumerStartsWhereTheSettingsSay) {
  Settings settings;
  settings.input.group = "desk";
  EXPECT_EQ(ConsumerProperties(settings)->at("auto.offset.reset"), "error");
  EXPECT_EQ(ConsumerProperties(settings)->at("group.id"), "desk");
  settings.input.start = StartOffset::kEarliest;
  EXPECT_EQ(ConsumerProperties(settings)->at("auto.offset.reset"), "earliest");
}

TEST(KafkaProperties, WhatTheGuaranteesRestOnCanNotBeSet) {
  Settings settings;
  settings.kafka.consumer["enable.auto.commit"] = "true";
  EXPECT_EQ(ConsumerProperties(settings).status().code(), absl::StatusCode::kInvalidArgument);
  settings.kafka.consumer.clear();
  settings.kafka.producer["transactional.id"] = "x";
  EXPECT_EQ(ProducerProperties(settings.kafka).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(KafkaProperties, DefaultsAreValid) {
  Settings settings;
  settings.input.group = "desk";
  EXPECT_TRUE(MakeKafkaConf(*ConsumerProperties(settings)).ok());
  EXPECT_TRUE(MakeKafkaConf(*ProducerProperties(settings.kafka)).ok());
}

using KafkaTopics = MockKafka;

TEST_F(KafkaTopics, MissingTopicIsNamedWithTheCommandThatCreatesIt) {
  CreateTopic("there", 2);
  const KafkaHandle client = MakeClient(RD_KAFKA_PRODUCER);
  const std::string brokers = broker_->bootstrap_servers();
  const std::string there[] = {"there"};
  EXPECT_TRUE(CheckTopicsExist(client.get(), there, brokers, std::chrono::seconds(30)).ok());

  const std::string both[] = {"there", "missing"};
  const absl::Status status =
      CheckTopicsExist(client.get(), both, brokers, std::chrono::seconds(30));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("missing does not exist"));
  EXPECT_THAT(Message(status), HasSubstr("--create --topic missing"));
}

TEST(KafkaBroker, UnreachableIsSaidWithItsAddress) {
  auto conf = MakeKafkaConf({{"bootstrap.servers", "127.0.0.1:1"}, {"log_level", "0"}});
  const auto client = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  const std::string topics[] = {"t"};
  const absl::Status status =
      CheckTopicsExist(client->get(), topics, "127.0.0.1:1", std::chrono::milliseconds(200));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace wiredesk
