// The output record beside a memcpy of the same bytes. The tags are made up, five an article with
// four places each, about what a desk's rules give; each run checks the number of bytes, and some
// records are read back by another parser.
#include <benchmark/benchmark.h>

#include <cstring>
#include <deque>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "stages/decoder.h"
#include "stages/record_writer.h"

namespace wiredesk {
namespace {

// One batch over and over: in a lane the texts are still in the cache from the stages before.
constexpr std::size_t kBatchArticles = 256;
constexpr std::size_t kTopics = 60;
constexpr std::size_t kTagsPerArticle = 5;
constexpr std::size_t kEvidencePerTag = 4;

constexpr std::string_view kParents[] = {"medtop:20000593", "medtop:11000000"};

// The start of the corpus as the tagger would hand it over. Lives as long as the program.
class TaggedCorpus {
 public:
  static const TaggedCorpus& Get() {
    static const TaggedCorpus corpus;
    return corpus;
  }

  std::span<const Article> articles() const { return batch_.articles(); }
  std::span<const CompiledTopic> topics() const { return topics_; }

 private:
  TaggedCorpus() : batch_(kBatchArticles) {
    DecodeSettings settings;
    settings.article_bytes_max = Corpus::kBytesMax;
    for (std::size_t i = 0; i < Corpus::Get().size() && !batch_.full(); ++i) {
      const Origin origin{"news.raw", static_cast<std::int32_t>(i % 4), static_cast<int>(i)};
      batch_.Append(origin, {}).value = Corpus::Get()[i];
    }
    Decoder(settings).Process(batch_);
    for (std::size_t i = 0; i < kTopics; ++i) {
      const std::string number = std::to_string(20000600 + i);
      topics_.push_back({texts_.emplace_back("medtop:" + number),
                         texts_.emplace_back("label of " + number), kParents, "news-en", 8});
    }
    for (Article& article : batch_.articles()) AddTags(article);
  }

  void AddTags(Article& article) {
    if (!article.ok()) return;
    const std::span tags = batch_.arena().AllocateArray<Tag>(kTagsPerArticle);
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const std::span evidence = batch_.arena().AllocateArray<Evidence>(kEvidencePerTag);
      for (Evidence& e : evidence) e = AnyPlace(article);
      const auto count = article.parts.empty() ? 0 : evidence.size();
      tags[i] = {static_cast<std::uint32_t>(random_() % kTopics),
                 static_cast<std::int32_t>(100 - 10 * i), evidence.first(count)};
    }
    article.tags = tags;
  }

  // About two words, cut between characters.
  Evidence AnyPlace(const Article& article) {
    if (article.parts.empty()) return {};
    const auto part = static_cast<std::uint32_t>(random_() % article.parts.size());
    const std::string_view text = article.parts[part].text;
    const auto cut = [&](std::size_t at) {
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
      return static_cast<std::uint32_t>(std::min(at, text.size()));
    };
    const std::size_t start = random_() % text.size();
    return {part, cut(start), cut(start + 12), "\"a phrase\""};
  }

  Batch batch_;
  std::deque<std::string> texts_;
  std::vector<CompiledTopic> topics_;
  std::mt19937 random_{1};
};

// All records, for the copy, and to compare with.
const std::vector<std::string>& Records(RecordForm form) {
  static std::vector<std::string> records[2];
  std::vector<std::string>& all = records[form == RecordForm::kTags ? 0 : 1];
  if (!all.empty()) return all;
  OutputSettings settings;
  settings.record = form;
  RecordWriter writer(settings);
  writer.SetRules(TaggedCorpus::Get().topics(), "0123456789abcdef");
  Arena arena;
  for (const Article& article : TaggedCorpus::Get().articles()) {
    if (article.ok()) all.emplace_back(writer.Write(article, arena));
    arena.Clear();
  }
  return all;
}

void Report(benchmark::State& state, RecordForm form, std::size_t bytes) {
  std::size_t expected = 0;
  for (const std::string& record : Records(form)) expected += record.size();
  if (bytes != expected || bytes == 0) state.SkipWithError("wrote another number of bytes");
  for (std::size_t i = 0; i < Records(form).size(); i += 100) {
    if (!nlohmann::json::accept(Records(form)[i])) state.SkipWithError("wrote invalid JSON");
  }
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(Records(form).size()));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(expected));
}

template <RecordForm form>
void Memcpy(benchmark::State& state) {
  const std::vector<std::string>& records = Records(form);
  Arena arena;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    arena.Clear();
    for (std::size_t i = 0; i < records.size(); ++i) {
      char* const block = arena.Allocate(records[i].size());
      std::memcpy(block, records[i].data(), records[i].size());
      benchmark::DoNotOptimize(block);
      bytes += records[i].size();
    }
  }
  Report(state, form, bytes);
}
BENCHMARK(Memcpy<RecordForm::kTags>)->Name("memcpy/tags")->Unit(benchmark::kMicrosecond);
BENCHMARK(Memcpy<RecordForm::kEnriched>)->Name("memcpy/enriched")->Unit(benchmark::kMicrosecond);

template <RecordForm form>
void Encode(benchmark::State& state) {
  OutputSettings settings;
  settings.record = form;
  RecordWriter writer(settings);
  writer.SetRules(TaggedCorpus::Get().topics(), "0123456789abcdef");
  const std::span articles = TaggedCorpus::Get().articles();
  Arena arena;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    arena.Clear();
    for (const Article& article : articles) {
      if (article.ok()) bytes += writer.Write(article, arena).size();
    }
    benchmark::DoNotOptimize(bytes);
  }
  Report(state, form, bytes);
}
BENCHMARK(Encode<RecordForm::kTags>)->Name("encode/tags")->Unit(benchmark::kMicrosecond);
BENCHMARK(Encode<RecordForm::kEnriched>)->Name("encode/enriched")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
