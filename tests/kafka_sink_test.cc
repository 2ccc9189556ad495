#include "pipeline/kafka_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "tests/mock_kafka.h"

namespace wiredesk {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr std::int16_t kProduceApi = 0;

// Only remembers what was delivered.
class AckSource final : public Source {
 public:
  State Fill(Batch&, std::size_t) override { return State::kEnd; }
  void KeepAlive() override {}
  void Acknowledge(std::uint64_t ack, bool delivered) override { acks[ack] = delivered; }
  absl::Status Commit(bool) override { return absl::OkStatus(); }
  void Close() override {}

  std::map<std::uint64_t, bool> acks;
};

class KafkaSinkTest : public MockKafka {
 protected:
  void SetUp() override {
    MockKafka::SetUp();
    CreateTopic("out", 1);
    CreateTopic("dead", 1);
  }

  void OpenSink(const KafkaProperties& more = {}, const RecordLimits& limits = {}) {
    settings_.kafka.producer = more;
    auto sink =
        KafkaSink::Open({"out", "dead", *ProducerProperties(settings_.kafka), limits}, source_);
    ASSERT_TRUE(sink.ok()) << sink.status();
    sink_ = *std::move(sink);
  }

  Article& Add(std::string_view value, std::string_view output) {
    Article& article = batch_.Append({"in", 3, next_ack_ + 1000}, value);
    article.ack = static_cast<std::uint64_t>(next_ack_++);
    article.output = output;
    return article;
  }

  void SendAll() {
    ASSERT_TRUE(WaitFor([&] {
      sink_->Poll();
      return sink_->Send(batch_);
    }));
    ASSERT_TRUE(WaitFor([&] {
      sink_->Poll();
      return sink_->in_flight() == 0;
    }));
  }

  AckSource source_;
  std::unique_ptr<KafkaSink> sink_;
  Batch batch_{64};
  std::int64_t next_ack_ = 1;
};

TEST_F(KafkaSinkTest, OutputKeepsKeyAndHeaders) {
  OpenSink();
  const RecordHeader headers[] = {{"a", "1"}, {"b", "", true}, {"a", ""}};
  Article& keyed = Add("in", "output 1");
  keyed.has_key = true;
  keyed.key = "k";
  keyed.headers = headers;
  Article& empty_key = Add("in", "output 2");
  empty_key.has_key = true;
  Add("in", "output 3");
  SendAll();

  const std::vector<Record> records = Read("out", 3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].value, "output 1");
  EXPECT_EQ(records[0].key, "k");
  EXPECT_THAT(records[0].headers,
              ElementsAre(Pair("a", "1"), Pair("b", std::nullopt), Pair("a", "")));
  EXPECT_EQ(records[1].key, "");
  EXPECT_EQ(records[2].key, std::nullopt);
}

TEST_F(KafkaSinkTest, DeadLetterIsTheInputAndSaysWhy) {
  OpenSink();
  const RecordHeader headers[] = {{"trace", "t1"}};
  Article& article = Add(std::string_view("\xff\x00{", 3), "");
  article.has_key = true;
  article.key = "k";
  article.headers = headers;
  article.Fail("decode", Failure::kInvalidUtf8, "at byte 0");
  SendAll();

  const std::vector<Record> records = Read("dead", 1);
  ASSERT_EQ(records.size(), 1u);
  const Record& record = records[0];
  EXPECT_EQ(record.value, std::string("\xff\x00{", 3));
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.header("trace"), "t1");
  EXPECT_EQ(record.header("wiredesk.error.stage"), "decode");
  EXPECT_EQ(record.header("wiredesk.error.code"), FailureCode(Failure::kInvalidUtf8));
  EXPECT_EQ(record.header("wiredesk.error.reason"), FailureReason(Failure::kInvalidUtf8));
  EXPECT_EQ(record.header("wiredesk.error.detail"), "at byte 0");
  EXPECT_EQ(record.header("wiredesk.error.topic"), "in");
  EXPECT_EQ(record.header("wiredesk.error.partition"), "3");
  EXPECT_EQ(record.header("wiredesk.error.offset"), "1001");
  EXPECT_EQ(record.header("wiredesk.error.value_dropped"), "(none)");
}

