#include "tests/sim/run.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "tests/sim/brokers.h"
#include "tests/sim/consumer.h"
#include "tests/sim/oracle.h"
#include "tests/sim/worker.h"

namespace wiredesk::sim {
namespace {

using std::chrono::milliseconds;

constexpr Time kFaultsUntil = 12 * kSecond;
constexpr Time kSettleWithin = 4 * kMinute;
constexpr Time kLookEvery = 200 * kMillisecond;
constexpr std::size_t kWorkersMax = 5;
constexpr std::uint64_t kEventsMax = 200000;

class Scenario {
 public:
  Scenario(std::uint64_t seed, DeliveryMode delivery, Trace* trace)
      : world_(seed * 2 + (delivery == DeliveryMode::kExactlyOnce ? 1 : 0), trace),
        delivery_(delivery),
        brokers_(world_, Shape(), Chance(60)) {
    SetCurrentBrokers(&brokers_);
    static_members_ = Chance(40);
    const int workers = Int(1, 3);
    for (int i = 0; i < workers; ++i) AddWorker(MakeSettings(i));
    const int faults = Chance(15) ? 0 : Int(1, 8);
    for (int i = 0; i < faults; ++i) {
      world_.At(world_.random.Between(100 * kMillisecond, kFaultsUntil), [this] { Fault(); });
    }
    // Members come and go without any fault, too.
    const int changes = Int(0, 3);
    for (int i = 0; i < changes; ++i) {
      world_.At(world_.random.Between(100 * kMillisecond, kFaultsUntil), [this] { Change(); });
    }
  }

  RunResult Run() {
    RunResult result;
    Time look = kFaultsUntil;
    bool settled = false;
    while (!settled && world_.now() < kFaultsUntil + kSettleWithin &&
           world_.events() < kEventsMax && world_.RunNext()) {
      if (world_.now() < look) continue;
      look = world_.now() + kLookEvery;
      settled = Settled(brokers_);
    }
    result.events = world_.events();
    result.duration = world_.now();
    result.kills = kills_;
    result.records = std::int64_t{brokers_.input.partitions} * brokers_.input.records;
    End();
    result.fault = Judge(brokers_, delivery_);
    if (result.fault.empty() && !settled) result.fault = "does not settle";
    SetCurrentBrokers(nullptr);
    return result;
  }

 private:
  int Int(int low, int high) { return world_.random.Int(low, high); }
  bool Chance(int percent) { return world_.random.Chance(percent); }

  InputShape Shape() {
    InputShape shape;
    shape.partitions = Int(1, kPartitionsMax);
    shape.records = Int(8, kRecordsMax);
    shape.every = Int(10, 300) * kMillisecond;
    return shape;
  }

  Settings MakeSettings(int slot) {
    Settings settings;
    settings.kafka.common["bootstrap.servers"] = "simulated";
    settings.kafka.producer["queue.buffering.max.messages"] = std::to_string(Int(2, 30));
    settings.kafka.consumer["session.timeout.ms"] =
        std::to_string(brokers_.group.options().session_timeout / kMillisecond);
    if (static_members_) {
      settings.kafka.consumer["group.instance.id"] = fmt::format("worker-{}", slot);
    }
    settings.input.topics = {kInputTopic};
    settings.input.group = "desk";
    settings.input.start = StartOffset::kEarliest;
    settings.output.topic = kOutputTopic;
    settings.dead_letter_topic = kDeadLetterTopic;
    settings.delivery = delivery_;
    settings.transactional_id = fmt::format("desk-{}", slot);
    RuntimeSettings& runtime = settings.runtime;
    runtime.batches = Int(2, 4);
    runtime.batch_articles = Int(1, 5);
    if (Chance(40)) runtime.batch_bytes = static_cast<std::size_t>(Int(60, 300));
    runtime.commit_interval = milliseconds(Int(50, 800));
    runtime.transaction_interval = milliseconds(Int(50, 500));
    if (Chance(30)) {
      runtime.threads = {{{"decode", "canonicalise"}, 1}, {{"match", "tag", "encode"}, 2}};
    }
    return settings;
  }

  void AddWorker(const Settings& settings) {
    const int number = static_cast<int>(workers_.size());
    workers_.push_back(std::make_unique<Worker>(brokers_, number, settings));
    Process& process = workers_.back()->process();
    process.on_silence = [this, &process] { OnSilence(process); };
    workers_.back()->Start();
  }

