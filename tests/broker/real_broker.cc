#include "tests/broker/real_broker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "pipeline/broker_check.h"
#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const std::string& log) : log_(log) {
  std::vector<std::string> all = {WIREDESK_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : all) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  EXPECT_EQ(posix_spawn(&pid_, WIREDESK_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::Signal(int signal) { kill(pid_, signal); }

int Process::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Process::Log() const { return ReadFile(log_); }

void RealBroker::SetUp() {
  const char* brokers = std::getenv("WIREDESK_TEST_BROKERS");
  const char* skip = std::getenv("WIREDESK_SKIP_BROKER_TESTS");
  if (brokers == nullptr || *brokers == '\0') {
    if (skip != nullptr && std::string_view(skip) == "1") {
      GTEST_SKIP() << "NOT TESTED AGAINST A REAL KAFKA: WIREDESK_SKIP_BROKER_TESTS=1";
    }
    FAIL() << "WIREDESK_TEST_BROKERS is not set: run tools/test, which starts a Kafka, or set "
              "WIREDESK_SKIP_BROKER_TESTS=1";
  }
  brokers_ = brokers;
  std::string folder = (std::filesystem::temp_directory_path() / "wiredesk-test-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  folder_ = folder;
  group_ = folder_.filename().string();
  auto conf = MakeKafkaConf({{"bootstrap.servers", brokers_}, {"partitioner", "murmur2_random"}});
  auto producer = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  ASSERT_TRUE(producer.ok()) << producer.status();
  producer_ = *std::move(producer);
}

void RealBroker::TearDown() {
  if (folder_.empty()) return;
  if (HasFailure()) {
    for (int i = 1; i <= logs_; ++i) {
      const std::string path = (folder_ / ("log" + std::to_string(i))).string();
      std::printf("--- %s\n%s", path.c_str(), ReadFile(path).c_str());
    }
  }
  std::filesystem::remove_all(folder_);
}

std::string RealBroker::CreateTopic(const std::string& what, int partitions,
                                    const KafkaProperties& settings) {
  const std::string name = group_ + "." + what;
  std::array<char, 256> text;
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(name.c_str(), partitions, 1, text.data(), text.size());
  EXPECT_NE(topic, nullptr) << text.data();
  for (const auto& [key, value] : settings) {
    rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str());
  }
  const KafkaQueue queue(rd_kafka_queue_new(producer_.get()));
  rd_kafka_CreateTopics(producer_.get(), &topic, 1, nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), 30000));
  EXPECT_NE(event, nullptr);
  EXPECT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_NewTopic_destroy(topic);
  // The answer may come before every node knows of it.
  const std::string names[] = {name};
  EXPECT_TRUE(WaitFor([&] {
    return CheckBrokers(RD_KAFKA_PRODUCER, {{"bootstrap.servers", brokers_}}, names,
                        std::chrono::seconds(10))
        .ok();
  }));
  return name;
}

void RealBroker::DeleteTopic(const std::string& name) {
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
  const KafkaQueue queue(rd_kafka_queue_new(producer_.get()));
  rd_kafka_DeleteTopics(producer_.get(), &topic, 1, nullptr, queue.get());
  const KafkaEvent event(rd_kafka_queue_poll(queue.get(), 30000));
  EXPECT_NE(event, nullptr);
  EXPECT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_DeleteTopic_destroy(topic);
}

void RealBroker::SetCommitted(const std::string& group, const std::string& topic,
                              std::int64_t offset) {
  const KafkaHandle client = MakeConsumer(group);
  const KafkaPartitions offsets = MakeKafkaPartitions(1);
  rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), 0)->offset = offset;
  EXPECT_TRUE(WaitFor([&] {
    return rd_kafka_commit(client.get(), offsets.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR;
  }));
}

