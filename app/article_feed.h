// Articles out of files, up to where rules come in, for the commands that try rules on them.
//
//   ArticleFeed feed({"feed.ndjson.gz"}, settings.decode);
//   RuleRun run(*loaded.compiled);
//   while (feed.Next()) for (const Tag& tag : run.Run(feed)) ...
//   if (!feed.status().ok()) return ReportFailure(feed.status());
//
// One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "app/exit_codes.h"
#include "app/feed_reader.h"
#include "app/progress_line.h"
#include "config/settings.h"
#include "stages/batch.h"
#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/matcher.h"
#include "stages/tagger.h"

namespace wiredesk {

class ArticleFeed {
 public:
  // Shows its progress on a terminal.
  ArticleFeed(std::vector<std::string> files, const DecodeSettings& decode);

  // The next article that can be read: decoded and canonicalised. Those that can't are counted.
  // False: the end, or a failure: see status().
  bool Next();

  // The article's "id", or "#12" for the twelfth that has none. Of the article of the last Next(),
  // as are these.
  const std::string& name() const { return name_; }
  std::string_view record() const { return article().value; }
  std::string Title() const;  // One line for people, cut; empty without a title.
  const Article& article() const { return batch_.articles().front(); }
  Batch& batch() { return batch_; }

  const absl::Status& status() const { return reader_.status(); }
  std::uint64_t count() const { return count_; }            // Of articles given out.
  std::uint64_t unreadable() const { return unreadable_; }  // And of those that were not.
  // Says on standard error how many those were and what is wrong with the first, if there were any.
  void WarnOfUnreadable() const;

 private:
  FeedReader reader_;
  Decoder decoder_;
  Canonicaliser canonicaliser_;
  Batch batch_{1};
  ProgressLine progress_{""};
  std::string name_;
  std::uint64_t count_ = 0;
  std::uint64_t unreadable_ = 0;
  std::string first_unreadable_;
};

// The stages from the rules on.
class RuleRun {
 public:
  explicit RuleRun(const CompiledRules& rules, ShadowTags shadow_tags = ShadowTags::kCount)
      : rules_(rules), tagger_({}, shadow_tags) {}

  // The tags of the feed's article, until its Next() or the next Run() of any RuleRun. Leaves the
  // matches in the article.
  std::span<const Tag> Run(ArticleFeed& feed) { return Run(feed.batch()); }
  // The same of the only article of `batch`, which is canonicalised.
  std::span<const Tag> Run(Batch& batch);

 private:
  const CompiledRules& rules_;
  Matcher matcher_;
  Tagger tagger_;
};

// Says on standard error why reading ended; the exit status for it.
ExitCode ReportFailure(const absl::Status& status);

}  // namespace wiredesk
