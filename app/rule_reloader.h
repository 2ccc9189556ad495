// Changes the rules of running lanes: compiles new ones beside them, on a thread of its own, and
// swaps them in once they are ready. Rules that can't be compiled change nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include "app/rule_loader.h"
#include "pipeline/rules_holder.h"

namespace wiredesk {

// Where the reloader gets rules from. Called on its thread only.
class RuleInputs {
 public:
  virtual ~RuleInputs() = default;
  // Whether something has changed that asks for a reload. Called after a wake-up and at an
  // interval.
  virtual bool HasChanged() = 0;
  // Reads and compiles what is there now. What is there to read at `cancel_fd` ends it with an
  // error.
  virtual RuleLoad Load(int cancel_fd) = 0;
};

class RuleReloader {
 public:
  // `inputs` and `holder` outlive it. Looks for changes every `interval`, and after Wake().
  RuleReloader(RuleInputs& inputs, RulesHolder& holder, std::chrono::milliseconds interval);
  // Stops; a reload that is under way is given up.
  ~RuleReloader();
  RuleReloader(const RuleReloader&) = delete;
  RuleReloader& operator=(const RuleReloader&) = delete;

  // Starts the thread. Once.
  void Start();

  // Any thread: reload, whether or not something has changed. During a reload: one more after it.
  void Request();

  // An eventfd: whoever writes an 8-byte 1 makes it look for changes.
  int wake_fd() const { return wake_fd_; }

  // Any thread.
  std::uint64_t reloads() const;         // That gave rules.
  std::uint64_t failed_reloads() const;  // That left the old ones.

 private:
  void Run();
  void Wait();
  void Reload();

  RuleInputs& inputs_;
  RulesHolder& holder_;
  const std::chrono::milliseconds interval_;
  const int wake_fd_;
  const int stop_fd_;
  std::atomic<bool> requested_ = false;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> reloads_ = 0;
  std::atomic<std::uint64_t> failed_reloads_ = 0;
  std::thread thread_;
};

}  // namespace wiredesk
