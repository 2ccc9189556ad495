// wiredesk run: the worker.
#include <errno.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "app/commands.h"
#include "app/confinement.h"
#include "app/exit_codes.h"
#include "app/exit_status.h"
#include "app/health_server.h"
#include "app/log.h"
#include "app/metrics_text.h"
#include "app/rule_packs.h"
#include "app/rule_reloader.h"
#include "app/signals.h"
#include "app/worker.h"
#include "app/worker_rules.h"
#include "config/kafka_properties.h"
#include "config/settings.h"
#include "pipeline/watchdog.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr const char kFooter[] =
    R"(What it does with articles, rules and topics is in the settings file; docs/CONFIG.md explains
each setting. Input, output and dead-letter topic must exist.

SIGTERM and SIGINT: takes nothing more in, finishes and commits what there is, leaves the group. A
second one leaves at once; what was not committed is done again by the next worker.
SIGHUP: reads and compiles the rules again, and changes to them between two batches. If they are
wrong the present ones stay.

Examples:
  wiredesk run -c config/worker.yaml
  wiredesk run -c config/worker.yaml --until-end      a batch run: stops at the end of the input
  wiredesk run -c config/worker.yaml --check          only reads settings and rules

Exit status:
  0   clean stop, or the end was reached     70  internal error
  64  wrong command line                     74  reading or writing failed
  65  no valid offset to read from           75  stopped by a failure that a restart may cure
  69  no broker answered                     78  wrong settings, rules, topics or permissions
  79  stopped with work unfinished: the broker did not take it in time
  80  fenced: another worker took over this one's transactional_id
  81  ended by force, as something hung at the end; nothing is lost
  130, 143  left at once after a second SIGINT or SIGTERM)";

// The lanes have their own deadline; this much later a lane that hangs is left behind.
constexpr milliseconds kGrace{15000};

constexpr int kBeatEveryMs = 500;         // So that the watchdog sees that this thread gets on.
constexpr milliseconds kLookEvery{1000};  // For changes of the rules.

struct RunOptions {
  std::string config;
  bool until_end = false;
  bool check = false;
};

int Complain(const absl::Status& status) {
  spdlog::error("{}", std::string(status.message()));
  return ExitCodeOf(status);
}

// Drives the worker until it ends: signals, statistics, and the deadline of a stop.
class Supervisor {
 public:
  // `hangups` from before `rules` were loaded.
  Supervisor(const Settings& settings, KafkaWorker& worker, WorkerRules& rules, RulesHolder& holder,
             ReloadSignal& hangups, Watchdog& watchdog)
      : settings_(settings),
        worker_(worker),
        watchdog_(watchdog),
        holder_(holder),
        hangups_(hangups),
        reloader_(rules, holder, kLookEvery),
        last_(Sample()),
        first_(last_) {
    rules.WakeBy(reloader_.wake_fd());
    if (Clock::duration(settings.statistics_interval).count() > 0) {
      statistics_due_ = last_.time + settings.statistics_interval;
    }
  }

  int Run() {
    auto health = StartHealth();
    if (!health.ok()) return Complain(health.status());
    reloader_.Start();
    watchdog_.Start();
    worker_.Start();
    const Watchdog::Watch watch(&watchdog_, "main");
    while (!Wait()) {
      if (const int signal = signals_.Take(); signal != 0) OnSignal(signal);
      if (hangups_.Take() != 0) OnHangup();
      const Clock::time_point now = Clock::now();
      if (statistics_due_ && now >= *statistics_due_) PrintStatistics();
      if (stop_deadline_ && now >= *stop_deadline_) {
        spdlog::error("stopped with a lane that does not end; what is not committed is done again");
        LeaveAtOnce(kExitDrainTimeout);
      }
    }
    watchdog_.EndBy(Clock::now() + kGrace, kExitHung);
    const LaneResult result = worker_.Join();
    PrintSummary();
    if (!result.status.ok()) {
      spdlog::error("stopped: {}", std::string(result.status.message()));
      return ExitCodeOf(result.status);
    }
    if (!result.drained) {
      spdlog::error("stopped with work unfinished; what is not committed is done again");
      return kExitDrainTimeout;
    }
    spdlog::info("stopped: everything taken in is delivered and committed");
    return kExitOk;
  }