TEST_F(KafkaSinkTest, NullInputIsANullDeadLetter) {
  OpenSink();
  Article& article = Add("", "");
  article.value_is_null = true;
  article.Fail("decode", Failure::kEmptyRecord);
  Add("", "").Fail("decode", Failure::kEmptyRecord);
  SendAll();
  const std::vector<Record> records = Read("dead", 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, std::nullopt);
  EXPECT_EQ(records[1].value, "");
}

TEST_F(KafkaSinkTest, TooLargeOutputBecomesADeadLetter) {
  OpenSink({{"message.max.bytes", "10000"}, {"batch.size", "10000"}});
  const std::string large(10000, 'x');
  Add("small input", large);
  SendAll();
  const std::vector<Record> records = Read("dead", 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].value, "small input");
  EXPECT_EQ(records[0].header("wiredesk.error.stage"), "produce");
  EXPECT_EQ(records[0].header("wiredesk.error.code"), FailureCode(Failure::kOutputTooLarge));
  EXPECT_THAT(source_.acks, ElementsAre(Pair(1, true)));
}

// A topic may take less than the client sends, and each topic its own.
TEST_F(KafkaSinkTest, EachTopicHasABoundOfItsOwn) {
  OpenSink({}, {5000, 20000});
  const std::string large(5000, 'x');
  Add(large, large);
  SendAll();
  const std::vector<Record> records = Read("dead", 1);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].value, large);
  EXPECT_EQ(records[0].header("wiredesk.error.code"), "output_too_large");
}

// The mock takes any batch, so that it is looked at from outside: how many it took.
TEST_F(KafkaSinkTest, NoBatchIsLargerThanItsTopicTakes) {
  OpenSink({{"linger.ms", "200"}}, {3000, 3000});
  const std::string output(500, 'x');
  for (int i = 0; i < 30; ++i) Add("in", output);
  rd_kafka_mock_start_request_tracking(broker_->cluster());
  SendAll();
  std::size_t count = 0;
  rd_kafka_mock_request_t** const requests = rd_kafka_mock_get_requests(broker_->cluster(), &count);
  const auto produced = std::count_if(requests, requests + count, [](auto* request) {
    return rd_kafka_mock_request_api_key(request) == kProduceApi;
  });
  rd_kafka_mock_request_destroy_array(requests, count);
  EXPECT_GE(produced, 6);
}

// Every part of a record that can't be sent is named by a header, and the record is accounted for.
TEST_F(KafkaSinkTest, TooLargeDeadLetterLosesPartsUntilItFits) {
  OpenSink({{"message.max.bytes", "10000"}, {"batch.size", "10000"}});
  const std::string large(20000, 'x');
  const RecordHeader large_header[] = {{"h", large}};
  Add(large, "").Fail("decode", Failure::kInvalidJson);
  Article& headers = Add("v", "");
  headers.headers = large_header;
  headers.Fail("decode", Failure::kInvalidJson);
  Article& key = Add("v", "");
  key.has_key = true;
  key.key = large;
  key.Fail("decode", Failure::kInvalidJson);
  SendAll();

  const std::vector<Record> records = Read("dead", 3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].value, "");
  EXPECT_EQ(records[0].header("wiredesk.error.value_dropped"), "20000");
  EXPECT_EQ(records[0].header("wiredesk.error.headers_dropped"), "(none)");
  EXPECT_EQ(records[1].header("h"), "(none)");
  EXPECT_EQ(records[1].header("wiredesk.error.headers_dropped"), "1");
  EXPECT_EQ(records[2].key, std::nullopt);
  EXPECT_EQ(records[2].header("wiredesk.error.key_dropped"), "20000");
  EXPECT_EQ(source_.acks.size(), 3u);
}

