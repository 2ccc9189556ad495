#include "app/bench/bench_run.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "app/bench/bench_limits.h"
#include "app/bench/worker_log.h"
#include "app/rule_child.h"
#include "app/text_output.h"
#include "pipeline/kafka_client.h"
#include "pipeline/statistics.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnectTimeout{30000};
constexpr milliseconds kLookEvery{5};
constexpr milliseconds kTakeUsageEvery{50};
constexpr std::chrono::seconds kStopPatience{40};
// Unread in a partition of an embedded broker, which keeps 5 MiB.
constexpr std::uint64_t kAheadArticles = 256;
constexpr std::uint64_t kAheadBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kWarmUpArticles = 16;  // To each partition.
constexpr milliseconds kBeforeIdle{2000};      // For what follows the last articles: commits.

double Seconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

std::uint64_t ArticlesAt(double rate, std::chrono::seconds time) {
  return static_cast<std::uint64_t>(rate * static_cast<double>(time.count()));
}

}  // namespace

BenchRun::BenchRun(const BenchPlan& plan, const BenchCase& scenario, BenchBroker& broker,
                   const BenchFeed& feed, const BenchReference& reference, BenchPlaces places,
                   std::vector<std::string> rules, StopSignals& signals)
    : plan_(plan),
      scenario_(scenario),
      broker_(broker),
      feed_(feed),
      reference_(reference),
      places_(std::move(places)),
      rules_(std::move(rules)),
      signals_(signals) {}

BenchRun::~BenchRun() {
  workers_.clear();
  if (reader_ == nullptr) return;
  reader_.reset();
  broker_.RemoveTopics({places_.input, places_.output, places_.dead_letters}, places_.group);
}

absl::StatusOr<BenchResult> BenchRun::Run() {
  BenchResult result;
  result.scenario = scenario_;
  result.is_own = plan_.worker_command.empty();
  result.tags_checked = reference_.comparison != TagComparison::kNothing;
  if (result.is_own) result.stages = reference_.stages;
  absl::Status status = Prepare();
  if (status.ok()) status = MeasureThroughput(result);
  for (const double rate : plan_.latency_rates) {
    if (status.ok()) status = MeasureLatency(rate, result);
  }
  if (status.ok() && plan_.idle_time.count() > 0) status = MeasureIdle(result);
  if (status.ok()) status = Finish(result);
  progress_.Erase();
  if (!status.ok()) return status;
  return result;
}

