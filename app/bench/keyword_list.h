// Keywords with the topic of each: rules that any program can follow, and wiredesk as a pack.
//
// A topic's score is the number of its different keywords that occur in title or body, as whole
// words and without regard to case; its evidence is the first place of each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "app/bench/bench_feed.h"

namespace wiredesk {

struct Keyword {
  std::string text;   // Words in lower case with one space between.
  std::string topic;  // "kw:07".
};

using KeywordList = std::vector<Keyword>;

// A TSV file: keyword, tab, topic. At most the first `count` lines. The error names file and line.
absl::StatusOr<KeywordList> ReadKeywords(const std::string& path, std::size_t count);

// `count` different keywords over 50 topics out of the words of `feed`: one in four is a word that
// few articles have, the others are pairs of words that stand beside each other somewhere, those
// first that occur several times, and once there is no more of them pairs that need not. The same
// feed and count give the same list; a smaller one is the beginning of a larger one.
KeywordList MakeKeywords(const BenchFeed& feed, std::size_t count);

std::string KeywordTsv(const KeywordList& keywords);
std::string KeywordPack(const KeywordList& keywords);

}  // namespace wiredesk
