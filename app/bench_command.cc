// wiredesk bench: measures workers end to end, and checks every output while it does.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "app/bench/bench_options.h"
#include "app/bench/bench_report.h"
#include "app/bench/bench_session.h"
#include "app/bench/report_folder.h"
#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/exit_status.h"
#include "app/log.h"
#include "app/text_output.h"

namespace wiredesk {
namespace {

namespace fs = std::filesystem;

constexpr const char kFooter[] =
    R"(Makes topics of its own, sends the articles, runs workers as processes of their own, and
deletes the topics. Each output is compared with what `wiredesk tag` makes of the article: a run
that lost, doubled or wrongly tagged one fails instead of scoring. docs/PERFORMANCE.md says what
each figure means. Without --brokers a broker inside this program serves; what it costs is not what
Kafka costs: figures to compare want a real one (tools/bench starts one).

Examples:
  wiredesk bench
  wiredesk bench feed.ndjson.gz --rules desk.rules -b kafka-1:9092 --report report/
  wiredesk bench --keywords 10000 --sweep lanes=1,2 --sweep delivery=at_least_once,exactly_once
  wiredesk bench --delivery exactly_once --transaction-interval 100ms --idle-seconds 20
  wiredesk bench --sweep rules=100,1000,10000,100000 --latency-rate 0 --json rules.json
  wiredesk bench --keywords 1000 --name mine --worker-command \
    './mine {brokers} {input} {output} {group} {rules} {delivery}'

Exit status: 0 measured, 1 articles were lost, doubled or tagged wrongly, 64 wrong command line,
66 a file is missing, 69 no broker answered, 75 a worker ended by itself, 78 wrong rules or options,
130 or 143 stopped by SIGINT or SIGTERM)";

// A folder that is gone afterwards, with what is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string pattern = fs::temp_directory_path(error) / "wiredesk-bench-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }  // Empty: it could not be made.

 private:
  std::string path_;
};

int Complain(const absl::Status& status) {
  std::fprintf(stderr, "wiredesk: %s\n", std::string(status.message()).c_str());
  if (absl::IsDataLoss(status)) return kExitFault;
  if (absl::IsNotFound(status)) return kExitNoInput;
  return ExitCodeOf(status);
}

bool WriteResults(const BenchOptions& options, const BenchConditions& conditions,
                  const std::vector<BenchResult>& results) {
  if (!options.json.empty() && !WriteTextFile(options.json, BenchJson(conditions, results))) {
    return false;
  }
  return options.report.empty() || WriteReportFolder(options.report, conditions, results);
}

int Bench(const BenchOptions& options) {
  SetUpLog("error");
  const absl::StatusOr<std::vector<BenchCase>> cases = ExpandCases(options);
  if (!cases.ok()) return Complain(cases.status());
  const TemporaryFolder folder;
  if (folder.path().empty()) {
    std::perror("wiredesk: a temporary folder");
    return kExitIo;
  }
  const auto session = BenchSession::Open(options, folder.path());
  if (!session.ok()) return Complain(session.status());
  BenchConditions conditions;
  conditions.machine = DescribeMachine();
  conditions.broker_is_embedded = (*session)->broker_is_embedded();
  conditions.feed_articles = (*session)->feed().size();
  conditions.feed_bytes = (*session)->feed().bytes();
  std::vector<BenchResult> results;
  for (const BenchCase& scenario : *cases) {
    absl::StatusOr<BenchResult> result = (*session)->Run(scenario);
    if (!result.ok()) {
      const int code = Complain(result.status());
      return (*session)->signal() != 0 ? 128 + (*session)->signal() : code;
    }
    results.push_back(*std::move(result));
  }
  std::fputs(BenchTable(conditions, results).c_str(), stdout);
  return WriteResults(options, conditions, results) ? kExitOk : kExitIo;
}