absl::Status BenchRun::Prepare() {
  const absl::Status made = broker_.MakeTopics(
      {places_.input, places_.output, places_.dead_letters}, scenario_.partitions);
  if (!made.ok()) return made;
  std::uint64_t inputs = plan_.articles;
  for (const double rate : plan_.latency_rates) {
    inputs += ArticlesAt(rate, plan_.latency_time) + warm_up_articles();
  }
  auto reader = OutputReader::Open(broker_.properties(), places_.output, places_.dead_letters,
                                   scenario_.partitions, OutputCheck(reference_, inputs));
  if (!reader.ok()) return reader.status();
  reader_ = *std::move(reader);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Feeder>> BenchRun::OpenFeeder(const char* linger_ms) const {
  KafkaSettings settings;
  settings.common = broker_.properties();
  settings.producer = {{"linger.ms", linger_ms},
                       {"message.timeout.ms", "120000"},
                       {"message.max.bytes", std::to_string(kBenchArticleBytesMax + 10000)}};
  const absl::StatusOr<KafkaProperties> properties = ProducerProperties(settings);
  if (!properties.ok()) return properties.status();
  return Feeder::Open(*properties, places_.input, kConnectTimeout);
}

absl::Status BenchRun::StartWorkers() {
  started_at_ = Clock::now();
  for (int i = 0; i < scenario_.workers; ++i) {
    const std::string base = fmt::format("{}/{}-{}", places_.folder, places_.group, i);
    std::vector<std::string> arguments;
    if (plan_.worker_command.empty()) {
      KafkaSettings kafka = plan_.kafka;
      kafka.common = broker_.properties();
      if (!WriteTextFile(base + ".yaml",
                         WorkerSettingsText(scenario_, places_, kafka, rules_, i))) {
        return absl::DataLossError("the worker's settings could not be written");
      }
      arguments = {CompileProgram(), "run", "-c", base + ".yaml"};
    } else {
      const std::string brokers = BrokersOf(broker_.properties());
      arguments = {
          "/bin/sh", "-c",
          WorkerShellCommand(plan_.worker_command, scenario_, places_, brokers, rules_[0])};
    }
    absl::StatusOr<ChildProcess> worker = ChildProcess::Start(std::move(arguments), base + ".log");
    if (!worker.ok()) return worker.status();
    workers_.push_back(*std::move(worker));
  }
  return absl::OkStatus();
}

bool BenchRun::Send(Feeder& feeder) {
  const std::string key = std::to_string(sent_);
  const auto partition = static_cast<std::int32_t>(sent_ % scenario_.partitions);
  if (!feeder.Send({feed_.At(sent_), key}, partition)) return false;
  ++sent_;
  return true;
}

bool BenchRun::FeedSome(Feeder& feeder, std::uint64_t articles) {
  const auto partitions = static_cast<std::uint64_t>(scenario_.partitions);
  const std::uint64_t mean_bytes = feed_.bytes() / feed_.size() + 1;
  const std::uint64_t ahead =
      broker_.is_embedded() ? std::min(kAheadArticles, kAheadBytes / mean_bytes + 1) : articles;
  bool sent = false;
  for (int i = 0; i < 256 && sent_ < articles; ++i) {
    if (sent_ - reader_->received() >= ahead * partitions || !Send(feeder)) break;
    sent = true;
  }
  feeder.Poll(milliseconds(sent ? 0 : 1));
  return sent;
}

absl::Status BenchRun::MeasureThroughput(BenchResult& result) {
  auto feeder = OpenFeeder("5");
  if (!feeder.ok()) return feeder.status();
  // All that may be there before the workers start.
  while (FeedSome(**feeder, plan_.articles) || (!broker_.is_embedded() && sent_ < plan_.articles)) {
    if (absl::Status status = Check(**feeder); !status.ok()) return status;
    ShowProgress(0, plan_.articles, "sending");
  }
  while (!(*feeder)->idle()) (*feeder)->Poll(milliseconds(20));
  if (absl::Status status = Check(**feeder); !status.ok()) return status;
  const std::optional<double> broker_before = broker_.cpu_seconds();
  if (absl::Status status = StartWorkers(); !status.ok()) return status;
  if (absl::Status status = WaitFor(plan_.articles, **feeder); !status.ok()) return status;
  const double cpu_seconds = TakeUsage().cpu_seconds;
  const std::optional<double> broker_after = broker_.cpu_seconds();
  // By when they were written, and not when they were read: the reader may be late.
  const WriteTimes written = reader_->write_times();
  const std::int64_t half = written.MomentOf(plan_.articles / 2);
  const auto rest = static_cast<double>(plan_.articles - written.CountBy(half));
  const auto articles = static_cast<double>(plan_.articles);
  const double seconds =
      static_cast<double>(std::max<std::int64_t>(written.last() - written.first(), 1)) / 1e3;
  result.articles = plan_.articles;
  result.input_bytes = (*feeder)->counts().sent_bytes;
  result.articles_per_second = articles / seconds;
  result.megabytes_per_second = static_cast<double>(result.input_bytes) / 1e6 / seconds;
  result.cpu_per_100k = cpu_seconds / articles * 1e5;
  result.cpu_per_100k_second_half = rest > 0 ? (cpu_seconds - cpu_.At(half)) / rest * 1e5 : 0;
  result.startup_seconds = Seconds(reader_->first_at() - started_at_);
  if (result.is_own && workers_.size() == 1) {
    result.join_seconds = SecondsOfJoin(workers_.front().Log());
  }
  if (broker_before && broker_after) {
    result.broker_cpu_per_100k = (*broker_after - *broker_before) / articles * 1e5;
  }
  return absl::OkStatus();
}

absl::Status BenchRun::SendOnSchedule(Feeder& feeder, const SendSchedule& schedule) {
  const std::uint64_t end = schedule.first + schedule.count;
  while (sent_ < end) {
    // Late or not, the time that counts is the one that was due.
    const Clock::time_point due = schedule.DueAt(sent_);
    while (Clock::now() < due) {
      feeder.Poll(milliseconds(0));
      std::this_thread::sleep_until(std::min(due, Clock::now() + milliseconds(50)));
    }
    if (!Send(feeder)) feeder.Poll(milliseconds(1));
    if (sent_ % 64 == 0) feeder.Poll(milliseconds(0));
    if (absl::Status status = Check(feeder); !status.ok()) return status;
    ShowProgress(schedule.first, end,
                 fmt::format("at {:.0f}/s", 1e9 / static_cast<double>(schedule.interval.count())));
  }
  return absl::OkStatus();
}

std::uint64_t BenchRun::warm_up_articles() const {
  return kWarmUpArticles * static_cast<std::uint64_t>(scenario_.partitions);
}

absl::Status BenchRun::WarmUp(Feeder& feeder) {
  const std::uint64_t end = sent_ + warm_up_articles();
  while (sent_ < end) {
    if (!Send(feeder)) feeder.Poll(milliseconds(1));
    if (absl::Status status = Check(feeder); !status.ok()) return status;
  }
  return WaitFor(end, feeder);
}

absl::Status BenchRun::MeasureLatency(double rate, BenchResult& result) {
  auto feeder = OpenFeeder("0");
  if (!feeder.ok()) return feeder.status();
  if (absl::Status status = WarmUp(**feeder); !status.ok()) return status;
  SendSchedule schedule;
  schedule.first = sent_;
  schedule.count = ArticlesAt(rate, plan_.latency_time);
  schedule.interval = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / rate));
  schedule.start = Clock::now() + milliseconds(100);
  reader_->BeginSchedule(schedule);
  if (absl::Status status = SendOnSchedule(**feeder, schedule); !status.ok()) return status;
  if (absl::Status status = WaitFor(sent_, **feeder); !status.ok()) return status;
  while (!(*feeder)->idle()) (*feeder)->Poll(milliseconds(20));
  LatencyResult latency;
  latency.rate = rate;
  latency.rate_reached = static_cast<double>(schedule.count) /
                         std::max(Seconds(reader_->last_at() - schedule.start), 1e-6);
  latency.latency = reader_->EndSchedule();
  result.latencies.push_back(std::move(latency));
  return absl::OkStatus();
}

