#include "app/worker_rules.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "app/rule_packs.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{1000};
// Packs that are sent one after the other are compiled together: a change waits for this long a
// pause, this often at most.
constexpr milliseconds kPause{200};
constexpr int kPausesMax = 10;

Diagnostic Error(std::string file, std::string message, std::string help) {
  return {Diagnostic::Severity::kError, std::move(file), {},
          std::move(message),           std::move(help), {}};
}

}  // namespace

WorkerRules::WorkerRules(const Settings& settings)
    : settings_(settings), next_look_(Clock::now() + kLookEvery) {}

absl::Status WorkerRules::Connect(milliseconds timeout) {
  if (settings_.rules.topic.empty()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<RulesTopic>> topic = RulesTopic::Open(settings_, timeout);
  if (!topic.ok()) return topic.status();
  topic_ = *std::move(topic);
  return absl::OkStatus();
}

void WorkerRules::WakeBy(int event_fd) {
  if (topic_ != nullptr) topic_->WakeBy(event_fd);
}

bool WorkerRules::HasChanged() {
  const bool topic_has = TopicHasChanged();
  return FilesHaveChanged() || topic_has;
}

bool WorkerRules::TopicHasChanged() {
  if (topic_ == nullptr || !topic_->Poll()) return false;
  for (int i = 0; i < kPausesMax; ++i) {
    std::this_thread::sleep_for(kPause);
    if (!topic_->Poll()) break;
  }
  return true;
}

bool WorkerRules::FilesHaveChanged() {
  if (!settings_.rules.watch || Clock::now() < next_look_) return false;
  next_look_ = Clock::now() + kLookEvery;
  return watch_.Look();
}

RuleLoad WorkerRules::Load(int cancel_fd) {
  RuleLoad load;
  // Before they are read: what changes meanwhile is then seen.
  std::vector<std::string> watched = settings_.rule_packs;
  watched.insert(watched.end(), list_files_.begin(), list_files_.end());
  watch_.Watch(watched);
  std::vector<PackSource> sources = ReadPackFiles(settings_.rule_packs, load.diagnostics);
  if (topic_ != nullptr) {
    topic_->Poll();
    const std::string& name = settings_.rules.topic;
    if (const absl::Status status = topic_->status(); !status.ok()) {
      load.diagnostics.push_back(Error(name, std::string(status.message()), ""));
    }
    for (const auto& [key, text] : topic_->packs()) {
      sources.push_back({name + "/" + key, text, key});
    }
  }
  if (sources.empty() && load.diagnostics.empty()) {
    load.diagnostics.push_back(Error(settings_.rules.topic,
                                     "the topic holds no rule packs, and rules.packs names none",
                                     "store one: its key is the pack's name, its value the pack"));
  }
  if (!load.diagnostics.empty()) return load;
  RuleLoadOptions options = LoadOptionsOf(settings_);
  options.cancel_fd = cancel_fd;
  load = LoadPacks(sources, options);
  // A pack with errors may not have come to naming its lists.
  if (load.compiled != nullptr) {
    for (const std::string& file : load.list_files) {
      if (std::find(watched.begin(), watched.end(), file) == watched.end()) watch_.Add(file);
    }
    list_files_ = load.list_files;
  }
  AddSourceLines(load.diagnostics);
  return load;
}

}  // namespace wiredesk
