#include "app/bench/keyword_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "app/bench/article_text.h"

namespace wiredesk {
namespace {

constexpr std::size_t kTopics = 50;
constexpr std::size_t kArticlesRead = 20000;
constexpr std::size_t kWordBytesMin = 4;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Beside one of these a run of letters may be part of a longer word.
bool IsDoubtful(char c) {
  return (c >= '0' && c <= '9') || c == '_' || c == '\'' || c == '-' || c == '.' || c == '&' ||
         (c & 0x80) != 0;
}

// The plain English words of a text in lower case; an empty one where two are not neighbours, by a
// single space, in one line.
std::vector<std::string> PlainWords(std::string_view text) {
  std::vector<std::string> words;
  std::size_t last_end = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!IsLetter(text[at])) continue;
    const std::size_t begin = at;
    while (at < text.size() && IsLetter(text[at])) ++at;
    const bool is_plain = (begin == 0 || !IsDoubtful(text[begin - 1])) &&
                          (at == text.size() || !IsDoubtful(text[at]));
    if (!is_plain) continue;
    const bool follows = begin == last_end + 1 && text[last_end] == ' ';
    if (!follows || words.empty()) words.emplace_back();
    last_end = at;
    std::string& word = words.emplace_back(text.substr(begin, at - begin));
    for (char& c : word) c = static_cast<char>(c | 0x20);
  }
  return words;
}

struct FeedWords {
  std::vector<std::string> words;  // Neither short nor frequent.
  std::vector<std::string> pairs;  // Of such that are neighbours.
};

// In a random order, which std::shuffle does not make the same everywhere; but first those that
// occur `several` times, as a desk has rules for what is in its news.
std::vector<std::string> SeveralFirst(const std::map<std::string, std::size_t>& counts,
                                      std::size_t several, std::mt19937_64& random) {
  std::vector<std::string> often;
  std::vector<std::string> seldom;
  for (const auto& [text, count] : counts) (count >= several ? often : seldom).push_back(text);
  for (std::vector<std::string>* texts : {&often, &seldom}) {
    for (std::size_t i = texts->size(); i > 1; --i) {
      std::swap((*texts)[i - 1], (*texts)[random() % i]);
    }
  }
  often.insert(often.end(), seldom.begin(), seldom.end());
  return often;
}

FeedWords WordsOf(const BenchFeed& feed) {
  const std::size_t articles = std::min(feed.size(), kArticlesRead);
  std::map<std::string, std::size_t> articles_with;
  std::vector<std::vector<std::string>> texts;
  ArticleTexts reader;
  for (std::size_t i = 0; i < articles; ++i) {
    std::unordered_set<std::string> seen;
    for (const TextPart& part : reader.Read(feed[i])) {
      texts.push_back(PlainWords(part.text));
      for (const std::string& word : texts.back()) {
        if (word.size() >= kWordBytesMin && seen.insert(word).second) ++articles_with[word];
      }
    }
  }
  const std::size_t most = std::max<std::size_t>(articles / 50, 5);
  std::map<std::string, std::size_t> pairs;
  for (const std::vector<std::string>& text : texts) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      const bool is_pair = text[i - 1].size() >= kWordBytesMin && text[i].size() >= kWordBytesMin &&
                           std::min(articles_with[text[i - 1]], articles_with[text[i]]) <= most;
      if (is_pair) ++pairs[text[i - 1] + " " + text[i]];
    }
  }
  std::erase_if(articles_with, [&](const auto& word) { return word.second > most; });
  std::mt19937_64 random(1);
  return {SeveralFirst(articles_with, std::max<std::size_t>(articles / 2000, 3), random),
          SeveralFirst(pairs, 3, random)};
}

}  // namespace

absl::StatusOr<KeywordList> ReadKeywords(const std::string& path, std::size_t count) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(fmt::format("{} can't be read", path));
  KeywordList keywords;
  std::unordered_set<std::string> known;
  std::size_t number = 0;
  for (std::string line; keywords.size() < count && std::getline(file, line);) {
    ++number;
    const std::size_t tab = line.find('\t');
    if (tab == 0 || tab == std::string::npos || tab + 1 == line.size() ||
        line.find_first_of("\"\\*~", 0) < tab || line.find('\t', tab + 1) != std::string::npos) {
      return absl::InvalidArgumentError(fmt::format(
          "{}:{}: a line is a keyword, a tab and its topic, without \" \\ * ~", path, number));
    }
    if (!known.insert(line.substr(0, tab)).second) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: {} is there already", path, number, line.substr(0, tab)));
    }
    keywords.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  if (keywords.empty()) return absl::InvalidArgumentError(path + " holds no keywords");
  return keywords;
}

KeywordList MakeKeywords(const BenchFeed& feed, std::size_t count) {
  const FeedWords words = WordsOf(feed);
  std::mt19937_64 random(2);
  KeywordList keywords;
  std::unordered_set<std::string> known;
  const auto add = [&](const std::string& text) {
    if (!known.insert(text).second) return;
    keywords.push_back({text, fmt::format("kw:{:02}", keywords.size() % kTopics)});
  };
  const std::size_t size = words.words.size();
  std::size_t next_word = 0;
  std::size_t next_pair = 0;
  for (std::size_t i = 0; keywords.size() < count && i < 8 * count && size > 1; ++i) {
    if (i % 4 == 0 && next_word < size) {
      add(words.words[next_word++]);
    } else if (next_pair < words.pairs.size()) {
      add(words.pairs[next_pair++]);
    } else {
      const std::string& first = words.words[random() % size];
      add(first + " " + words.words[random() % size]);
    }
  }
  return keywords;
}

std::string KeywordTsv(const KeywordList& keywords) {
  std::string text;
  for (const Keyword& keyword : keywords) text += keyword.text + "\t" + keyword.topic + "\n";
  return text;
}

std::string KeywordPack(const KeywordList& keywords) {
  std::map<std::string_view, std::vector<std::string_view>> topics;
  for (const Keyword& keyword : keywords) topics[keyword.topic].push_back(keyword.text);
  std::string text = "pack bench version 1 language any\n";
  for (const auto& [topic, members] : topics) {
    text += fmt::format("topic {} \"{}\" {{\n  score", topic, topic);
    for (std::string_view member : members) text += fmt::format(" 1 \"{}\"\n", member);
    text += "  need 1\n}\n";
  }
  return text;
}

}  // namespace wiredesk
