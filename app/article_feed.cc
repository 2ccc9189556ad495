#include "app/article_feed.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "app/exit_status.h"
#include "app/pretty.h"
#include "pipeline/statistics.h"

namespace wiredesk {

ArticleFeed::ArticleFeed(std::vector<std::string> files, const DecodeSettings& decode)
    : reader_(std::move(files), 1), decoder_(decode) {}

bool ArticleFeed::Next() {
  for (FeedRecord record; reader_.Next(record);) {
    batch_.Clear();
    batch_.Append({}, record.value);
    decoder_.Process(batch_);
    canonicaliser_.Process(batch_);
    const Article& article = batch_.articles().front();
    name_ = record.key ? *record.key : "#" + std::to_string(count_ + unreadable_ + 1);
    if (progress_.due()) {
      progress_.Show(reader_.progress(), WithThousands(count_) + " articles");
    }
    if (article.ok()) {
      ++count_;
      return true;
    }
    if (++unreadable_ == 1) {
      first_unreadable_ = fmt::format("{}: {}", name_, FailureReason(article.failure));
    }
  }
  progress_.Erase();
  return false;
}

std::string ArticleFeed::Title() const {
  constexpr std::size_t kColumns = 120;
  for (const TextPart& part : article().parts) {
    if (part.field == kTitleField) return OneLine(part.text, kColumns);
  }
  return {};
}

void ArticleFeed::WarnOfUnreadable() const {
  if (unreadable_ == 0) return;
  std::fprintf(stderr, "wiredesk: left out %s article%s that can't be read, the first is %s\n",
               WithThousands(unreadable_).c_str(), unreadable_ == 1 ? "" : "s",
               first_unreadable_.c_str());
}

std::span<const Tag> RuleRun::Run(Batch& batch) {
  batch.rules = &rules_;
  Article& article = batch.articles().front();
  article.matches = {};
  article.tags = {};
  matcher_.Process(batch);
  tagger_.Process(batch);
  return article.tags;
}

ExitCode ReportFailure(const absl::Status& status) {
  std::fprintf(stderr, "wiredesk: %s\n", std::string(status.message()).c_str());
  return absl::IsNotFound(status) ? kExitNoInput : ExitCodeOf(status);
}

}  // namespace wiredesk
