// The rules of a worker: packs from files and from the rules' topic, compiled together.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "app/file_watch.h"
#include "app/rule_reloader.h"
#include "config/pack_source.h"
#include "config/settings.h"
#include "pipeline/rules_topic.h"

namespace wiredesk {

// One thread at a time: the one that starts the worker, then the reloader's.
class WorkerRules final : public RuleInputs {
 public:
  explicit WorkerRules(const Settings& settings);

  // Reads the rules' topic, if there is one; before the first Load(). See RulesTopic::Open().
  absl::Status Connect(std::chrono::milliseconds timeout);

  // From now on `event_fd` tells when the topic has something new.
  void WakeBy(int event_fd);

  bool HasChanged() override;
  RuleLoad Load(int cancel_fd) override;

 private:
  bool TopicHasChanged();
  bool FilesHaveChanged();

  const Settings& settings_;
  std::unique_ptr<RulesTopic> topic_;
  FileWatch watch_;
  std::vector<std::string> list_files_;  // Of the packs that were loaded last.
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace wiredesk
