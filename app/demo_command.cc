// wiredesk demo: broker, feed and worker in one process, for a first look.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/demo_reader.h"
#include "app/exit_codes.h"
#include "app/exit_status.h"
#include "app/feed_reader.h"
#include "app/feeder.h"
#include "app/log.h"
#include "app/pretty.h"
#include "app/rule_packs.h"
#include "app/shipped_files.h"
#include "app/worker.h"
#include "pipeline/embedded_broker.h"
#include "pipeline/kafka_client.h"
#include "stages/decoder.h"

namespace wiredesk {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr const char kFooter[] =
    R"(Needs no network, no Java and no Kafka: the broker is librdkafka's mock cluster, inside this
process and gone with it. Nothing is stored.

Examples:
  wiredesk demo
  wiredesk demo --articles 50000
  wiredesk demo --rules my.rules --feed my-articles.ndjson.gz
  wiredesk demo --color=always | less -R)";

constexpr const char kInput[] = "demo.raw";
constexpr const char kOutput[] = "demo.tagged";
constexpr const char kDeadLetters[] = "demo.dead-letter";
constexpr int kPartitions = 16;
constexpr const char kSeedKey[] = "seed-article";
// The broker forgets what is more than 5 MiB behind in a partition, so the feed keeps near.
constexpr std::uint64_t kAheadBytesMax = std::uint64_t{2} << 20;
constexpr std::uint64_t kAheadArticlesMax = 2000;
constexpr std::size_t kLoadedBytesMax = std::size_t{64} << 20;
constexpr milliseconds kFeedTime{8000};  // Then no more is fed, so that the demo has an end.
constexpr milliseconds kStallTimeout{30000};
constexpr std::size_t kTagsShown = 12;

struct DemoOptions {
  std::uint64_t articles = 10000;
  std::vector<std::string> packs;
  std::string feed;
  std::string color = "auto";
};

struct DemoArticle {
  std::string key;
  std::string value;
};

int Complain(const absl::Status& status) {
  std::fprintf(stderr, "wiredesk: %s\n", std::string(status.message()).c_str());
  return ExitCodeOf(status);
}

class Demo {
 public:
  explicit Demo(const DemoOptions& options)
      : options_(options),
        terminal_(DescribeTerminal(STDOUT_FILENO, ParseColorMode(options.color))) {}

  int Run() {
    Print("\n  {}\n  {}\n\n", Styled(terminal_, Style::kBold, "wiredesk demo"),
          "A broker, a feed and a worker in this process. Nothing is stored: all of it is gone at "
          "the "
          "end.");
    if (const int code = Load(); code != kExitOk) return code;
    if (absl::Status status = Connect(); !status.ok()) return Complain(status);
    worker_->Start();
    const absl::Status status = Work();
    worker_->Stop();
    const LaneResult result = worker_->Join();
    if (!status.ok()) return Complain(status);
    if (!result.status.ok()) return Complain(result.status);
    ShowSummary();
    ShowTags();
    ShowArticles();
    ShowNext();
    return kExitOk;
  }

 private:
  template <typename... Args>
  void Print(fmt::format_string<Args...> format, Args&&... args) {
    std::fputs(fmt::format(format, std::forward<Args>(args)...).c_str(), stdout);
    std::fflush(stdout);
  }

  void PrintFact(std::string_view name, const std::string& text) {
    Print("  {}{}\n", Styled(terminal_, Style::kDim, fmt::format("{:<9}", name)), text);
  }

  // Rules and articles.
  int Load() {
    std::vector<std::string> packs = options_.packs;
    if (packs.empty()) packs.push_back(FindShippedFile("config/rules/mediatopics-en.rules"));
    const Clock::time_point start = Clock::now();
    rules_ = LoadRules(packs);
    if (!rules_.compiled) return kExitConfig;
    holder_.emplace(rules_.compiled);
    PrintFact("rules", fmt::format("{} subjects, compiled in {:.1f} s",
                                   rules_.compiled->topics().size(), SecondsSince(start)));

    const bool shipped = options_.feed.empty();
    if (shipped) {
      if (const int code = LoadFile(FindShippedFile("data/seed-article.txt")); code != kExitOk) {
        return code;
      }
      articles_.back().key = kSeedKey;
    }
    if (const int code =
            LoadFile(shipped ? FindShippedFile("data/sample-feed.ndjson") : options_.feed);
        code != kExitOk) {
      return code;
    }
    const std::string repeated =
        articles_.size() < options_.articles
            ? fmt::format(", again and again up to {}", WithThousands(options_.articles))
            : "";
    PrintFact("feed", fmt::format("{} articles{}", articles_.size(), repeated));
    return kExitOk;
  }

