// A worker's process: what it runs, and what befalls it: it may be killed at any call, stopped for
// a while, or cut off from the brokers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace wiredesk::sim {

// Thrown out of a call of a process that was killed; ends in Process::Life().
struct Killed {};

// A client of the brokers, as the process that holds it sees it.
class Client {
 public:
  virtual ~Client() = default;
  virtual void OnKilled() {}  // Its process is about to be.
  bool dead = false;          // Its process was killed, or it was destroyed.
  // What it sent arrives no later than this: what was under way is lost with it.
  Time cut = INT64_MAX;
};

class Process {
 public:
  Process(World& world, int number) : world_(world), number_(number) {}

  // Begins `body`, which lasts until the world ends.
  void Start(std::function<void()> body);

  // --- Inside of the body.

  // Waits until `over`, asked whenever something was heard, or `deadline`: false.
  bool Await(const std::function<bool()>& over, Time deadline);
  void Sleep(Time duration);
  // A place to be killed at.
  void Step(const char* place);

  // What runs now must not end by an exception: waits end at once when killed.
  void SetEnding(bool ending) { ending_ = ending; }

  // --- From outside.

  // Something was heard: wakes Await() and Sleep().
  void Notify();
  void Kill();             // At once, wherever it is.
  void KillAtStep(int n);  // At the n-th Step() from now.
  void Stop(Time duration);
  void Cut(Time duration);
  void Revive();  // After a kill, before it begins anew.
  bool killed() const { return killed_; }
  bool done() const { return fiber_->done(); }

  // Whether the brokers hear from it now, and otherwise since when they have not.
  bool reachable() const {
    return !killed_ && world_.now() >= std::max(stopped_until_, cut_until_);
  }
  Time last_heard() const { return reachable() ? world_.now() : silent_since_; }
  // When something comes over that is sent `delay` before it would.
  Time Arrival(Time delay) const;

  // The process's own clock, which may jump ahead.
  Time clock() const { return world_.now() + clock_ahead_; }
  void JumpClock(Time duration) { clock_ahead_ += duration; }

  int number() const { return number_; }
  World& world() { return world_; }
  std::vector<std::weak_ptr<Client>> clients;
  std::function<void()> on_silence;  // It can't be heard any more.

 private:
  void Resume();
  void Silence();

  World& world_;
  const int number_;
  std::unique_ptr<Fiber> fiber_;
  std::uint64_t wake_ = 0;  // Of several events that would wake it the latest counts.
  bool waiting_ = false;
  bool killed_ = false;
  bool ending_ = false;
  int kill_in_ = 0;
  Time stopped_until_ = 0;
  Time cut_until_ = 0;
  Time silent_since_ = 0;
  Time clock_ahead_ = 0;
};

// The one whose body runs now.
Process& CurrentProcess();
bool InProcess();

}  // namespace wiredesk::sim
