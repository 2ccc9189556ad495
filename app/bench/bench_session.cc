#include "app/bench/bench_session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "app/bench/worker_command.h"
#include "app/counted.h"
#include "app/rule_packs.h"
#include "app/shipped_files.h"
#include "app/text_output.h"
#include "pipeline/statistics.h"

namespace wiredesk {
namespace {

// Of a small feed so many are sent, that there is something to measure.
constexpr std::uint64_t kArticlesWanted = 20000;
constexpr std::uint64_t kBytesWanted = std::uint64_t{64} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<BenchSession>> BenchSession::Open(const BenchOptions& options,
                                                                 std::string folder) {
  std::unique_ptr<BenchSession> session(new BenchSession(options, std::move(folder)));
  std::vector<std::string> files = options.files;
  if (files.empty()) files.push_back(FindShippedFile("data/sample-feed.ndjson"));
  if (files[0].empty()) return absl::NotFoundError("the sample articles are missing; name a FILE");
  auto feed = BenchFeed::Load(files);
  if (!feed.ok()) return feed.status();
  session->feed_ = *std::move(feed);

  auto kafka = BenchKafkaSettings(options);
  if (!kafka.ok()) return kafka.status();
  BenchPlan& plan = session->plan_;
  plan.kafka = *std::move(kafka);
  for (const double rate : options.latency_rates) {
    if (rate > 0) plan.latency_rates.push_back(rate);
  }
  plan.latency_time = std::chrono::seconds(options.latency_seconds);
  plan.idle_time = std::chrono::seconds(options.idle_seconds);
  plan.patience = std::chrono::seconds(options.patience_seconds);
  plan.worker_command = options.worker_command;
  auto broker = BenchBroker::Open(plan.kafka.common, options.broker_pid);
  if (!broker.ok()) return broker.status();
  session->broker_ = *std::move(broker);
  return session;
}

absl::StatusOr<BenchResult> BenchSession::Run(const BenchCase& scenario) {
  absl::Status status = MakeFeed(scenario);
  if (status.ok()) status = MakeRules(scenario);
  if (status.ok()) status = MakeReferenceFor(scenario);
  if (!status.ok()) return status;
  last_ = scenario;
  plan_.articles = ArticleCount();

  BenchPlaces places;
  const std::string prefix = fmt::format("wiredesk-bench-{}-{}", getpid(), ++runs_);
  places.input = prefix + ".in";
  places.output = prefix + ".out";
  places.dead_letters = prefix + ".out.dead-letter";
  places.group = prefix;
  places.folder = folder_;
  const bool is_own = plan_.worker_command.empty();
  BenchRun run(plan_, scenario, *broker_, sized_feed_, reference_, std::move(places),
               is_own ? packs_ : std::vector<std::string>{keywords_file_}, signals_);
  absl::StatusOr<BenchResult> result = run.Run();
  signal_ = run.signal();
  if (!result.ok()) return result;
  const auto articles = static_cast<double>(sized_feed_.size());
  result->rules = rules_text_;
  result->topics = compiled_->topics().size();
  result->tags_per_article = static_cast<double>(reference_.tag_count) / articles;
  result->output_bytes_per_article = static_cast<double>(reference_.output_bytes) / articles;
  return result;
}

absl::Status BenchSession::MakeFeed(const BenchCase& scenario) {
  if (last_ && last_->bytes == scenario.bytes) return absl::OkStatus();
  last_.reset();  // What was made for other articles is of no use.
  sized_feed_ = scenario.bytes == 0 ? feed_ : feed_.OfSize(scenario.bytes);
  return absl::OkStatus();
}

absl::Status BenchSession::MakeRules(const BenchCase& scenario) {
  if (last_ && last_->keywords == scenario.keywords) return absl::OkStatus();
  last_.reset();
  if (scenario.keywords == 0 && options_.keywords_file.empty()) {
    packs_.clear();
    for (const std::string& pack : options_.packs)
      packs_.push_back(std::filesystem::absolute(pack));
    if (packs_.empty()) packs_.push_back(FindShippedFile("config/rules/mediatopics-en.rules"));
    return absl::OkStatus();
  }
  KeywordList keywords;
  if (options_.keywords_file.empty()) {
    keywords = MakeKeywords(feed_, scenario.keywords);
  } else {
    const std::size_t most =
        scenario.keywords > 0 ? scenario.keywords : std::numeric_limits<std::size_t>::max();
    auto read = ReadKeywords(options_.keywords_file, most);
    if (!read.ok()) return read.status();
    keywords = *std::move(read);
  }
  if (keywords.size() < scenario.keywords) {
    return absl::InvalidArgumentError(fmt::format("there are only {} keywords, not {}",
                                                  WithThousands(keywords.size()),
                                                  WithThousands(scenario.keywords)));
  }
  rules_text_ = WithThousands(keywords.size()) + (keywords.size() == 1 ? " keyword" : " keywords");
  keywords_file_ = fmt::format("{}/keywords-{}.tsv", folder_, keywords.size());
  packs_ = {fmt::format("{}/keywords-{}.rules", folder_, keywords.size())};
  if (!WriteTextFile(keywords_file_, KeywordTsv(keywords)) ||
      !WriteTextFile(packs_[0], KeywordPack(keywords))) {
    return absl::DataLossError("the keywords could not be written");
  }
  return absl::OkStatus();
}

absl::Status BenchSession::MakeReferenceFor(const BenchCase& scenario) {
  if (last_) return absl::OkStatus();
  BenchPlaces places;
  places.input = "in";
  places.output = "out";
  places.dead_letters = "dead-letter";
  places.group = "bench";
  places.folder = folder_;
  KafkaSettings kafka = plan_.kafka;
  kafka.common = broker_->properties();
  Diagnostics diagnostics;
  const std::optional<Settings> settings = ParseSettings(
      WorkerSettingsText(scenario, places, kafka, packs_, 0), folder_ + "/bench.yaml", diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!settings) return absl::FailedPreconditionError("the worker's settings are wrong");
  // This also fills the cache that the workers start from.
  compiled_ = LoadCompiledRules(packs_, LoadOptionsOf(*settings));
  if (compiled_ == nullptr) return absl::FailedPreconditionError("the rules are wrong, see above");
  if (scenario.keywords == 0 && options_.keywords_file.empty()) {
    rules_text_ = Counted(compiled_->topics().size(), "topic");
  }
  const bool is_own = plan_.worker_command.empty();
  const TagComparison comparison = is_own                ? TagComparison::kBytes
                                   : options_.count_only ? TagComparison::kNothing
                                                         : TagComparison::kIdsAndScores;
  reference_ = MakeReference(sized_feed_, compiled_, *settings, comparison);
  if (is_own || reference_.refused.empty()) return absl::OkStatus();
  // Dead letters are wiredesk's own way; another program need not have them.
  sized_feed_.Drop(reference_.refused);
  if (sized_feed_.size() == 0) return absl::InvalidArgumentError("no article can be read");
  reference_ = MakeReference(sized_feed_, compiled_, *settings, comparison);
  return absl::OkStatus();
}

std::uint64_t BenchSession::ArticleCount() const {
  if (options_.articles > 0) return options_.articles;
  const std::uint64_t size = sized_feed_.size();
  if (options_.repeat > 0) return size * options_.repeat;
  const std::uint64_t mean_bytes = sized_feed_.bytes() / size + 1;
  const std::uint64_t wanted =
      std::clamp<std::uint64_t>(kBytesWanted / mean_bytes, 100, kArticlesWanted);
  return std::max(size, wanted);
}

}  // namespace wiredesk