void RealBroker::Store(const std::string& topic, const std::vector<Record>& records) {
  const KafkaTopic handle(rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr));
  for (const Record& record : records) {
    OutgoingRecord outgoing;
    outgoing.topic = handle.get();
    outgoing.key = record.key;
    outgoing.value = record.value;
    if (!record.headers.empty()) {
      outgoing.headers.reset(rd_kafka_headers_new(record.headers.size()));
      for (const auto& [name, value] : record.headers) {
        rd_kafka_header_add(outgoing.headers.get(), name.data(), -1, value->data(),
                            static_cast<ssize_t>(value->size()));
      }
    }
    rd_kafka_resp_err_t error;
    while ((error = Produce(producer_.get(), outgoing)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer_.get(), 100);
    }
    ASSERT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  ASSERT_EQ(rd_kafka_flush(producer_.get(), 60000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

KafkaHandle RealBroker::MakeConsumer(const std::string& group) {
  auto conf = MakeKafkaConf({{"bootstrap.servers", brokers_},
                             {"group.id", group},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             {"isolation.level", "read_committed"}});
  auto consumer = MakeKafkaClient(RD_KAFKA_CONSUMER, *std::move(conf));
  EXPECT_TRUE(consumer.ok()) << consumer.status();
  return *std::move(consumer);
}

std::map<std::int32_t, std::int64_t> RealBroker::Ends(rd_kafka_t* client,
                                                      const std::string& topic) {
  const KafkaTopic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const struct rd_kafka_metadata* raw = nullptr;
  EXPECT_EQ(rd_kafka_metadata(client, 0, handle.get(), &raw, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  const KafkaMetadata metadata(raw);
  std::map<std::int32_t, std::int64_t> ends;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    std::int64_t low = 0;
    // A new topic's leader may not know yet that it is one.
    EXPECT_TRUE(WaitFor([&] {
      return rd_kafka_query_watermark_offsets(client, topic.c_str(), i, &low, &ends[i], 30000) ==
             RD_KAFKA_RESP_ERR_NO_ERROR;
    }));
  }
  return ends;
}

std::int64_t RealBroker::Count(const std::string& topic) {
  std::int64_t count = 0;
  for (const auto& [partition, end] : Ends(producer_.get(), topic)) count += end;
  return count;
}

std::map<std::int32_t, std::vector<Record>> RealBroker::ReadAll(const std::string& topic) {
  const KafkaHandle reader = MakeConsumer("reader");
  const std::map<std::int32_t, std::int64_t> ends = Ends(reader.get(), topic);
  std::map<std::int32_t, std::vector<Record>> records;
  const KafkaPartitions from = MakeKafkaPartitions(static_cast<int>(ends.size()));
  for (const auto& [partition, end] : ends) {
    rd_kafka_topic_partition_list_add(from.get(), topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(reader.get(), from.get());
  // By where the reader stands, not by counting: the ends of transactions take offsets as well.
  std::set<std::int32_t> open;
  for (const auto& [partition, end] : ends) open.insert(partition);
  EXPECT_TRUE(WaitFor([&] {
    while (!open.empty()) {
      const KafkaMessage message(rd_kafka_consumer_poll(reader.get(), 100));
      if (message == nullptr) return false;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        records[message->partition].push_back(ToRecord(*message));
      } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF &&
                 message->offset >= ends.at(message->partition)) {
        open.erase(message->partition);
      }
    }
    return true;
  }));
  rd_kafka_consumer_close(reader.get());
  return records;
}

std::int64_t RealBroker::Lag(const std::string& group, const std::string& topic) {
  const KafkaHandle client = MakeConsumer(group);
  const std::map<std::int32_t, std::int64_t> ends = Ends(client.get(), topic);
  const KafkaPartitions offsets = MakeKafkaPartitions(static_cast<int>(ends.size()));
  for (const auto& [partition, end] : ends) {
    rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), partition);
  }
  EXPECT_EQ(rd_kafka_committed(client.get(), offsets.get(), 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
  std::int64_t lag = 0;
  for (int i = 0; i < offsets->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = offsets->elems[i];
    const std::int64_t end = ends.at(element.partition);
    if (element.offset < 0 && end > 0) return -1;
    lag += end - std::max<std::int64_t>(element.offset, 0);
  }
  return lag;
}

std::string RealBroker::WriteFile(const std::string& name, const std::string& text) {
  const std::string path = (folder_ / name).string();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string RealBroker::WriteSettings(const std::string& more, const std::string& name) {
  return WriteFile(
      name,
      fmt::format("version: 1\n"
                  "input: {{topics: [{}], group: {}, start: {}}}\n"
                  "rules: {}\n"
                  "output: {{topic: {}}}\n"
                  "dead_letter: {{topic: {}}}\n"
                  "statistics: {{interval: 1s}}\n"
                  "{}",
                  in_, group_, start_, rules_setting_.empty() ? "[" + rules_ + "]" : rules_setting_,
                  out_, dead_,
                  more.empty() ? "kafka: {bootstrap.servers: \"" + brokers_ + "\"}\n" : more));
}

void RealBroker::MakeTopics(int partitions) {
  in_ = CreateTopic("in", partitions);
  out_ = CreateTopic("out", partitions);
  dead_ = CreateTopic("dead", partitions);
  rules_ = WriteFile("test.rules",
                     "pack test version 1 language any\n"
                     "topic test:1 \"numbers\" { score 5 number need 5 }\n");
}

bool RealBroker::WaitForResults(std::int64_t count) {
  return WaitFor([&] { return Count(out_) + Count(dead_) >= count; });
}

std::vector<Record> RealBroker::Articles(int first, int count) {
  std::vector<Record> records(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    Record& record = records[static_cast<std::size_t>(i)];
    record.key = std::to_string(first + i);
    record.value = fmt::format(R"({{"id": "{}", "title": "Number {}", "body": "The number."}})",
                               first + i, first + i);
  }
  return records;
}

}  // namespace wiredesk
