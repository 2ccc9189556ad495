#include "app/bench/bench_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/bench/article_text.h"
#include "app/feed_reader.h"

namespace wiredesk {
namespace {

constexpr std::uint64_t kLoadedBytesMax = std::uint64_t{512} << 20;
constexpr std::uint64_t kMadeBytesMax = std::uint64_t{64} << 20;
constexpr std::size_t kMadeArticlesMax = 20000;
constexpr std::size_t kTitleBytes = 60;

// Gives out pieces of a text that end between two words, and begins again at its end.
class TextRoll {
 public:
  explicit TextRoll(const std::string& text) : text_(text) {}

  // About `bytes`, at least a word.
  std::string Take(std::size_t bytes) {
    std::string taken;
    while (taken.size() < bytes) {
      const std::size_t wanted = std::min(text_.size(), at_ + bytes - taken.size());
      const std::size_t end = std::min(text_.find(' ', wanted), text_.size());
      if (!taken.empty()) taken += ' ';
      taken.append(text_, at_, end - at_);
      at_ = end + 1 < text_.size() ? end + 1 : 0;
    }
    return taken;
  }

 private:
  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

absl::StatusOr<BenchFeed> BenchFeed::Load(const std::vector<std::string>& files) {
  BenchFeed feed;
  FeedReader reader(files, 1);
  FeedRecord record;
  while (feed.bytes_ < kLoadedBytesMax && reader.Next(record)) feed.Add(std::string(record.value));
  if (!reader.status().ok()) return reader.status();
  if (feed.articles_.empty()) return absl::NotFoundError("the feed holds no articles");
  return feed;
}

BenchFeed BenchFeed::OfSize(std::size_t bytes) const {
  std::string text;
  ArticleTexts texts;
  for (const std::string& article : articles_) {
    for (const TextPart& part : texts.Read(article)) text.append(part.text).append(" ");
    if (text.size() > kMadeBytesMax) break;
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  TextRoll roll(text);
  BenchFeed made;
  while (made.size() < kMadeArticlesMax && made.bytes_ + bytes <= kMadeBytesMax + bytes) {
    nlohmann::ordered_json article = {{"id", fmt::format("made-{}", made.size())},
                                      {"title", roll.Take(std::min(kTitleBytes, bytes / 4))},
                                      {"body", ""}};
    // Marks that JSON escapes take more room than they have in the text: what is short is added.
    std::string body;
    for (int i = 0; i < 3 && article.dump().size() + 8 < bytes; ++i) {
      body += roll.Take(bytes - article.dump().size());
      article["body"] = body;
    }
    made.Add(article.dump());
  }
  return made;
}

void BenchFeed::Drop(const std::vector<std::size_t>& numbers) {
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    bytes_ -= articles_[*number].size();
    articles_.erase(articles_.begin() + static_cast<std::ptrdiff_t>(*number));
  }
}

void BenchFeed::Add(std::string article) {
  bytes_ += article.size();
  articles_.push_back(std::move(article));
}

}  // namespace wiredesk