  int LoadFile(const std::string& path) {
    if (path.empty()) {
      std::fprintf(stderr,
                   "wiredesk: the sample articles are missing; give some with --feed FILE\n");
      return kExitNoInput;
    }
    FeedReader reader({path}, 1);
    FeedRecord record;
    std::size_t bytes = 0;
    while (articles_.size() < options_.articles && bytes < kLoadedBytesMax && reader.Next(record)) {
      const std::string number = std::to_string(articles_.size());
      articles_.push_back({record.key.value_or(number), std::string(record.value)});
      bytes += record.value.size();
    }
    if (!reader.status().ok()) {
      Complain(reader.status());
      return kExitNoInput;
    }
    if (articles_.empty()) {
      std::fprintf(stderr, "wiredesk: %s holds no articles\n", path.c_str());
      return kExitNoInput;
    }
    return kExitOk;
  }

  absl::Status Connect() {
    auto broker = EmbeddedBroker::Start();
    if (!broker.ok()) return broker.status();
    broker_ = *std::move(broker);
    broker_->SetJoinDelay(0);
    for (const char* topic : {kInput, kOutput, kDeadLetters}) {
      if (absl::Status status = broker_->CreateTopic(topic, kPartitions); !status.ok())
        return status;
    }
    PrintFact("broker",
              fmt::format("{}, topics {} → {}", broker_->bootstrap_servers(), kInput, kOutput));

    settings_.kafka.common["bootstrap.servers"] = broker_->bootstrap_servers();
    settings_.input.topics = {kInput};
    settings_.input.group = "demo";
    settings_.input.start = StartOffset::kEarliest;
    settings_.output.topic = kOutput;
    settings_.dead_letter_topic = kDeadLetters;
    settings_.runtime.lanes = 1;
    settings_.runtime.commit_interval = milliseconds(200);
    auto worker = KafkaWorker::Open(settings_, *holder_, {});
    if (!worker.ok()) return worker.status();
    worker_ = *std::move(worker);

    const absl::StatusOr<KafkaProperties> properties = ProducerProperties(settings_.kafka);
    auto feeder = Feeder::Open(*properties, kInput, kStallTimeout);
    if (!feeder.ok()) return feeder.status();
    feeder_ = *std::move(feeder);
    auto reader =
        DemoReader::Open(broker_->bootstrap_servers(), kOutput, kDeadLetters, kPartitions);
    if (!reader.ok()) return reader.status();
    reader_ = *std::move(reader);
    return absl::OkStatus();
  }

  // Feeds, reads the results back and shows how it goes, until every article is accounted for.
  absl::Status Work() {
    const Clock::time_point start = Clock::now();
    Clock::time_point moved = start;
    while (!done()) {
      if (!FeedSome() && !fed_enough_) feeder_->Poll(milliseconds(0));
      if (reader_->ReadSome(milliseconds(5)) > 0) {
        moved = Clock::now();
        if (!first_output_) first_output_ = moved;
      }
      feeder_->Poll(milliseconds(0));
      ShowProgress(false);
      if (!fed_enough_ && first_output_ && Clock::now() - *first_output_ > kFeedTime) {
        fed_enough_ = true;
      }
      pollfd ended = {worker_->ended_fd(), POLLIN, 0};
      if (poll(&ended, 1, 0) > 0) return absl::OkStatus();  // It failed: Join() says why.
      if (Clock::now() - moved > kStallTimeout) {
        EndLine();
        return absl::DeadlineExceededError("the demo stands still: no results for 30 s");
      }
    }
    ended_ = Clock::now();
    ShowProgress(true);
    EndLine();
    return absl::OkStatus();
  }

  bool done() const {
    return fed_enough_ && reader_->tagged() + reader_->dead_letters() >= feeder_->counts().sent;
  }

  // Sends what the worker and the reader are ready for. False: nothing.
  bool FeedSome() {
    bool sent = false;
    for (int i = 0; i < 256 && !fed_enough_; ++i) {
      const Feeder::Counts& counts = feeder_->counts();
      const CounterSnapshot taken = worker_->Sample().counters;
      const std::uint64_t unread = counts.sent - reader_->tagged() - reader_->dead_letters();
      if (counts.sent_bytes - taken.bytes_in > kAheadBytesMax || unread > kAheadArticlesMax) break;
      const DemoArticle& article = articles_[counts.sent % articles_.size()];
      if (!feeder_->Send({article.value, article.key})) break;
      fed_enough_ = counts.sent >= options_.articles;
      sent = true;
    }
    return sent;
  }

  void ShowProgress(bool last) {
    const Clock::time_point now = Clock::now();
    const milliseconds interval(terminal_.is_terminal ? 100 : 1000);
    if (!last && now - shown_at_ < interval) return;
    shown_at_ = now;
    const std::uint64_t done = reader_->tagged() + reader_->dead_letters();
    std::string line;
    if (done == 0) {
      line = "joining the group…";
    } else {
      const double share = static_cast<double>(done) / static_cast<double>(options_.articles);
      std::string bar = Bar(share, 1, 24);
      bar.append(24 - std::min<std::size_t>(DisplayWidth(bar), 24), ' ');
      line = fmt::format("▕{}▏ {} articles  {}/s  {} tags", bar, WithThousands(done),
                         WithThousands(static_cast<std::uint64_t>(rate())),
                         WithThousands(reader_->tag_count()));
    }
    if (terminal_.is_terminal) {
      Print("\r  {}\033[K", line);
      line_is_open_ = true;
    } else {
      Print("  {}\n", line);
    }
  }