void AddWorkload(CLI::App& bench, BenchOptions& options) {
  bench.add_option("FILE", options.files, "Articles, as for `feed` (default: the shipped ones)")
      ->check(CLI::ExistingFile);
  bench
      .add_option("-n,--articles", options.articles,
                  "How many to send as fast as it goes; the feed begins again at its end")
      ->check(CLI::Range(1, 1000000000));
  bench.add_option("--repeat", options.repeat, "How many times to send the feed instead")
      ->check(CLI::Range(1, 1000000));
  bench.add_option("--bytes", options.bytes,
                   "Articles of this size, made of the feed's text: 200B to 2MB");
  bench.add_option("-r,--rules", options.packs, "Rule packs (default: the shipped one)")
      ->type_name("PACK")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  bench
      .add_option("--keywords", options.base.keywords,
                  "Instead of packs so many keywords over 50 topics, of the feed's words")
      ->check(CLI::Range(1, 2000000));
  bench
      .add_option("--keywords-file", options.keywords_file,
                  "Keywords of a file: each line a keyword, a tab and its topic")
      ->type_name("TSV")
      ->check(CLI::ExistingFile);
}

void AddSetup(CLI::App& bench, BenchOptions& options) {
  bench
      .add_option("-b,--brokers", options.brokers,
                  "HOST:PORT, several with commas (default: a broker in this program)")
      ->type_name("BROKERS");
  bench
      .add_option("--broker-pid", options.broker_pid,
                  "The broker's process on this machine, to tell its share")
      ->check(CLI::PositiveNumber);
  bench
      .add_option("-X", options.properties,
                  "A librdkafka property; of the worker alone: consumer.NAME, producer.NAME")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  bench.add_option("--partitions", options.base.partitions)
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  bench.add_option("--lanes", options.base.lanes)->check(CLI::Range(1, 256))->capture_default_str();
  bench.add_option("--workers", options.base.workers, "Processes in the group")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  bench.add_option("--delivery", options.delivery, "at_least_once or exactly_once")
      ->check(CLI::IsMember({"at_least_once", "exactly_once"}))
      ->capture_default_str();
  bench
      .add_option("--transaction-interval", options.transaction_interval,
                  "With exactly_once, how often it commits: 10ms to 10s (default: the worker's)")
      ->type_name("DURATION");
  bench
      .add_option("--sweep", options.sweeps,
                  "A row for each value; of rules (keywords), lanes, workers, partitions, bytes, "
                  "delivery, transaction-interval; again for every combination")
      ->type_name("NAME=VALUE,VALUE")
      ->allow_extra_args(false);
  bench
      .add_option("--worker-command", options.worker_command,
                  "Measure another program, by a line for the shell")
      ->type_name("COMMAND");
  bench.add_flag("--count-only", options.count_only,
                 "Count that program's outputs, whatever is in them: for one that does no work");
  bench.add_option("--name", options.base.name, "What is measured, for the report");
}

void AddMeasures(CLI::App& bench, BenchOptions& options) {
  bench
      .add_option("--latency-rate", options.latency_rates,
                  "Articles a second to measure latency at, with commas; 0: don't")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  bench.add_option("--latency-seconds", options.latency_seconds, "How long at each rate")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  bench
      .add_option("--idle-seconds", options.idle_seconds,
                  "So long without articles, for the processor time that waiting takes; 0: don't")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  bench.add_option("--patience", options.patience_seconds, "Seconds without output until it fails")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  bench.add_option("--json", options.json, "Write all figures")->type_name("FILE");
  bench.add_option("--report", options.report, "Write tables and plots into this folder")
      ->type_name("DIR");
}

}  // namespace

void AddBenchCommand(CLI::App& app, CommandAction& action) {
  CLI::App* bench = app.add_subcommand("bench", "Measure throughput, cost and latency, end to end");
  const auto options = std::make_shared<BenchOptions>();
  AddWorkload(*bench, *options);
  AddSetup(*bench, *options);
  AddMeasures(*bench, *options);
  bench->footer(kFooter);
  bench->callback([options, &action] {
    if (options->base.name.empty()) {
      options->base.name = options->worker_command.empty() ? "wiredesk" : "worker command";
    }
    action = [options] { return Bench(*options); };
  });
}

}  // namespace wiredesk