 private:
  // Sleeps until there is something to do. True: the worker has ended.
  bool Wait() {
    std::optional<Clock::time_point> due = statistics_due_;
    if (stop_deadline_ && (!due || *stop_deadline_ < *due)) due = stop_deadline_;
    int timeout_ms = kBeatEveryMs;
    if (due) {
      const auto left = std::chrono::ceil<milliseconds>(*due - Clock::now());
      timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, timeout_ms));
    }
    BeatOfThread();
    pollfd fds[] = {
        {worker_.ended_fd(), POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {hangups_.fd(), POLLIN, 0}};
    return poll(fds, 3, timeout_ms) > 0 && (fds[0].revents & POLLIN) != 0;
  }

  void OnSignal(int signal) {
    const char* name = signal == SIGINT ? "SIGINT" : "SIGTERM";
    if (stop_deadline_) {
      spdlog::warn("{} again: leaving at once", name);
      LeaveAtOnce(128 + signal);
    }
    spdlog::info("{}: finishing what was taken in, at most {} s (again: leave at once)", name,
                 std::chrono::ceil<std::chrono::seconds>(settings_.runtime.drain_timeout).count());
    stop_deadline_ = Clock::now() + settings_.runtime.drain_timeout + kGrace;
    worker_.Stop();
  }

  void OnHangup() {
    if (stop_deadline_) return;
    spdlog::info("SIGHUP: reloading the rules");
    reloader_.Request();
  }

  // Null if the settings want none.
  absl::StatusOr<std::unique_ptr<HealthServer>> StartHealth() {
    if (settings_.metrics_listen.empty()) return nullptr;
    auto server = HealthServer::Start(
        settings_.metrics_listen,
        {[this] { return Health(); }, [this] { return Ready(); },
         [this] { return MetricsText(Sample(), worker_.Partitions(), watchdog_.Still()); }});
    if (server.ok()) spdlog::info("metrics at {}/metrics", (*server)->url());
    return server;
  }

  // Never the broker's fault: a restart would cure nothing.
  HealthAnswer Health() const {
    HealthAnswer answer{true, "ok"};
    for (const Watchdog::Stillness& still : watchdog_.Still()) {
      const bool is_stuck = !still.waits_for_broker;
      if (answer.good) answer.text.clear();
      answer.good = answer.good && !is_stuck;
      fmt::format_to(std::back_inserter(answer.text), "{}thread {} has {} for {:.1f} s",
                     answer.text.empty() ? "" : "; ", still.thread,
                     is_stuck ? "been stuck" : "waited for the broker",
                     std::chrono::duration<double>(still.time).count());
    }
    return answer;
  }

  HealthAnswer Ready() const {
    if (HealthAnswer health = Health(); !health.good) return health;
    const StatisticsSample sample = worker_.Sample();
    if (sample.partitions < 0) return {false, "joining the group"};
    if (sample.stalled > 0) return {false, "stalled: the broker does not take the results"};
    return {true, "ok"};
  }

  StatisticsSample Sample() const {
    StatisticsSample sample = worker_.Sample();
    sample.rules = holder_.Get()->hash();
    sample.reloads = reloader_.reloads();
    sample.failed_reloads = reloader_.failed_reloads();
    return sample;
  }

  // Without destructors: they would wait for what hangs.
  [[noreturn]] static void LeaveAtOnce(int code) {
    spdlog::default_logger()->flush();
    std::fflush(nullptr);
    _exit(code);
  }

  void PrintStatistics() {
    const StatisticsSample now = Sample();
    spdlog::info("{}", StatisticsLine(last_, now));
    last_ = now;
    if (statistics_due_) statistics_due_ = now.time + settings_.statistics_interval;
  }

  void PrintSummary() {
    const StatisticsSample now = worker_.Sample();
    const CounterSnapshot& counters = now.counters;
    const double seconds = std::chrono::duration<double>(now.time - first_.time).count();
    spdlog::info("in all: {} articles in, {} out, {} dead letters, {} tags, in {:.1f} s",
                 WithThousands(counters.articles_in), WithThousands(counters.articles_out),
                 WithThousands(counters.dead_letters_sum()), WithThousands(counters.tags_out),
                 seconds);
  }

  const Settings& settings_;
  KafkaWorker& worker_;
  Watchdog& watchdog_;
  RulesHolder& holder_;
  ReloadSignal& hangups_;
  StopSignals signals_;
  RuleReloader reloader_;  // After the signals, which its thread must not get.
  StatisticsSample last_;
  const StatisticsSample first_;
  std::optional<Clock::time_point> statistics_due_;
  std::optional<Clock::time_point> stop_deadline_;
};

