#include "pipeline/watchdog.h"

#include <execinfo.h>
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/debugging/failure_signal_handler.h"
#include "absl/debugging/stacktrace.h"
#include "absl/debugging/symbolize.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookEveryMax{250};
constexpr milliseconds kGapMax{1000};
// For the stack to be printed; a thread deep in the kernel does not even get a signal.
constexpr std::chrono::seconds kStackTime{5};

// Past the log, which may be what hangs.
void Say(const std::string& line) {
  [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
}

// By the tables that exceptions go by, as the C library does it: abseil's own way wants frame
// pointers, which neither this program nor its libraries have.
int Unwind(void** addresses, int* sizes, int depth_max, int skip, const void* /*context*/,
           int* frames_dropped) {
  constexpr int kFramesMax = 64;
  std::array<void*, kFramesMax> all;
  const int count = std::max(backtrace(all.data(), kFramesMax) - skip, 0);
  const int kept = std::min(count, depth_max);
  for (int i = 0; i < kept; ++i) addresses[i] = all[static_cast<std::size_t>(skip + i)];
  if (sizes != nullptr) std::fill(sizes, sizes + kept, 0);
  if (frames_dropped != nullptr) *frames_dropped = count - kept;
  return kept;
}

}  // namespace

void PrintStacksOfCrashes(const char* program) {
  std::array<void*, 1> first;
  backtrace(first.data(), 1);  // Loads what it needs now, and not in a signal handler.
  absl::SetStackUnwinder(Unwind);
  absl::InitializeSymbolizer(program);
  absl::InstallFailureSignalHandler({});
  signal(SIGTERM, SIG_DFL);  // A wish, and no failure.
}

Watchdog::Watch::Watch(Watchdog* watchdog, std::string name) : watchdog_(watchdog) {
  if (watchdog_ == nullptr) return;
  const std::lock_guard lock(watchdog_->mutex_);
  entry_ = watchdog_->entries_.emplace(watchdog_->entries_.end());
  entry_->name = std::move(name);
  entry_->thread = pthread_self();
  HeartbeatOfThread() = &entry_->heartbeat;
}

Watchdog::Watch::~Watch() {
  if (watchdog_ == nullptr) return;
  HeartbeatOfThread() = nullptr;
  const std::lock_guard lock(watchdog_->mutex_);
  watchdog_->entries_.erase(entry_);
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "watchdog");
}

void Watchdog::Run() {
  const milliseconds every = std::min(kLookEveryMax, options_.unhealthy_after / 4);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every, [this] { return stop_; })) {
    lock.unlock();
    Look(Clock::now());
    lock.lock();
  }
}

void Watchdog::EndBy(Clock::time_point time, int code) {
  const std::lock_guard lock(mutex_);
  end_by_ = time;
  end_code_ = code;
}

std::vector<Watchdog::Stillness> Watchdog::Still() const {
  std::vector<Stillness> still;
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.still < options_.unhealthy_after) continue;
    still.push_back({entry.name, entry.still, entry.heartbeat.waiting()});
  }
  return still;
}

void Watchdog::Look(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto gap = std::chrono::duration_cast<milliseconds>(now - looked_at_.value_or(now));
  looked_at_ = now;
  for (Entry& entry : entries_) LookAt(entry, std::min(gap, kGapMax));
  if (!end_by_ || now < *end_by_) return;
  Say("wiredesk: the end takes too long, something hangs: leaving at once\n");
  _exit(end_code_);
}

// With the mutex, so that the thread can't end meanwhile.
void Watchdog::LookAt(Entry& entry, milliseconds since_last) {
  const std::uint64_t beats = entry.heartbeat.beats();
  const bool was_still = entry.still >= options_.unhealthy_after;
  if (!entry.seen || beats != entry.beats) {
    if (was_still) spdlog::info("thread {} gets on again", entry.name);
    entry.beats = beats;
    entry.seen = true;
    entry.still = milliseconds(0);
    return;
  }
  entry.still += since_last;
  if (entry.still < options_.unhealthy_after) return;
  const bool waits = entry.heartbeat.waiting();
  if (!was_still) {
    spdlog::warn("thread {} has not got on for {:.1f} s{}", entry.name,
                 std::chrono::duration<double>(entry.still).count(),
                 waits ? ": it waits for the broker" : "");
  }
  const bool is_over = options_.abort_after.count() > 0 && entry.still >= options_.abort_after;
  if (is_over && !waits) Abort(entry);
}

void Watchdog::Abort(const Entry& entry) {
  Say(fmt::format("wiredesk: thread {} has been stuck for {:.1f} s; its stack:\n", entry.name,
                  std::chrono::duration<double>(entry.still).count()));
  pthread_kill(entry.thread, SIGABRT);
  std::this_thread::sleep_for(kStackTime);
  Say("wiredesk: the stuck thread takes no signal: it hangs in the kernel\n");
  signal(SIGABRT, SIG_DFL);
  abort();
}

}  // namespace wiredesk