  void EndLine() {
    if (line_is_open_) Print("\n");
    line_is_open_ = false;
  }

  // Articles a second since the first result.
  double rate() const {
    if (!first_output_) return 0;
    const Clock::time_point end = ended_.value_or(Clock::now());
    const double seconds = std::chrono::duration<double>(end - *first_output_).count();
    return static_cast<double>(reader_->tagged() + reader_->dead_letters()) /
           std::max(seconds, 0.05);
  }

  void ShowSummary() {
    const double seconds = std::chrono::duration<double>(*ended_ - *first_output_).count();
    const CounterSnapshot counters = worker_->Sample().counters;
    Print("\n  {}\n",
          Styled(terminal_, Style::kBold,
                 fmt::format("{} articles ({:.1f} MB) through Kafka in {:.1f} s: {} a second",
                             WithThousands(reader_->tagged() + reader_->dead_letters()),
                             static_cast<double>(counters.bytes_in) / 1e6, seconds,
                             WithThousands(static_cast<std::uint64_t>(rate())))));
    Print("  {} tags; {} articles with none; {} dead letters\n",
          WithThousands(reader_->tag_count()), WithThousands(reader_->untagged()),
          WithThousands(reader_->dead_letters()));
  }

  void ShowTags() {
    Print("\n  {}\n", Styled(terminal_, Style::kBold, "What they are about"));
    const std::vector<DemoReader::TagCount> tags = reader_->TagsByCount();
    if (tags.empty()) return;
    const std::size_t bar_columns = std::min<std::size_t>(terminal_.width - 50, 40);
    for (std::size_t i = 0; i < std::min(tags.size(), kTagsShown); ++i) {
      std::string label = OneLine(tags[i].label, 34);
      label.append(34 - std::min<std::size_t>(DisplayWidth(label), 34), ' ');
      Print("  {} {:>7} {}\n", label, WithThousands(tags[i].count),
            Styled(terminal_, Style::kGood,
                   Bar(static_cast<double>(tags[i].count), static_cast<double>(tags[0].count),
                       bar_columns)));
    }
    if (tags.size() > kTagsShown) {
      Print("  {}\n", Styled(terminal_, Style::kDim,
                             fmt::format("and {} more subjects", tags.size() - kTagsShown)));
    }
  }

  void ShowArticles() {
    const std::vector<std::string> keys = reader_->ChooseExamples(kSeedKey, 3);
    Decoder decoder(settings_.decode);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto article =
          std::find_if(articles_.begin(), articles_.end(),
                       [&](const DemoArticle& candidate) { return candidate.key == keys[i]; });
      if (article == articles_.end()) continue;
      Batch batch(1);
      batch.Append({kInput, 0, 0}, article->value);
      decoder.Process(batch);
      Print(
          "\n  {}\n\n{}",
          Styled(terminal_, Style::kDim, fmt::format("── article {} of {} ──", i + 1, keys.size())),
          RenderTaggedArticle(*reader_->Find(keys[i]), batch.articles()[0].parts, terminal_, {}));
    }
  }

  void ShowNext() {
    Print("\n  {}\n", Styled(terminal_, Style::kBold, "Next"));
    Print(
        "  wiredesk tag --help     your own articles, without a broker\n"
        "  wiredesk rules --help   your own rules\n"
        "  wiredesk run --help     your own Kafka\n\n");
  }

  static double SecondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  const DemoOptions& options_;
  const Terminal terminal_;
  LoadedRules rules_;
  std::optional<RulesHolder> holder_;
  std::vector<DemoArticle> articles_;
  Settings settings_;
  // The broker outlives all that are connected to it.
  std::unique_ptr<EmbeddedBroker> broker_;
  std::unique_ptr<KafkaWorker> worker_;
  std::unique_ptr<Feeder> feeder_;
  std::unique_ptr<DemoReader> reader_;
  bool fed_enough_ = false;
  std::optional<Clock::time_point> first_output_;
  std::optional<Clock::time_point> ended_;
  Clock::time_point shown_at_;
  bool line_is_open_ = false;
};

}  // namespace

void AddDemoCommand(CLI::App& app, CommandAction& action) {
  CLI::App* demo =
      app.add_subcommand("demo", "See it work: broker, feed and worker in one process");
  const auto options = std::make_shared<DemoOptions>();
  demo->add_option("--articles", options->articles, "How many to feed, at most for 8 seconds")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  demo->add_option("-r,--rules", options->packs, "Rule packs instead of the shipped one")
      ->type_name("PACK")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  demo->add_option("--feed", options->feed, "Articles instead of the shipped ones")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  demo->add_option("--color", options->color,
                   "auto (on a terminal, without NO_COLOR), always, never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  demo->footer(kFooter);
  demo->callback([options, &action] {
    action = [options] {
      SetUpLog("error");
      return Demo(*options).Run();
    };
  });
}

}  // namespace wiredesk