// The rules of settings' files alone: no broker is asked.
int CheckOnly(const RunOptions& options, const Settings& settings) {
  std::string rules = "rules are those of topic " + settings.rules.topic;
  if (!settings.rule_packs.empty()) {
    const auto compiled = LoadCompiledRules(settings.rule_packs, LoadOptionsOf(settings));
    if (compiled == nullptr) return kExitConfig;
    rules = "rules " + std::string(compiled->hash());
    if (!settings.rules.topic.empty()) rules += ", without those of topic " + settings.rules.topic;
  }
  std::printf("%s: settings and rules are valid (%s)\n", options.config.c_str(), rules.c_str());
  return kExitOk;
}

// Null if they are wrong, which is said.
std::shared_ptr<const CompiledRules> LoadFirst(WorkerRules& rules) {
  if (!MatcherWorks()) return nullptr;
  const RuleLoad load = rules.Load(-1);
  std::fputs(Render(load.diagnostics).c_str(), stderr);
  return load.compiled;
}

int RunWorker(const RunOptions& options) {
  if (const absl::Status status = TurnOffCoreDumps(); !status.ok()) {
    std::fprintf(stderr, "wiredesk: %s\n", std::string(status.message()).c_str());
    return ExitCodeOf(status);
  }
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(options.config, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!settings) return kExitConfig;
  if (options.check) return CheckOnly(options, *settings);

  SetUpLog(settings->log_level, HiddenValues(settings->kafka));
  ReloadSignal hangups;  // From here on one is a wish that is kept, and not the end.
  WorkerOptions worker_options;
  worker_options.until_end = options.until_end;
  WorkerRules rules(*settings);
  if (const absl::Status status = rules.Connect(worker_options.connect_timeout); !status.ok()) {
    return Complain(status);
  }
  std::shared_ptr<const CompiledRules> compiled = LoadFirst(rules);
  if (compiled == nullptr) return kExitConfig;
  RulesHolder holder(std::move(compiled));
  PrintStacksOfCrashes(program_invocation_name);
  Watchdog watchdog({settings->runtime.unhealthy_after, settings->runtime.abort_after});
  worker_options.watchdog = &watchdog;
  auto worker = KafkaWorker::Open(*settings, holder, worker_options);
  if (!worker.ok()) return Complain(worker.status());
  spdlog::info("group {}: {} -> {}, {} lane(s), rules {}", settings->input.group,
               fmt::join(settings->input.topics, ", "), settings->output.topic,
               (*worker)->lane_count(), holder.Get()->hash());
  const int status = Supervisor(*settings, **worker, rules, holder, hangups, watchdog).Run();
  worker->reset();  // While the watchdog still sees to it that this has an end.
  return status;
}

}  // namespace

void AddRunCommand(CLI::App& app, CommandAction& action) {
  CLI::App* run = app.add_subcommand("run", "Tag articles from a Kafka topic, into another one");
  const auto options = std::make_shared<RunOptions>();
  run->add_option("-c,--config", options->config, "Settings (YAML), such as config/worker.yaml")
      ->required()
      ->type_name("FILE");
  run->add_flag("--until-end", options->until_end,
                "Stop when the input is read up to where it ends now");
  run->add_flag("--check", options->check, "Check settings and rules, and stop");
  run->footer(kFooter);
  run->callback([options, &action] { action = [options] { return RunWorker(*options); }; });
}

}  // namespace wiredesk