TEST_F(KafkaSinkTest, FullQueueKeepsItsPlaceAndLosesNothing) {
  OpenSink({{"queue.buffering.max.messages", "4"}, {"linger.ms", "1"}});
  rd_kafka_mock_broker_set_down(broker_->cluster(), 1);
  std::vector<std::string> outputs;
  for (int i = 0; i < 40; ++i) outputs.push_back(std::to_string(i));
  for (const std::string& output : outputs) Add("in", output);
  EXPECT_FALSE(sink_->Send(batch_));
  EXPECT_EQ(batch_.send_cursor, 4u);
  EXPECT_FALSE(sink_->Send(batch_));
  EXPECT_EQ(batch_.send_cursor, 4u);
  EXPECT_EQ(sink_->in_flight(), 4u);

  rd_kafka_mock_broker_set_up(broker_->cluster(), 1);
  SendAll();
  const std::vector<Record> records = Read("out", 40);
  ASSERT_EQ(records.size(), 40u);
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(records[i].value, outputs[i]);
  EXPECT_EQ(source_.acks.size(), 40u);
}

// Before the client is connected there is nothing to hurry, hence again; not so often that a batch
// is full.
TEST_F(KafkaSinkTest, SendsAtOnceWhatNothingFollows) {
  OpenSink({{"linger.ms", "600000"}});
  EXPECT_EQ(sink_->Hurry(), 0);
  for (int i = 0; i < 200 && source_.acks.empty(); ++i) {
    batch_.Clear();
    Add("in", "output");
    EXPECT_TRUE(sink_->Send(batch_));
    sink_->Hurry();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_FALSE(source_.acks.empty());
}

TEST_F(KafkaSinkTest, HurriesAgainWhatCouldNotBeSentAtOnce) {
  OpenSink({{"linger.ms", "600000"}});
  ASSERT_TRUE(sink_->Connect());
  rd_kafka_mock_broker_set_down(broker_->cluster(), 1);
  Add("in", "output");
  EXPECT_TRUE(sink_->Send(batch_));
  EXPECT_EQ(sink_->Hurry(), 0);
  rd_kafka_mock_broker_set_up(broker_->cluster(), 1);
  ASSERT_TRUE(sink_->Connect());
  for (int i = 0; i < 200 && source_.acks.empty(); ++i) {
    sink_->Hurry();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    sink_->Poll();
  }
  EXPECT_FALSE(source_.acks.empty());
}

TEST_F(KafkaSinkTest, RefusedDeliveryIsAFailureOfItsRecordAndOfTheSink) {
  OpenSink();
  rd_kafka_mock_push_request_errors(broker_->cluster(), kProduceApi, 1,
                                    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  Add("in", "output");
  SendAll();
  EXPECT_THAT(source_.acks, ElementsAre(Pair(1, false)));
  EXPECT_EQ(sink_->status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(KafkaSinkTest, PassingErrorIsRetried) {
  OpenSink();
  rd_kafka_mock_push_request_errors(broker_->cluster(), kProduceApi, 2,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  Add("in", "output");
  SendAll();
  EXPECT_THAT(source_.acks, ElementsAre(Pair(1, true)));
  EXPECT_TRUE(sink_->status().ok()) << sink_->status();
}

TEST_F(KafkaSinkTest, DeliveryRingsTheDoorbell) {
  OpenSink();
  const int doorbell = eventfd(0, EFD_NONBLOCK);
  sink_->WakeBy(doorbell);
  Add("in", "output");
  ASSERT_TRUE(sink_->Send(batch_));
  std::uint64_t rings = 0;
  EXPECT_TRUE(WaitFor([&] { return read(doorbell, &rings, sizeof(rings)) == sizeof(rings); }));
  EXPECT_EQ(sink_->Poll(), 1);
  sink_.reset();
  close(doorbell);
}

}  // namespace
}  // namespace wiredesk
