// What moves between threads: articles, and the arena that their bytes live in.
//
// Owned by the thread that took it from a ring, until that thread passes it on. Batches circulate:
// a lane makes a fixed number at start, and that number is the only bound on work in flight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "config/check.h"
#include "stages/arena.h"
#include "stages/article.h"

namespace wiredesk {

class CompiledRules;

class Batch {
 public:
  explicit Batch(std::size_t article_count_max) { articles_.reserve(article_count_max); }

  std::span<Article> articles() { return articles_; }
  std::span<const Article> articles() const { return articles_; }
  Arena& arena() { return arena_; }
  bool full() const { return articles_.size() == articles_.capacity(); }
  bool empty() const { return articles_.empty(); }
  std::size_t input_bytes() const { return input_bytes_; }

  // A new article whose value is a padded copy of `value`.
  // REQUIRES: !full()
  Article& Append(const Origin& origin, std::string_view value) {
    WIREDESK_CHECK(!full());
    Article& article = articles_.emplace_back();
    article.origin = origin;
    article.value = arena_.Copy(value);
    input_bytes_ += value.size();
    return article;
  }

  // Takes out the articles that `unwanted` says true of; the others keep their order. Their bytes
  // stay until Clear(). For the source, before the batch is passed on.
  template <typename Predicate>
  void RemoveIf(Predicate unwanted) {
    std::erase_if(articles_, [&](const Article& article) {
      if (!unwanted(article)) return false;
      input_bytes_ -= article.value.size();
      return true;
    });
  }

  // Tags the articles by `rules_to_keep`, which stay as long as the batch has them.
  void KeepRules(std::shared_ptr<const CompiledRules> rules_to_keep) {
    rules = rules_to_keep.get();
    rules_kept_ = std::move(rules_to_keep);
  }
  void DropRules() { KeepRules(nullptr); }

  // Forgets the articles and every byte they point at. The rules stay.
  void Clear() {
    articles_.clear();
    arena_.Clear();
    input_bytes_ = 0;
    send_cursor = 0;
  }

  std::uint64_t sequence = 0;            // Lane: position in the order of intake.
  const CompiledRules* rules = nullptr;  // Lane: what this batch is tagged by; outlives that.
  std::size_t send_cursor = 0;           // Sink: articles before this one are handed over.

 private:
  std::vector<Article> articles_;
  Arena arena_;
  std::size_t input_bytes_ = 0;
  std::shared_ptr<const CompiledRules> rules_kept_;
};

}  // namespace wiredesk
