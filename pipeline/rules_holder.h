// The rules that all lanes tag by, and how they are changed while the lanes run.
//
// A lane looks here at each batch that it takes in, and the batch keeps what it found: all of its
// articles are tagged by the same rules, those of a partition switch once, and nothing waits. Rules
// that were replaced are freed by whoever calls FreeRetired(), after the last batch let them go:
// taking a hundred thousand rules apart takes too long for a lane's thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "stages/compiled_rules.h"

namespace wiredesk {

// All calls: any thread.
class RulesHolder {
 public:
  explicit RulesHolder(std::shared_ptr<const CompiledRules> rules) : current_(std::move(rules)) {}

  std::shared_ptr<const CompiledRules> Get() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  // Batches that are taken in from now on have these.
  void Set(std::shared_ptr<const CompiledRules> rules) {
    const std::lock_guard lock(mutex_);
    retired_.push_back(std::move(current_));
    current_ = std::move(rules);
    // Release, partner: the acquire load in version(). Get() is synchronised by the mutex.
    version_.fetch_add(1, std::memory_order_release);
  }

  // Changes with each Set(): cheap to look at for whoever keeps what Get() gave.
  std::uint64_t version() const {
    // Acquire, partner: the release in Set().
    return version_.load(std::memory_order_acquire);
  }

  // Frees replaced rules that no batch has any more, on this thread; returns how many are left.
  std::size_t FreeRetired() {
    std::vector<std::shared_ptr<const CompiledRules>> dead;  // Freed after the lock is.
    const std::unique_lock lock(mutex_);
    // Nobody can get a retired one from us, so a count of 1 is ours and stays.
    std::erase_if(retired_, [&dead](std::shared_ptr<const CompiledRules>& rules) {
      if (rules.use_count() > 1) return false;
      dead.push_back(std::move(rules));
      return true;
    });
    return retired_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const CompiledRules> current_;
  std::vector<std::shared_ptr<const CompiledRules>> retired_;
  std::atomic<std::uint64_t> version_ = 0;
};

}  // namespace wiredesk
