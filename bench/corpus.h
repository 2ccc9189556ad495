// Articles to measure with: the file that WIREDESK_FEED names (NDJSON, also gzip), else the shipped
// sample feed, else synthetic ones. Loaded once; every value has kPadding zero bytes behind it.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "bench/padded_texts.h"

namespace wiredesk {

class Corpus : public PaddedTexts {
 public:
  // More would measure the memory bus instead of the stage.
  static constexpr std::size_t kArticlesMax = 30000;
  static constexpr std::size_t kBytesMax = std::size_t{96} << 20;

  static const Corpus& Get() {
    static const Corpus corpus;
    return corpus;
  }

  const std::string& name() const { return name_; }

 private:
  Corpus() {
    const char* const path = std::getenv("WIREDESK_FEED");
    Load(path != nullptr ? path : WIREDESK_SOURCE_DIR "/data/sample-feed.ndjson");
    if (size() == 0) MakeUp();
    std::fprintf(stderr, "corpus: %s, %zu articles, %zu bytes each\n", name_.c_str(), size(),
                 bytes() / size());
  }

  bool full() const { return size() >= kArticlesMax || bytes() >= kBytesMax; }

  void Load(const std::string& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (file == nullptr) return;
    name_ = path;
    std::string line;
    char buffer[1 << 16];
    while (!full() && gzgets(file.get(), buffer, sizeof buffer) != nullptr) {
      line += buffer;
      if (line.back() != '\n') continue;
      line.pop_back();
      if (!line.empty()) Add(std::move(line));
      line.clear();
    }
    if (!full() && !line.empty()) Add(std::move(line));
  }

  // About 2 KB each, with the line breaks and quotation marks of news.
  void MakeUp() {
    name_ = "made up";
    std::mt19937 random(1);
    constexpr std::string_view kWords[] = {"the",    "minister", "said",  "of",      "in",
                                           "“here”", "budget",   "talks", "economy", "rain"};
    const auto text = [&](std::size_t words) {
      std::string words_text;
      for (std::size_t i = 0; i < words; ++i) {
        words_text += kWords[random() % std::size(kWords)];
        words_text += i % 60 == 59 ? "\\n" : i % 40 == 39 ? " \\\"so\\\" " : " ";
      }
      return words_text;
    };
    for (std::size_t i = 0; i < 2000; ++i) {
      Add(R"({"id": "article-)" + std::to_string(i) +
          R"(", "source": "made-up", "language": "en", )" + R"("title": ")" + text(10) +
          R"(", "body": ")" + text(200 + random() % 250) +
          R"(", "published_at": "2024-05-01T10:00:00Z", "labels": ["politics", "weather"]})");
    }
  }

  std::string name_;
};

}  // namespace wiredesk
