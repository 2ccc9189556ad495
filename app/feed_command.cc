// wiredesk feed: articles from files to a topic.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/exit_status.h"
#include "app/feed_reader.h"
#include "app/feeder.h"
#include "app/log.h"
#include "app/progress_line.h"
#include "app/signals.h"
#include "config/diagnostic.h"
#include "config/kafka_properties.h"
#include "config/settings.h"
#include "config/source_report.h"
#include "pipeline/kafka_client.h"
#include "pipeline/statistics.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char kFooter[] =
    R"(FILE is NDJSON (each line a record, its key the article's "id"), or one plain-text article
(no key); gzip and zstd are read as what they hold; - is standard input. The topic must exist.

Examples:
  wiredesk feed data/sample-feed.ndjson --to news.raw
  wiredesk feed feed.ndjson.gz --to news.raw --rate 500 --repeat 10
  wiredesk feed data/seed-article.txt --to news.raw -b kafka-1:9092,kafka-2:9092
  wiredesk feed feed.ndjson --to news.raw -X linger.ms=50 -X compression.codec=zstd
  wiredesk feed feed.ndjson --to news.raw -c worker.yaml    (its brokers, and its access to them)

Exit status: 0 every record was delivered, 66 a file is missing, 69 no broker answered, 74 a file
can't be read or records were not delivered, 77 the broker refuses access, 78 the topic does not
exist or a property is wrong, 130 or 143 stopped by SIGINT or SIGTERM)";

constexpr milliseconds kConnectTimeout{30000};
// An outage of the broker that lasts this long fails the records that wait.
constexpr const char kDeliveryTimeoutMs[] = "120000";

constexpr const char kBrokers[] = "localhost:9092";

struct FeedOptions {
  std::vector<std::string> files;
  std::string topic;
  std::string config;   // A worker's settings, whose `kafka:` counts; may be empty.
  std::string brokers;  // Empty: as `config` says, or kBrokers.
  std::vector<std::string> properties;
  double rate = 0;  // Records a second; 0: as fast as it goes.
  std::uint64_t repeat = 1;
  std::uint64_t start_number = 1;
  std::string partition_by = "key";
};

// Of options.config, or empty. Null: they are wrong, which is said.
std::optional<KafkaSettings> LoadKafkaSettings(const FeedOptions& options) {
  if (options.config.empty()) return KafkaSettings();
  Diagnostics diagnostics;
  std::optional<Settings> settings = LoadSettings(options.config, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!settings) return std::nullopt;
  return std::move(settings->kafka);
}

absl::StatusOr<KafkaProperties> MakeProperties(const FeedOptions& options, KafkaSettings settings) {
  if (!options.brokers.empty()) {
    settings.producer.erase("bootstrap.servers");
    settings.common.erase("metadata.broker.list");
    settings.common["bootstrap.servers"] = options.brokers;
  } else if (options.config.empty()) {
    settings.common["bootstrap.servers"] = kBrokers;
  }
  settings.common["message.timeout.ms"] = kDeliveryTimeoutMs;
  if (options.partition_by == "none") settings.common["partitioner"] = "random";
  for (const std::string& property : options.properties) {
    const std::size_t equals = property.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("-X {}: it must be NAME=VALUE", property));
    }
    const std::string name = property.substr(0, equals);
    if (IsSecretName(name)) {
      return absl::InvalidArgumentError(
          fmt::format("-X {}: every user of this machine can read a command line; set it in a "
                      "settings file, and name that by --config",
                      name));
    }
    settings.producer[name] = property.substr(equals + 1);
  }
  return ProducerProperties(settings);
}

std::string ProgressText(const Feeder::Counts& counts, double seconds) {
  const double delivered = static_cast<double>(counts.delivered);
  std::string text =
      fmt::format("{} articles  {:.1f} MB  {}/s", WithThousands(counts.delivered),
                  static_cast<double>(counts.delivered_bytes) / 1e6,
                  WithThousands(static_cast<std::uint64_t>(delivered / std::max(seconds, 1e-3))));
  if (counts.failed > 0) text += fmt::format("  {} FAILED", counts.failed);
  return text;
}

class Feed {
 public:
  Feed(const FeedOptions& options, Feeder& feeder)
      : options_(options), feeder_(feeder), reader_(options.files, options.repeat) {}

  int Run() {
    SendAll();
    // Waits for what is under way; librdkafka's timeout bounds it.
    while (!feeder_.idle() && !Stopped()) Breathe(milliseconds(50));
    progress_.End();
    return Conclude();
  }

 private:
  void SendAll() {
    FeedRecord record;
    std::uint64_t number = 0;
    while (!Stopped() && reader_.Next(record)) {
      if (++number < options_.start_number) continue;
      WaitForTurn();
      while (!Stopped() && !feeder_.Send(record)) Breathe(milliseconds(50));
      if (feeder_.counts().sent % 256 == 0) Breathe(milliseconds(0));
    }
  }

