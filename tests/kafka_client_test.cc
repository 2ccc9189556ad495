#include "pipeline/kafka_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/access.h"
#include "pipeline/broker_check.h"
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

TEST(KafkaProperties, ExactlyOnceReadsOnlyWhatIsCommitted) {
  Settings settings;
  settings.input.group = "desk";
  settings.kafka.consumer["isolation.level"] = "read_uncommitted";
  EXPECT_TRUE(ConsumerProperties(settings).ok());
  settings.delivery = DeliveryMode::kExactlyOnce;
  EXPECT_THAT(Message(ConsumerProperties(settings).status()), HasSubstr("isolation.level"));
}

TEST(KafkaProperties, DefaultsAreValid) {
  Settings settings;
  settings.input.group = "desk";
  EXPECT_TRUE(MakeKafkaConf(*ConsumerProperties(settings)).ok());
  EXPECT_TRUE(MakeKafkaConf(*ProducerProperties(settings.kafka)).ok());
}

TEST(KafkaProperties, WhereTheBrokerAssignsNoStrategyOfOursIsLeft) {
  Settings settings;
  settings.input.group = "desk";
  EXPECT_EQ(ConsumerProperties(settings)->at("partition.assignment.strategy"),
            "cooperative-sticky");
  settings.kafka.common["group.protocol"] = "consumer";
  const auto consumer = ConsumerProperties(settings);
  ASSERT_TRUE(consumer.ok());
  EXPECT_FALSE(consumer->contains("partition.assignment.strategy"));
  auto conf = MakeKafkaConf(*consumer);
  ASSERT_TRUE(conf.ok());
  EXPECT_TRUE(MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf)).ok());

  settings.kafka.consumer["partition.assignment.strategy"] = "range";
  EXPECT_THAT(Message(ConsumerProperties(settings).status()), HasSubstr("group.remote.assignor"));
}

TEST(KafkaConf, TokensNeedASource) {
  const KafkaProperties bare = {{"sasl.mechanism", "OAUTHBEARER"}};
  EXPECT_THAT(Message(MakeKafkaConf(bare).status()), HasSubstr("sasl.oauthbearer.method"));
  KafkaProperties unsecured = bare;
  unsecured["enable.sasl.oauthbearer.unsecure.jwt"] = "true";
  EXPECT_TRUE(MakeKafkaConf(unsecured).ok());
}

TEST(KafkaAccess, AnAnswerIsARefusalAndABrokenConnectionIsNone) {
  constexpr auto kLogin = RD_KAFKA_RESP_ERR__AUTHENTICATION;
  constexpr auto kTransport = RD_KAFKA_RESP_ERR__TRANSPORT;
  EXPECT_TRUE(
      IsBrokersRefusal(kLogin, "sasl://a:1/1: SASL authentication error: Invalid password"));
  EXPECT_TRUE(IsBrokersRefusal(kTransport, "ssl://a:1/1: Receive failed: SSL alert number 42"));
  EXPECT_TRUE(IsBrokersRefusal(RD_KAFKA_RESP_ERR__SSL, "a: certificate verify failed: broker"));
  EXPECT_FALSE(
      IsRefusal(kLogin, "SaslAuthenticateRequest failed: Local: Broker transport failure"));
  EXPECT_FALSE(IsRefusal(kTransport, "a:1/1: Connect failed: Connection refused"));
  EXPECT_FALSE(IsRefusal(RD_KAFKA_RESP_ERR__SSL, "SSL handshake failed: Disconnected"));
  constexpr const char kNoToken[] = "Failed to acquire SASL OAUTHBEARER token: invalid_client";
  EXPECT_TRUE(IsRefusal(kLogin, kNoToken));
  EXPECT_FALSE(IsBrokersRefusal(kLogin, kNoToken));
}

TEST(KafkaAccess, TheRefusalIsBareAndNamesTheSettings) {
  const absl::Status status =
      RefusalStatus("sasl_ssl://a:1/bootstrap: Invalid password (after 3ms in state AUTH_REQ)",
                    {{"bootstrap.servers", "a:1"}, {"sasl.mechanism", "PLAIN"}}, 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Message(status),
            "no access to Kafka at a:1: Invalid password; look at sasl.username and sasl.password");
}

using KafkaTopics = MockKafka;

TEST_F(KafkaTopics, MissingTopicIsNamedWithTheCommandThatCreatesIt) {
  CreateTopic("there", 2);
  const KafkaProperties properties = {{"bootstrap.servers", broker_->bootstrap_servers()}};
  const std::string there[] = {"there"};
  EXPECT_TRUE(CheckBrokers(RD_KAFKA_PRODUCER, properties, there, std::chrono::seconds(30)).ok());

  const std::string both[] = {"there", "missing"};
  const absl::Status status =
      CheckBrokers(RD_KAFKA_CONSUMER, properties, both, std::chrono::seconds(30));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(status), HasSubstr("missing does not exist"));
  EXPECT_THAT(Message(status), HasSubstr("--create --topic missing"));
}

TEST(KafkaBroker, UnreachableIsSaidWithItsAddress) {
  const std::string topics[] = {"t"};
  const absl::Status status =
      CheckBrokers(RD_KAFKA_PRODUCER, {{"bootstrap.servers", "127.0.0.1:1"}}, topics,
                   std::chrono::milliseconds(500));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(Message(status), HasSubstr("refused"));
}

}  // namespace
}  // namespace wiredesk
