// All rows of a benchmark, one after the other: feed, rules and what they must give are made once
// for the rows that share them. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/bench/bench_broker.h"
#include "app/bench/bench_case.h"
#include "app/bench/bench_feed.h"
#include "app/bench/bench_options.h"
#include "app/bench/bench_reference.h"
#include "app/bench/bench_run.h"
#include "app/bench/keyword_list.h"
#include "app/signals.h"

namespace wiredesk {

class BenchSession {
 public:
  // `folder` is for files of the session, absolute.
  static absl::StatusOr<std::unique_ptr<BenchSession>> Open(const BenchOptions& options,
                                                            std::string folder);

  // Measures one row; see BenchRun::Run(). kFailedPrecondition: wrong rules, which was said.
  absl::StatusOr<BenchResult> Run(const BenchCase& scenario);

  int signal() const { return signal_; }  // That stopped the last row, or 0.

  // Of the articles as they are in the files.
  const BenchFeed& feed() const { return feed_; }
  bool broker_is_embedded() const { return broker_->is_embedded(); }

 private:
  BenchSession(const BenchOptions& options, std::string folder)
      : options_(options), folder_(std::move(folder)) {}

  absl::Status MakeFeed(const BenchCase& scenario);
  absl::Status MakeRules(const BenchCase& scenario);
  absl::Status MakeReferenceFor(const BenchCase& scenario);
  std::uint64_t ArticleCount() const;

  const BenchOptions& options_;
  const std::string folder_;
  StopSignals signals_;  // Before there are threads.
  BenchPlan plan_;
  std::unique_ptr<BenchBroker> broker_;
  BenchFeed feed_;
  // Of the last row.
  std::optional<BenchCase> last_;
  BenchFeed sized_feed_;
  std::vector<std::string> packs_;
  std::string keywords_file_;
  std::string rules_text_;
  std::shared_ptr<const CompiledRules> compiled_;
  BenchReference reference_;
  int runs_ = 0;
  int signal_ = 0;
};

}  // namespace wiredesk