absl::Status BenchRun::MeasureIdle(BenchResult& result) {
  const auto wait_until = [this](Clock::time_point end) {
    absl::Status status;
    while (status.ok() && Clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(50));
      status = Check();
    }
    return status;
  };
  if (absl::Status status = wait_until(Clock::now() + kBeforeIdle); !status.ok()) return status;
  const Clock::time_point start = Clock::now();
  const double before = TakeUsage().cpu_seconds;
  if (absl::Status status = wait_until(start + plan_.idle_time); !status.ok()) return status;
  const double used = TakeUsage().cpu_seconds - before;
  result.idle_cpu_share = used / Seconds(Clock::now() - start) / scenario_.workers;
  return absl::OkStatus();
}

absl::Status BenchRun::WaitFor(std::uint64_t count, Feeder& feeder) {
  Clock::time_point moved = Clock::now();
  std::uint64_t last = reader_->received();
  while (reader_->received() < count) {
    if (!FeedSome(feeder, plan_.articles)) std::this_thread::sleep_for(kLookEvery);
    if (absl::Status status = Check(feeder); !status.ok()) return status;
    ShowProgress(0, std::max(count, plan_.articles), "");
    if (Clock::now() - looked_at_ > kTakeUsageEvery) TakeUsage();
    const std::uint64_t now = reader_->received();
    if (now != last) {
      last = now;
      moved = Clock::now();
    } else if (Clock::now() - moved > plan_.patience) {
      return absl::DataLossError(fmt::format(
          "no output for {} s: {} of {} articles have one. The worker's last lines:\n{}",
          plan_.patience.count(), WithThousands(now), WithThousands(sent_),
          workers_.front().LogTail()));
    }
  }
  return absl::OkStatus();
}

absl::Status BenchRun::Check(const Feeder& feeder) {
  if (feeder.counts().failed > 0) {
    return absl::UnavailableError("the broker did not take the feed: " + feeder.first_failure());
  }
  return Check();
}

absl::Status BenchRun::Check() {
  signal_ = signals_.Take();
  if (signal_ != 0) return absl::CancelledError("stopped before the end: nothing is scored");
  for (ChildProcess& worker : workers_) {
    const std::optional<int> end = worker.ended();
    if (!end) continue;
    return absl::AbortedError(
        fmt::format("the worker {}; its last lines:\n{}", DescribeEnd(*end), worker.LogTail()));
  }
  return absl::OkStatus();
}

absl::Status BenchRun::Finish(BenchResult& result) {
  result.memory_peak_bytes = TakeUsage().memory_peak_bytes;
  for (ChildProcess& worker : workers_) {
    const int end = worker.Stop(kStopPatience);
    const bool is_own = plan_.worker_command.empty();
    if (is_own && !(WIFEXITED(end) && WEXITSTATUS(end) == 0)) {
      return absl::AbortedError(
          fmt::format("the worker {} when it was stopped; its last lines:\n{}", DescribeEnd(end),
                      worker.LogTail()));
    }
  }
  return reader_->ReadToEnd(sent_);
}

ProcessUsage BenchRun::TakeUsage() {
  ProcessUsage sum;
  const std::int64_t moment = MomentNow();
  for (const ChildProcess& worker : workers_) {
    const ProcessUsage usage = worker.usage();
    sum.cpu_seconds += usage.cpu_seconds;
    sum.memory_peak_bytes += usage.memory_peak_bytes;
  }
  cpu_.Add(moment, sum.cpu_seconds);
  looked_at_ = Clock::now();
  return sum;
}

void BenchRun::ShowProgress(std::uint64_t first, std::uint64_t end, const std::string& what) {
  if (!progress_.due()) return;
  const std::uint64_t done = (workers_.empty() ? sent_ : reader_->received()) - first;
  std::string text = scenario_.name;
  if (!what.empty()) text += " " + what;
  text += fmt::format("  {} of {} articles", WithThousands(done), WithThousands(end - first));
  progress_.Show(static_cast<double>(done) / static_cast<double>(end - first), text);
}

}  // namespace wiredesk