  // Holds back to the asked-for rate.
  void WaitForTurn() {
    if (options_.rate <= 0) return;
    const auto due =
        started_at_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                          static_cast<double>(feeder_.counts().sent) / options_.rate));
    while (!Stopped() && Clock::now() < due) {
      const auto left = std::chrono::ceil<milliseconds>(due - Clock::now());
      Breathe(std::min(left, milliseconds(50)));
    }
  }

  void Breathe(milliseconds timeout) {
    feeder_.Poll(timeout);
    if (!progress_.due()) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_at_).count();
    progress_.Show(reader_.progress(), ProgressText(feeder_.counts(), seconds));
  }

  bool Stopped() {
    if (signal_ == 0) signal_ = signals_.Take();
    return signal_ != 0;
  }

  int Conclude() {
    const Feeder::Counts& counts = feeder_.counts();
    const double seconds =
        std::max(std::chrono::duration<double>(Clock::now() - started_at_).count(), 1e-3);
    const auto delivered = static_cast<double>(counts.delivered);
    std::fprintf(stderr, "feed: %s articles, %.1f MB to %s in %.1f s (%s/s, %.1f MB/s)\n",
                 WithThousands(counts.delivered).c_str(),
                 static_cast<double>(counts.delivered_bytes) / 1e6, options_.topic.c_str(), seconds,
                 WithThousands(static_cast<std::uint64_t>(delivered / seconds)).c_str(),
                 static_cast<double>(counts.delivered_bytes) / 1e6 / seconds);
    if (counts.failed > 0) {
      std::fprintf(stderr, "wiredesk: %s articles were not delivered: %s\n",
                   WithThousands(counts.failed).c_str(), feeder_.first_failure().c_str());
    }
    if (!reader_.status().ok()) {
      std::fprintf(stderr, "wiredesk: %s\n", std::string(reader_.status().message()).c_str());
    }
    if (signal_ != 0) return 128 + signal_;
    if (absl::IsNotFound(reader_.status())) return kExitNoInput;
    return counts.failed > 0 || !reader_.status().ok() ? kExitIo : kExitOk;
  }

  const FeedOptions& options_;
  Feeder& feeder_;
  FeedReader reader_;
  StopSignals signals_;
  int signal_ = 0;
  ProgressLine progress_{"feed", ProgressLine::Elsewhere::kLineEachTwoSeconds};
  const Clock::time_point started_at_ = Clock::now();
};

int Complain(const absl::Status& status, const std::vector<std::string>& hidden) {
  const std::string text = Hide(std::string(status.message()), hidden);
  std::fprintf(stderr, "wiredesk: %s\n", text.c_str());
  return ExitCodeOf(status);
}

int FeedFiles(const FeedOptions& options) {
  const std::optional<KafkaSettings> settings = LoadKafkaSettings(options);
  if (!settings) return kExitConfig;
  const std::vector<std::string> hidden = HiddenValues(*settings);
  SetUpLog("warn", hidden);
  for (const std::string& file : options.files) {
    if (file != "-" && access(file.c_str(), R_OK) != 0) {
      std::perror(("wiredesk: " + file).c_str());
      return kExitNoInput;
    }
  }
  const absl::StatusOr<KafkaProperties> properties = MakeProperties(options, *settings);
  if (!properties.ok()) return Complain(properties.status(), hidden);
  const auto feeder = Feeder::Open(*properties, options.topic, kConnectTimeout);
  if (!feeder.ok()) return Complain(feeder.status(), hidden);
  return Feed(options, **feeder).Run();
}

}  // namespace

void AddFeedCommand(CLI::App& app, CommandAction& action) {
  CLI::App* feed = app.add_subcommand("feed", "Send articles from files to a Kafka topic");
  const auto options = std::make_shared<FeedOptions>();
  feed->add_option("FILE", options->files, "Articles")->required();
  feed->add_option("--to", options->topic, "The topic")->required()->type_name("TOPIC");
  feed->add_option("-c,--config", options->config,
                   "A worker's settings (YAML): its section kafka says how to reach the brokers")
      ->type_name("FILE");
  feed->add_option("-b,--brokers", options->brokers,
                   std::string("HOST:PORT, several with commas (default: as --config says, or ") +
                       kBrokers + ")")
      ->type_name("BROKERS");
  feed->add_option("-X", options->properties, "A librdkafka property; may be given again")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  feed->add_option("--rate", options->rate, "Articles a second (default: as fast as it goes)")
      ->check(CLI::PositiveNumber);
  feed->add_option("--repeat", options->repeat, "How many times to send all files")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  feed->add_option("--partitions-by", options->partition_by,
                   "key: articles of one id stay in one partition; none: any partition")
      ->check(CLI::IsMember({"key", "none"}))
      ->capture_default_str();
  feed->add_option("--start-number", options->start_number,
                   "The first article to send, counted from 1")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  feed->footer(kFooter);
  feed->callback([options, &action] { action = [options] { return FeedFiles(*options); }; });
}

}  // namespace wiredesk
