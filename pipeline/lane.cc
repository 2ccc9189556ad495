#include "pipeline/lane.h"

#include <atomic>
#include <bit>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>

#include "absl/strings/str_cat.h"
#include "pipeline/duty_cycle.h"

namespace wiredesk {

namespace {

// Nothing but a bell and the commit interval wakes an idle thread; this bounds the harm of a source
// that can't ring.
constexpr std::chrono::milliseconds kParkMax{100};

// Links from every one of `senders` to every one of `receivers`, as links[sender][receiver].
std::vector<std::vector<BatchLink*>> MakeLinks(std::size_t senders,
                                               const std::vector<Doorbell*>& receivers,
                                               std::size_t capacity,
                                               std::vector<std::unique_ptr<BatchLink>>& owner) {
  std::vector<std::vector<BatchLink*>> links(senders);
  for (std::vector<BatchLink*>& row : links) {
    for (Doorbell* receiver : receivers) {
      row.push_back(owner.emplace_back(std::make_unique<BatchLink>(capacity, *receiver)).get());
    }
  }
  return links;
}

// What receiver `index` reads: one column of `links`.
std::vector<BatchLink*> Column(const std::vector<std::vector<BatchLink*>>& links,
                               std::size_t index) {
  std::vector<BatchLink*> column;
  for (const std::vector<BatchLink*>& row : links) column.push_back(row[index]);
  return column;
}

// Names the calling thread, as shown by `top -H`; at most 15 bytes.
std::string NameThread(const Worker& worker, std::size_t index) {
  std::string name(worker.stages().empty() ? "worker" : worker.stages().front()->name());
  name = name.substr(0, 12) + "." + std::to_string(index % 100);
  pthread_setname_np(pthread_self(), name.c_str());
  return name;
}

}  // namespace

struct Lane::Threads {
  std::atomic<bool> stop = false;
  std::vector<std::thread> workers;
};

Lane::Lane(const LaneOptions& options, Source& source, Sink& sink)
    : name_(options.name),
      has_threads_(!options.runtime.threads.empty()),
      watchdog_(options.watchdog),
      port_(options.runtime, options.rules, source, sink, options.now),
      threads_(std::make_unique<Threads>()) {}

Lane::~Lane() { StopWorkers(); }

absl::StatusOr<std::unique_ptr<Lane>> Lane::Make(const LaneOptions& options, Source& source,
                                                 Sink& sink) {
  std::unique_ptr<Lane> lane(new Lane(options, source, sink));
  if (absl::Status status = lane->MakeGroups(options); !status.ok()) return status;
  lane->Connect(static_cast<std::size_t>(options.runtime.batches));
  return lane;
}

absl::Status Lane::MakeGroups(const LaneOptions& options) {
  bool have_doorbells = port_.doorbell().ok();
  std::vector<RuntimeSettings::StageGroup> groups = options.runtime.threads;
  if (!has_threads_) groups = {{{kStageNames.begin(), kStageNames.end()}, 1}};
  for (const RuntimeSettings::StageGroup& group : groups) {
    const auto width = static_cast<std::size_t>(group.width);
    Group& workers = groups_.emplace_back();
    for (std::size_t index = 0; index < width; ++index) {
      std::vector<std::unique_ptr<Stage>> stages;
      for (const std::string& name : group.stages) {
        stages.push_back(options.make_stage(name));
        if (stages.back() == nullptr) {
          return absl::InvalidArgumentError(absl::StrCat("there is no stage \"", name, "\""));
        }
      }
      workers.push_back(std::make_unique<Worker>(std::move(stages), index, width));
      have_doorbells = have_doorbells && workers.back()->doorbell().ok();
    }
  }
  if (!have_doorbells) {
    return absl::ResourceExhaustedError("the system gives no eventfd: raise `ulimit -n`");
  }
  return absl::OkStatus();
}

// Links each group to the next, with the port as the first sender and the last receiver.
void Lane::Connect(std::size_t batch_count) {
  const std::size_t capacity = std::bit_ceil(batch_count);
  std::vector<std::vector<BatchLink*>> into;  // [sender][receiver] of the present group.
  std::vector<std::vector<BatchLink*>> first;
  for (std::size_t g = 0; g <= groups_.size(); ++g) {
    std::vector<Doorbell*> receivers;
    if (g == groups_.size()) {
      receivers.push_back(&port_.doorbell());
    } else {
      for (const auto& worker : groups_[g]) receivers.push_back(&worker->doorbell());
    }
    const std::size_t senders = g == 0 ? 1 : groups_[g - 1].size();
    std::vector<std::vector<BatchLink*>> out_of = MakeLinks(senders, receivers, capacity, links_);
    if (g == 0) first = out_of;
    for (std::size_t i = 0; g > 0 && i < senders; ++i) {
      groups_[g - 1][i]->Connect(Column(into, i), out_of[i]);
    }
    into = std::move(out_of);
  }
  port_.Connect(first[0], Column(into, 0));
}

LaneResult Lane::Run() {
  const Watchdog::Watch watch(watchdog_, name_ + " port");
  LaneResult result;
  if (has_threads_) {
    result.status = StartWorkers();
  } else {
    port_.SetDrainHelper([this] { return StepWorkers(); });
  }
  if (result.status.ok()) {
    RunDutyCycle(
        port_.doorbell(), kParkMax, [this] { return port_.ended(); },
        [this] {
          const bool worked = port_.Step();
          return (!has_threads_ && StepWorkers()) || worked;
        });
    result = port_.Finish();
  }
  StopWorkers();
  return result;
}

bool Lane::StepWorkers() {
  bool worked = false;
  for (const Group& group : groups_) {
    for (const auto& worker : group) worked |= worker->Step();
  }
  return worked;
}

absl::Status Lane::StartWorkers() {
  try {
    for (const Group& group : groups_) {
      for (std::size_t index = 0; index < group.size(); ++index) {
        threads_->workers.emplace_back([this, worker = group[index].get(), index,
                                        threads = threads_.get()] {
          const Watchdog::Watch watch(watchdog_, name_ + " " + NameThread(*worker, index));
          // Acquire, partner: the release store in StopWorkers().
          const auto stopped = [threads] { return threads->stop.load(std::memory_order_acquire); };
          RunDutyCycle(worker->doorbell(), kParkMax, stopped, [worker] { return worker->Step(); });
        });
      }
    }
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat("can't start a thread: ", error.what()));
  }
  return absl::OkStatus();
}

void Lane::StopWorkers() {
  // Release, partner: the acquire load in each worker's `stopped`. The bells wake those who sleep.
  threads_->stop.store(true, std::memory_order_release);
  for (const Group& group : groups_) {
    for (const auto& worker : group) worker->doorbell().Wake();
  }
  for (std::thread& thread : threads_->workers) thread.join();
  threads_->workers.clear();
}

}  // namespace wiredesk
