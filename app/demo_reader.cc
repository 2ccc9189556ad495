#include "app/demo_reader.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kRecordsKept = 1000;

// How good an example a record is: several tags with much evidence in a text that is not long.
std::int64_t Worth(const Json& record) {
  const Json& tags = record.at("tags");
  std::int64_t worth = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(tags.size(), 4); ++i) {
    worth +=
        10 + std::min<std::int64_t>(static_cast<std::int64_t>(tags[i].at("evidence").size()), 10);
  }
  return worth;
}

std::string FirstTag(const Json& record) {
  const Json& tags = record.at("tags");
  return tags.empty() ? std::string() : tags[0].at("id").get<std::string>();
}

}  // namespace

absl::StatusOr<std::unique_ptr<DemoReader>> DemoReader::Open(const std::string& brokers,
                                                             const std::string& output_topic,
                                                             const std::string& dead_letter_topic,
                                                             int partitions) {
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf({{"bootstrap.servers", brokers},
                                                  {"group.id", "demo-reader"},
                                                  {"enable.auto.commit", "false"},
                                                  {"fetch.wait.max.ms", "20"}});
  if (!conf.ok()) return conf.status();
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  std::unique_ptr<DemoReader> reader(new DemoReader());
  reader->client_ = *std::move(client);
  reader->dead_letter_topic_ = dead_letter_topic;
  // All partitions from their beginning, without a group.
  const KafkaPartitions all = MakeKafkaPartitions(2 * partitions);
  for (const std::string& topic : {output_topic, dead_letter_topic}) {
    for (int i = 0; i < partitions; ++i) {
      rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), i)->offset =
          RD_KAFKA_OFFSET_BEGINNING;
    }
  }
  const rd_kafka_resp_err_t error = rd_kafka_assign(reader->client_.get(), all.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, "reading the results");
  return reader;
}

DemoReader::~DemoReader() {
  if (client_ != nullptr) rd_kafka_consumer_close(client_.get());
}

int DemoReader::ReadSome(std::chrono::milliseconds timeout) {
  int taken = 0;
  int timeout_ms = static_cast<int>(timeout.count());
  while (taken < 1000) {
    const KafkaMessage message(rd_kafka_consumer_poll(client_.get(), timeout_ms));
    timeout_ms = 0;
    if (message == nullptr) break;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    ++taken;
    if (dead_letter_topic_ == rd_kafka_topic_name(message->rkt)) {
      ++dead_letters_;
    } else {
      TakeOutput(*message);
    }
  }
  return taken;
}

void DemoReader::TakeOutput(const rd_kafka_message_t& message) {
  ++tagged_;
  const char* const text = static_cast<const char*>(message.payload);
  Json record = Json::parse(text, text + message.len, nullptr, false);
  if (record.is_discarded()) return;
  const Json& tags = record.at("tags");
  if (tags.empty()) ++untagged_;
  tag_count_ += tags.size();
  for (const Json& tag : tags) {
    TagCount& count = tags_[tag.at("id").get<std::string>()];
    if (count.count++ == 0) count.label = tag.at("label").get<std::string>();
  }
  if (message.key == nullptr || records_.size() >= kRecordsKept) return;
  records_.emplace(std::string(static_cast<const char*>(message.key), message.key_len),
                   std::move(record));
}

std::vector<DemoReader::TagCount> DemoReader::TagsByCount() const {
  std::vector<TagCount> counts;
  for (const auto& [id, count] : tags_) counts.push_back(count);
  std::stable_sort(counts.begin(), counts.end(),
                   [](const TagCount& a, const TagCount& b) { return a.count > b.count; });
  return counts;
}

const Json* DemoReader::Find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

std::vector<std::string> DemoReader::ChooseExamples(const std::string& first,
                                                    std::size_t count) const {
  std::vector<std::string> chosen;
  std::set<std::string> subjects;
  if (const Json* record = Find(first)) {
    chosen.push_back(first);
    subjects.insert(FirstTag(*record));
  }
  std::vector<std::pair<std::int64_t, const std::string*>> candidates;
  for (const auto& [key, record] : records_) {
    if (!record.at("tags").empty()) candidates.emplace_back(-Worth(record), &key);
  }
  std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, *a.second) < std::tie(b.first, *b.second);
  });
  for (const auto& [worth, key] : candidates) {
    if (chosen.size() >= count) break;
    if (!subjects.insert(FirstTag(*Find(*key))).second) continue;
    chosen.push_back(*key);
  }
  return chosen;
}

}  // namespace wiredesk