  // Both ends have a timer for the session.
  void OnSilence(Process& process) {
    brokers_.group.WatchSilence();
    for (const std::weak_ptr<Client>& weak : process.clients) {
      const auto consumer = std::dynamic_pointer_cast<Consumer>(weak.lock());
      if (consumer == nullptr) continue;
      world_.After(brokers_.group.options().session_timeout + Int(0, 1000) * kMillisecond,
                   [consumer] { consumer->LoseIfSilent(); });
    }
  }

  Worker& Any() {
    return *workers_[static_cast<std::size_t>(Int(0, static_cast<int>(workers_.size()) - 1))];
  }
  Time Long() {
    return Chance(50) ? Int(50, 1500) * kMillisecond : Int(2000, 20000) * kMillisecond;
  }

  void Fault() {
    brokers_.trouble = world_.now();
    brokers_.faultless = false;
    Worker& worker = Any();
    Process& process = worker.process();
    const int number = process.number();
    if (Chance(25)) {
      world_.After(Int(0, 2000) * kMillisecond, [this] { Change(); });
    }
    switch (Int(1, 11)) {
      case 1:
      case 2:
      case 3: {
        const int steps = Int(1, 80);
        world_.Note("fault: worker {} dies in {} steps", number, steps);
        ++kills_;
        return process.KillAtStep(steps);
      }
      case 4:
        world_.Note("fault: worker {} dies", number);
        ++kills_;
        return process.Kill();
      case 5: {
        const Time duration = Long();
        world_.Note("fault: worker {} stands still for {} ms", number, duration / kMillisecond);
        return process.Stop(duration);
      }
      case 6: {
        const Time duration = Long();
        world_.Note("fault: worker {} is cut off for {} ms", number, duration / kMillisecond);
        return process.Cut(duration);
      }
      case 7:
        brokers_.slow_until = world_.now() + Long() / 2;
        brokers_.slow_by = (Chance(50) ? Int(10, 500) : Int(500, 8000)) * kMillisecond;
        return world_.Note("fault: the brokers are slow");
      case 8:
        brokers_.unclear_until = world_.now() + Int(100, 10000) * kMillisecond;
        return world_.Note("fault: transactions end late, or are not seen to");
      case 9:
        brokers_.failing_until = world_.now() + Int(100, 1500) * kMillisecond;
        return world_.Note("fault: deliveries fail");
      case 10: {
        const Time duration = Long();
        world_.Note("fault: the stages of worker {} stand still for {} ms", number,
                    duration / kMillisecond);
        return worker.StallStages(duration);
      }
      case 11: {
        const Time ahead = Int(1, 60) * kSecond;
        world_.Note("fault: the clock of worker {} jumps by {} s", number, ahead / kSecond);
        return process.JumpClock(ahead);
      }
    }
  }

  void Change() {
    Worker& worker = Any();
    const int number = worker.process().number();
    const int kind = Int(1, 4);
    if (kind == 1) {
      world_.Note("change: worker {} is restarted", number);
      return worker.Restart();
    }
    const auto staying = std::count_if(workers_.begin(), workers_.end(),
                                       [](const auto& each) { return each->staying(); });
    if (kind == 2 && (staying > 1 || !worker.staying())) {
      world_.Note("change: worker {} leaves", number);
      return worker.Leave();
    }
    if (workers_.size() >= kWorkersMax) return;
    if (kind == 3) return Usurp(worker);
    world_.Note("change: another worker");
    AddWorker(MakeSettings(static_cast<int>(workers_.size())));
  }

  // A worker that stands still is taken for dead, and a second one gets its place and names.
  void Usurp(Worker& worker) {
    if (usurped_ || !worker.staying()) return;
    usurped_ = true;
    brokers_.trouble = world_.now();
    brokers_.faultless = false;
    world_.Note("fault: worker {} stands still and is replaced", worker.process().number());
    worker.process().Stop(Long());
    worker.StayDown();
    AddWorker(worker.settings());
  }

  void End() {
    for (const auto& worker : workers_) worker->End();
    const auto done = [](const auto& worker) { return worker->process().done(); };
    while (!std::all_of(workers_.begin(), workers_.end(), done) && world_.RunNext()) {
    }
  }

  World world_;
  const DeliveryMode delivery_;
  Brokers brokers_;
  bool static_members_ = false;
  bool usurped_ = false;
  std::uint64_t kills_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

RunResult Simulate(std::uint64_t seed, DeliveryMode delivery, Trace* trace) {
  Scenario scenario(seed, delivery, trace);
  return scenario.Run();
}

}  // namespace wiredesk::sim
