#include "app/rule_reloader.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "app/counted.h"
#include "config/check.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;

void Ring(int event_fd) {
  const std::uint64_t one = 1;
  WIREDESK_CHECK(write(event_fd, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
}

}  // namespace

RuleReloader::RuleReloader(RuleInputs& inputs, RulesHolder& holder,
                           std::chrono::milliseconds interval)
    : inputs_(inputs),
      holder_(holder),
      interval_(interval),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      stop_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WIREDESK_CHECK(wake_fd_ >= 0 && stop_fd_ >= 0);
}

RuleReloader::~RuleReloader() {
  // Release, partner: the acquire load in Run().
  stopped_.store(true, std::memory_order_release);
  Ring(stop_fd_);
  Ring(wake_fd_);
  if (thread_.joinable()) thread_.join();
  close(stop_fd_);
  close(wake_fd_);
}

void RuleReloader::Start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "rules");
    Run();
  });
}

void RuleReloader::Request() {
  // Release, partner: the acquire exchange in Run().
  requested_.store(true, std::memory_order_release);
  Ring(wake_fd_);
}

std::uint64_t RuleReloader::reloads() const {
  // Relaxed, partner: the add in Reload(); a count publishes nothing but itself.
  return reloads_.load(std::memory_order_relaxed);
}

std::uint64_t RuleReloader::failed_reloads() const {
  // Relaxed, partner: the add in Reload().
  return failed_reloads_.load(std::memory_order_relaxed);
}

void RuleReloader::Run() {
  while (true) {
    Wait();
    // Acquire, partner: the release store in the destructor.
    if (stopped_.load(std::memory_order_acquire)) return;
    const bool has_changed = inputs_.HasChanged();
    // Acquire, partner: the release store in Request(). A request from here on is one more reload.
    if (requested_.exchange(false, std::memory_order_acq_rel) || has_changed) Reload();
    holder_.FreeRetired();
  }
}

void RuleReloader::Wait() {
  pollfd wake = {wake_fd_, POLLIN, 0};
  poll(&wake, 1, static_cast<int>(interval_.count()));
  std::uint64_t rings = 0;
  while (read(wake_fd_, &rings, sizeof rings) > 0) continue;
}

void RuleReloader::Reload() {
  const std::shared_ptr<const CompiledRules> old = holder_.Get();
  const Clock::time_point start = Clock::now();
  RuleLoad load = inputs_.Load(stop_fd_);
  // Acquire, partner: the release store in the destructor.
  if (stopped_.load(std::memory_order_acquire)) return;
  if (load.compiled == nullptr) {
    failed_reloads_.fetch_add(1, std::memory_order_relaxed);  // Partner: failed_reloads().
    spdlog::error("rules not reloaded, {} stay: {}\n{}", old->hash(),
                  Counted(load.diagnostics.size(), "problem"), Render(load.diagnostics));
    return;
  }
  reloads_.fetch_add(1, std::memory_order_relaxed);  // Partner: reloads().
  if (!load.diagnostics.empty()) spdlog::warn("rules:\n{}", Render(load.diagnostics));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (load.compiled->hash() == old->hash()) {
    spdlog::info("rules reloaded in {:.1f} s: they are still {}", seconds, old->hash());
    return;
  }
  spdlog::info("rules reloaded in {:.1f} s: {} -> {}, {}", seconds, old->hash(),
               load.compiled->hash(), Counted(load.compiled->topics().size(), "topic"));
  holder_.Set(std::move(load.compiled));
}

}  // namespace wiredesk
