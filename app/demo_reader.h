// Reads the demo's results back, as a user of the output topic would, and counts what is in them.
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

class DemoReader {
 public:
  struct TagCount {
    std::string label;
    std::uint64_t count = 0;
  };

  static absl::StatusOr<std::unique_ptr<DemoReader>> Open(const std::string& brokers,
                                                          const std::string& output_topic,
                                                          const std::string& dead_letter_topic,
                                                          int partitions);
  ~DemoReader();

  // Takes what is there, waiting at most `timeout` for the first record. Returns how many.
  int ReadSome(std::chrono::milliseconds timeout);

  std::uint64_t tagged() const { return tagged_; }      // Output records.
  std::uint64_t untagged() const { return untagged_; }  // Of these, without any tag.
  std::uint64_t dead_letters() const { return dead_letters_; }
  std::uint64_t tag_count() const { return tag_count_; }
  std::vector<TagCount> TagsByCount() const;  // The most frequent first.

  // The output record with this key; null if there is none, or it was not kept (the first 1,000
  // are).
  const nlohmann::json* Find(const std::string& key) const;

  // Keys of up to `count` records worth showing: `first` if it is there, then such with several
  // tags and a subject that was not shown before.
  std::vector<std::string> ChooseExamples(const std::string& first, std::size_t count) const;

 private:
  DemoReader() = default;
  void TakeOutput(const rd_kafka_message_t& message);

  KafkaHandle client_;
  std::string dead_letter_topic_;
  std::uint64_t tagged_ = 0;
  std::uint64_t untagged_ = 0;
  std::uint64_t dead_letters_ = 0;
  std::uint64_t tag_count_ = 0;
  std::map<std::string, TagCount> tags_;           // By id.
  std::map<std::string, nlohmann::json> records_;  // By key.
};

}  // namespace wiredesk
