// A source on a mock cluster, with a lane that is always done, and a batch to fill.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/kafka_source.h"
#include "tests/mock_kafka.h"

namespace wiredesk {

inline constexpr std::size_t kAnyBytes = std::size_t{1} << 30;

// A lane that has nothing unfinished, and remembers that it was asked.
class IdleLane final : public Rebalance {
 public:
  bool Drain(std::chrono::milliseconds) override {
    ++drains;
    if (on_drain) on_drain();
    return true;
  }
  bool Discard(std::chrono::milliseconds) override { return true; }
  int drains = 0;
  std::function<void()> on_drain;
};

class KafkaSourceTest : public MockKafka {
 protected:
  void OpenSource() {
    options_.topics = {"in"};
    options_.properties = *ConsumerProperties(settings_);
    options_.commit_interval = std::chrono::milliseconds(0);
    auto source = KafkaSource::Open(options_);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
    const absl::Status status = source_->Subscribe(lane_);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Fills batch_ until it holds `count` articles.
  bool FillUntil(std::size_t count) {
    return WaitFor([&] {
      last_state_ = source_->Fill(batch_, kAnyBytes);
      return batch_.articles().size() >= count;
    });
  }

  bool FillUntilEnd() {
    return WaitFor([&] {
      last_state_ = source_->Fill(batch_, kAnyBytes);
      return last_state_ == Source::State::kEnd;
    });
  }

  void Acknowledge(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) source_->Acknowledge(batch_.articles()[i].ack, true);
  }

  std::vector<std::string> Values() {
    std::vector<std::string> values;
    for (const Article& article : batch_.articles()) values.emplace_back(article.value);
    return values;
  }

  KafkaSourceOptions options_;
  IdleLane lane_;
  Batch batch_{10000};
  std::unique_ptr<KafkaSource> source_;
  Source::State last_state_ = Source::State::kMore;
};

}  // namespace wiredesk
