// A worker in its process: the real lane between the real ends, started again whenever it ends.
#pragma once

#include <string>

#include "config/settings.h"
#include "pipeline/lane.h"
#include "tests/sim/brokers.h"
#include "tests/sim/process.h"

namespace wiredesk::sim {

class Worker {
 public:
  Worker(Brokers& brokers, int number, const Settings& settings);

  void Start();
  // Takes nothing more in, finishes, and begins anew.
  void Restart() { stop_ = true; }
  // The same, and does not come back.
  void Leave() { stop_ = leaving_ = true; }
  // It will not be started again, however it ends.
  void StayDown() { leaving_ = true; }
  bool staying() const { return !leaving_; }
  // Its stages get nowhere for a while.
  void StallStages(Time duration) { stalled_until_ = world_.now() + duration; }
  // Ends it for good: the world ends.
  void End();

  Process& process() { return process_; }
  int failures() const { return failures_; }
  const Settings& settings() const { return settings_; }

 private:
  class Ends;

  void Live();
  bool StepStages(Lane& lane, int percent);

  Brokers& brokers_;
  World& world_;
  Process process_;
  const Settings settings_;
  Time stalled_until_ = 0;
  bool stop_ = false;
  bool leaving_ = false;
  bool over_ = false;
  int failures_ = 0;
};

}  // namespace wiredesk::sim
