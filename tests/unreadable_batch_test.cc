// Batches of records that can't be read: their partition waits, the others go on, nothing is
// skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kafka_source_fixture.h"
#include "tests/raw_batch.h"

namespace wiredesk {
namespace {

using std::string_view_literals::operator""sv;
using testing::ElementsAre;
using testing::HasSubstr;

// Of each way in which a batch can't be read.
struct Damage {
  const char* name;
  RawBatch batch;
  const char* check_crcs;
};

class UnreadableBatchTest : public KafkaSourceTest, public testing::WithParamInterface<Damage> {
 protected:
  void SetUp() override {
    KafkaSourceTest::SetUp();
    CreateTopic("in", 2);
    settings_.kafka.consumer["check.crcs"] = GetParam().check_crcs;
    // Partition 0 is damaged in its middle.
    StoreNumbered("in", 0, 0, 5);
    ASSERT_TRUE(StoreRaw(broker_->bootstrap_servers(), "in", 0, GetParam().batch));
    StoreNumbered("in", 0, 100, 5);
    StoreNumbered("in", 1, 200, 5);
  }

  std::vector<std::string> SortedValues() {
    std::vector<std::string> values = Values();
    std::sort(values.begin(), values.end());
    return values;
  }
};

TEST_P(UnreadableBatchTest, BlocksItsPartitionAndNoOther) {
  OpenSource();
  ASSERT_TRUE(WaitFor([&] {
    source_->Fill(batch_, 1 << 20);
    return source_->blocked() == 1 && batch_.articles().size() >= 10;
  }));
  // What comes later in the other partition still arrives, and what is behind the damage never.
  StoreNumbered("in", 1, 300, 1);
  ASSERT_TRUE(WaitFor([&] {
    source_->Fill(batch_, 1 << 20);
    return batch_.articles().size() >= 11;
  }));
  EXPECT_THAT(SortedValues(),
              ElementsAre("0", "1", "2", "200", "201", "202", "203", "204", "3", "300", "4"));
  for (const Article& article : batch_.articles()) source_->Acknowledge(article.ack, true);
  ASSERT_TRUE(source_->Commit(true).ok());
  source_.reset();
  EXPECT_EQ(Committed("in", 0), 5);
  EXPECT_EQ(Committed("in", 1), 6);
}

TEST_P(UnreadableBatchTest, IsTriedAgainWithoutRepeatingWhatWasBefore) {
  options_.retry_blocked_after = std::chrono::milliseconds(100);
  OpenSource();
  int retries = 0;
  bool was_blocked = false;
  ASSERT_TRUE(WaitFor([&] {
    source_->Fill(batch_, 1 << 20);
    EXPECT_TRUE(source_->Commit(false).ok());
    const bool is_blocked = source_->blocked() == 1;
    retries += was_blocked && !is_blocked ? 1 : 0;
    was_blocked = is_blocked;
    return retries >= 3 && is_blocked;
  }));
  EXPECT_EQ(batch_.articles().size(), 10u);
}

TEST_P(UnreadableBatchTest, ABatchRunThatCannotReadAllSaysSo) {
  options_.until_end = true;
  OpenSource();
  ASSERT_TRUE(WaitFor([&] { return source_->Fill(batch_, 1 << 20) == Source::State::kEnd; }));
  EXPECT_EQ(source_->status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(source_->status().message()), HasSubstr("could not be read to its end"));
  EXPECT_EQ(batch_.articles().size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(
    Damages, UnreadableBatchTest,
    testing::Values(
        Damage{"Checksum", {0, 12345, 1, "whatever"}, "true"},
        Damage{"Gzip", {1, 0, 1, "this is no gzip"}, "false"},
        // The first bytes of a gzip stream.
        Damage{"HalfOfGzip",
               {1, 0, 1, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x4c\x4a\x4e\x49\x4d\x4b"sv},
               "false"},
        Damage{"Snappy", {2, 0, 1, "this is no snappy"}, "false"},
        // Claims to be 4 GiB.
        Damage{"EndlessSnappy", {2, 0, 1, "\xff\xff\xff\xff\x0f\x00x"sv}, "false"},
        Damage{"Lz4", {3, 0, 1, "this is no lz4 frame"}, "false"},
        Damage{"Zstd", {4, 0, 1, "this is no zstd frame"}, "false"},
        Damage{"UnknownCodec", {7, 0, 1, "whatever"}, "false"}),
    [](const testing::TestParamInfo<Damage>& damage) { return std::string(damage.param.name); });

// Batches that can be read and are sound, but unpack to far more than they were.
class LargeBatchTest : public KafkaSourceTest, public testing::WithParamInterface<const char*> {
 protected:
  static constexpr std::size_t kUnpackedMax = 2'000'000;

  void SetUp() override {
    KafkaSourceTest::SetUp();
    CreateTopic("in", 2);
    settings_.kafka.consumer["receive.message.max.bytes"] = std::to_string(kUnpackedMax);
    settings_.kafka.consumer["fetch.max.bytes"] = "1000000";
  }

  // Articles of `bytes` bytes each, in a compressed batch each. They shrink to next to nothing.
  void StoreCompressed(std::int32_t partition, std::size_t bytes, int count) {
    producer_ = MakeClient(RD_KAFKA_PRODUCER, {{"compression.codec", GetParam()},
                                               {"message.max.bytes", "10000000"},
                                               {"batch.num.messages", "1"}});
    Record record;
    record.value = std::string(bytes, 'x');
    record.partition = partition;
    Store("in", std::vector<Record>(static_cast<std::size_t>(count), record));
    producer_.reset();
  }
};

TEST_P(LargeBatchTest, ThatUnpacksToTooMuchBlocksItsPartitionAndNoOther) {
  StoreNumbered("in", 0, 0, 2);
  StoreCompressed(0, 2 * kUnpackedMax, 1);
  StoreNumbered("in", 0, 100, 2);
  StoreNumbered("in", 1, 200, 2);
  OpenSource();
  ASSERT_TRUE(WaitFor([&] {
    source_->Fill(batch_, kAnyBytes);
    return source_->blocked() == 1 && batch_.articles().size() >= 4;
  }));
  std::vector<std::string> values = Values();
  std::sort(values.begin(), values.end());
  EXPECT_THAT(values, ElementsAre("0", "1", "200", "201"));
}

// More of them than may be unpacked of one response: those that were left are fetched again.
TEST_P(LargeBatchTest, ManyThatFitAreAllRead) {
  constexpr int kMany = 12;
  StoreCompressed(0, kUnpackedMax / 2, kMany);
  StoreNumbered("in", 0, 7, 1);
  OpenSource();
  ASSERT_TRUE(FillUntil(kMany + 1));
  for (int i = 0; i < kMany; ++i) {
    const Article& article = batch_.articles()[static_cast<std::size_t>(i)];
    EXPECT_EQ(article.value.size(), kUnpackedMax / 2);
    EXPECT_EQ(article.origin.offset, i);
  }
  EXPECT_EQ(batch_.articles()[kMany].value, "7");
}

INSTANTIATE_TEST_SUITE_P(Codecs, LargeBatchTest, testing::Values("gzip", "snappy", "lz4", "zstd"),
                         [](const testing::TestParamInfo<const char*>& codec) {
                           return std::string(codec.param);
                         });

}  // namespace
}  // namespace wiredesk
