#include "tests/sim/process.h"

#include <algorithm>
#include <utility>

#include "config/check.h"

namespace wiredesk::sim {
namespace {

Process* current = nullptr;

}  // namespace

Process& CurrentProcess() {
  WIREDESK_CHECK(current != nullptr);
  return *current;
}

bool InProcess() { return current != nullptr; }

void Process::Start(std::function<void()> body) {
  fiber_ = std::make_unique<Fiber>(std::move(body));
  world_.After(0, [this] { Resume(); });
}

void Process::Resume() {
  if (fiber_->done()) return;
  if (!killed_ && world_.now() < stopped_until_) {
    world_.At(stopped_until_, [this, wake = ++wake_] {
      if (wake_ == wake) Resume();
    });
    return;
  }
  Process* const before = std::exchange(current, this);
  fiber_->Resume();
  current = before;
}

bool Process::Await(const std::function<bool()>& over, Time deadline) {
  while (true) {
    if (killed_ && ending_) return false;
    if (killed_) throw Killed();
    if (over()) return true;
    if (world_.now() >= deadline) return false;
    world_.At(deadline, [this, wake = ++wake_] {
      if (wake_ == wake) Resume();
    });
    waiting_ = true;
    fiber_->Yield();
    waiting_ = false;
  }
}

void Process::Sleep(Time duration) {
  bool woken = false;
  Await([&woken] { return std::exchange(woken, true); }, world_.now() + duration);
}

void Process::Notify() {
  if (!waiting_ || fiber_ == nullptr) return;
  world_.After(0, [this, wake = ++wake_] {
    if (wake_ == wake) Resume();
  });
}

void Process::Step(const char* place) {
  if (ending_) return;
  if (killed_) throw Killed();
  if (kill_in_ == 0 || --kill_in_ > 0) return;
  world_.Note("worker {}: killed at {}", number_, place);
  Kill();
  throw Killed();
}

void Process::Silence() {
  if (reachable()) silent_since_ = world_.now();
  if (on_silence) world_.After(0, on_silence);
}

void Process::Kill() {
  if (killed_) return;
  Silence();
  killed_ = true;
  kill_in_ = 0;
  const Time cut = world_.now() + world_.random.Between(0, 20) * kMillisecond;
  for (const std::weak_ptr<Client>& weak : clients) {
    if (const auto client = weak.lock(); client != nullptr && !client->dead) {
      client->OnKilled();
      client->dead = true;
      client->cut = cut;
    }
  }
  clients.clear();
  if (current != this) Notify();
}

void Process::KillAtStep(int n) { kill_in_ = n; }

void Process::Revive() {
  killed_ = false;
  stopped_until_ = cut_until_ = 0;
}

void Process::Stop(Time duration) {
  Silence();
  stopped_until_ = std::max(stopped_until_, world_.now() + duration);
}

void Process::Cut(Time duration) {
  Silence();
  cut_until_ = std::max(cut_until_, world_.now() + duration);
}

Time Process::Arrival(Time delay) const {
  return std::max({world_.now(), cut_until_, stopped_until_}) + delay;
}

}  // namespace wiredesk::sim
