// A real Kafka with verbs, and the program under test as a process.
//
// The broker's address comes from WIREDESK_TEST_BROKERS (tools/test starts one). Without it the
// tests fail, unless WIREDESK_SKIP_BROKER_TESTS=1 says that they are not wanted.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pipeline/kafka_client.h"
#include "tests/kafka_record.h"

namespace wiredesk {

// The wiredesk program, running.
class Process {
 public:
  // Standard output and error go to `log`.
  Process(const std::vector<std::string>& arguments, const std::string& log);
  // Ends it if it is still there.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);
  // Its exit status; -signal if a signal ended it.
  int Wait();
  std::string Log() const;

 private:
  pid_t pid_ = -1;
  const std::string log_;
};

class RealBroker : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A topic of this test's own; its name.
  std::string CreateTopic(const std::string& what, int partitions,
                          const KafkaProperties& settings = {});
  void DeleteTopic(const std::string& name);
  // What the group has committed of partition 0, from now on.
  void SetCommitted(const std::string& group, const std::string& topic, std::int64_t offset);
  void Store(const std::string& topic, const std::vector<Record>& records);
  // All records of the topic, by partition and in order.
  std::map<std::int32_t, std::vector<Record>> ReadAll(const std::string& topic);
  // Records of all partitions together.
  std::int64_t Count(const std::string& topic);
  // End offsets less committed ones, of all partitions; -1 if one has no committed offset.
  std::int64_t Lag(const std::string& group, const std::string& topic);

  // A settings file; `more` are lines that are added to it.
  std::string WriteSettings(const std::string& more = "", const std::string& name = "worker.yaml");
  std::string WriteFile(const std::string& name, const std::string& text);
  std::string LogPath() { return (folder_ / ("log" + std::to_string(++logs_))).string(); }

  // Topics in, out and dead, and a small rule pack.
  void MakeTopics(int partitions);
  // Waits until that many records came out, as outputs or dead letters.
  bool WaitForResults(std::int64_t count);
  // "id" of JSON articles numbered from `first`, each with that key.
  static std::vector<Record> Articles(int first, int count);

  std::string brokers_;
  std::string group_;
  std::string in_;
  std::string out_;
  std::string dead_;
  std::string rules_;          // A pack.
  std::string rules_setting_;  // What the settings say instead of it, if not empty.
  std::string start_ = "earliest";
  std::filesystem::path folder_;
  int logs_ = 0;

 private:
  KafkaHandle MakeConsumer(const std::string& group);
  std::map<std::int32_t, std::int64_t> Ends(rd_kafka_t* client, const std::string& topic);

  KafkaHandle producer_;
};

}  // namespace wiredesk
