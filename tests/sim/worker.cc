#include "tests/sim/worker.h"

#include <chrono>
#include <memory>
#include <utility>

#include "config/check.h"
#include "pipeline/crash_point.h"
#include "pipeline/kafka_client.h"
#include "pipeline/kafka_sink.h"
#include "pipeline/kafka_source.h"
#include "tests/sim/articles.h"

namespace wiredesk {

// The pipeline's own places to die at.
void CrashPoint(std::string_view name) { sim::CurrentProcess().Step(name.data()); }

}  // namespace wiredesk

namespace wiredesk::sim {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectTimeout{30000};

// From here on what is left is taken apart.
class Ending {
 public:
  explicit Ending(Process& process) : process_(process) { process_.SetEnding(false); }
  ~Ending() { process_.SetEnding(true); }

 private:
  Process& process_;
};

}  // namespace

// What app/worker.cc makes for each lane. Taken apart in the reverse order: the lane goes last.
class Worker::Ends {
 public:
  Ends(const Settings& settings, Process& process) : ending_(process) {
    const MonotonicClock now = [&process] {
      return std::chrono::steady_clock::time_point(std::chrono::microseconds(process.clock()));
    };
    KafkaSourceOptions source_options;
    source_options.topics = settings.input.topics;
    source_options.properties = *ConsumerProperties(settings);
    source_options.commit_interval = settings.delivery == DeliveryMode::kExactlyOnce
                                         ? settings.runtime.transaction_interval
                                         : settings.runtime.commit_interval;
    source_options.now = now;
    source = *KafkaSource::Open(source_options);

    KafkaSinkOptions sink_options;
    sink_options.output_topic = settings.output.topic;
    sink_options.dead_letter_topic = settings.dead_letter_topic;
    sink_options.properties = *ProducerProperties(settings.kafka);
    AddTransactions(settings, 0, sink_options.properties);
    sink_options.now = now;
    sink = *KafkaSink::Open(sink_options, *source);
    if (sink->transactional()) source->CommitBy(*sink);

    LaneOptions lane_options;
    lane_options.runtime = settings.runtime;
    lane_options.make_stage = &Articles::MakeStage;
    lane_options.rules = &Articles::rules();
    lane_options.now = now;
    lane = std::move(*Lane::Make(lane_options, *source, *sink));
  }

  std::unique_ptr<Lane> lane;
  std::unique_ptr<KafkaSource> source;
  std::unique_ptr<KafkaSink> sink;

 private:
  Ending ending_;
};

Worker::Worker(Brokers& brokers, int number, const Settings& settings)
    : brokers_(brokers), world_(brokers.world), process_(world_, number), settings_(settings) {}

void Worker::Start() {
  process_.Start([this] {
    bool wait = false;
    while (!over_) {
      try {
        if (std::exchange(wait, true))
          process_.Sleep(world_.random.Between(50, 1500) * kMillisecond);
        stop_ = stop_ && leaving_;
        Live();
        if (leaving_) return;
      } catch (const Killed&) {
      }
      process_.Revive();
      if (leaving_) return;
    }
  });
}

void Worker::Live() {
  world_.Note("worker {}: starts", process_.number());
  process_.SetEnding(false);
  Ends ends(settings_, process_);
  if (ends.sink->transactional() && !ends.sink->InitTransactions(kConnectTimeout).ok()) {
    ++failures_;
    return;
  }
  Lane& lane = *ends.lane;
  WIREDESK_CHECK(ends.source->Subscribe(lane).ok());
  lane.SetDrainHelper([this, &lane] {
    StepStages(lane, 100);
    process_.Sleep(world_.random.Between(1, 10) * kMillisecond);
    return true;
  });
  while (!lane.ended()) {
    process_.Step("a step");
    if (stop_) lane.Stop();
    bool worked = lane.StepPort();
    worked |= StepStages(lane, 70);
    process_.Sleep(worked ? world_.random.Between(100, 2000)
                          : world_.random.Between(10, 100) * kMillisecond);
  }
  const LaneResult result = lane.Finish();
  world_.Note("worker {}: ends: {}", process_.number(),
              result.status.ok() ? "well" : std::string(result.status.message()));
  if (!result.status.ok()) ++failures_;
}

// Some of the workers: a stage may be slow.
bool Worker::StepStages(Lane& lane, int percent) {
  bool worked = false;
  if (world_.now() < stalled_until_) return worked;
  for (std::size_t g = 0; g < lane.group_count(); ++g) {
    for (std::size_t i = 0; i < lane.width(g); ++i) {
      if (world_.random.Chance(percent)) worked |= lane.StepWorker(g, i);
    }
  }
  return worked;
}

void Worker::End() {
  over_ = leaving_ = true;
  process_.Kill();
}

}  // namespace wiredesk::sim
