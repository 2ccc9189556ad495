// The decoder beside bare simdjson on-demand that reads the same seven fields of the same articles.
// Each run checks that both got the same number of bytes. Bare simdjson does less: what is not one
// of the fields it skips without a look, and it does not see what stands behind the object. Then
// the same texts as plain text, title and paragraphs, beside a copy of them.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/bare_parse.h"
#include "bench/corpus.h"
#include "stages/decoder.h"

namespace wiredesk {
namespace {

constexpr std::size_t kBatchArticles = 256;

// Bytes of text; a string's quotation marks don't count.
std::size_t BytesOf(std::string_view json) {
  return !json.empty() && json.front() == '"' ? json.size() - 2 : json.size();
}

std::size_t BytesOf(const Article& article) {
  std::size_t bytes = BytesOf(article.id_json) + BytesOf(article.source_json) +
                      BytesOf(article.published_at_json) + article.language.size();
  for (const TextPart& part : article.parts) bytes += part.text.size();
  for (const std::string_view category : article.categories) bytes += category.size();
  return bytes;
}

// By name, as most programs do.
std::size_t ReadByName(ondemand::parser& parser, std::string_view json) {
  ondemand::document document;
  if (parser.iterate(json.data(), json.size(), json.size() + kPadding).get(document)) return 0;
  std::size_t bytes = 0;
  for (const char* name : {"id", "source", "language", "title", "body", "published_at", "labels"}) {
    ondemand::value value;
    if (document.find_field_unordered(name).get(value) == simdjson::SUCCESS) {
      bytes += BytesOfValue(value);
    }
  }
  return bytes;
}

// What the corpus holds by bare simdjson: every run has to get as much.
std::size_t ExpectedBytes() {
  static const std::size_t expected = [] {
    ondemand::parser parser;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < Corpus::Get().size(); ++i) {
      bytes += ReadInOrder(parser, Corpus::Get()[i]);
    }
    return bytes;
  }();
  return expected;
}

void Report(benchmark::State& state, const PaddedTexts& texts, bool is_right) {
  if (!is_right) state.SkipWithError("did not read what there is to read");
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(texts.size()));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(texts.bytes()));
}

void Report(benchmark::State& state, std::size_t bytes) {
  Report(state, Corpus::Get(), bytes == ExpectedBytes());
}

template <std::size_t (*read)(ondemand::parser&, std::string_view)>
void BareSimdjson(benchmark::State& state) {
  const Corpus& corpus = Corpus::Get();
  ondemand::parser parser;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (std::size_t i = 0; i < corpus.size(); ++i) bytes += read(parser, corpus[i]);
    benchmark::DoNotOptimize(bytes);
  }
  Report(state, bytes);
}
BENCHMARK(BareSimdjson<ReadInOrder>)->Name("bare_simdjson/in_order")->Unit(benchmark::kMillisecond);
BENCHMARK(BareSimdjson<ReadByName>)->Name("bare_simdjson/by_name")->Unit(benchmark::kMillisecond);

// Calls `process` with all articles, batch by batch. The values stay where they are.
template <typename Articles, typename Process>
void ForEachBatch(const Articles& articles, Batch& batch, Process process) {
  for (std::size_t i = 0; i < articles.size();) {
    batch.Clear();
    for (; i < articles.size() && !batch.full(); ++i) batch.Append({}, {}).value = articles[i];
    process(batch);
  }
}

// With what the batch costs, which is the next figure.
void Decode(benchmark::State& state) {
  DecodeSettings settings;
  settings.article_bytes_max = Corpus::kBytesMax;
  Decoder decoder(settings);
  Batch batch(kBatchArticles);
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    ForEachBatch(Corpus::Get(), batch, [&](Batch& full) {
      decoder.Process(full);
      for (const Article& article : full.articles()) bytes += BytesOf(article);
    });
    benchmark::DoNotOptimize(bytes);
  }
  Report(state, bytes);
}
BENCHMARK(Decode)->Name("decode/json")->Unit(benchmark::kMillisecond);

void FillBatches(benchmark::State& state) {
  Batch batch(kBatchArticles);
  for (auto _ : state) {
    ForEachBatch(Corpus::Get(), batch,
                 [](Batch& full) { benchmark::DoNotOptimize(full.articles().data()); });
    benchmark::ClobberMemory();
  }
}
BENCHMARK(FillBatches)->Name("batch_alone")->Unit(benchmark::kMillisecond);

// The corpus as plain text: its titles, and its bodies in paragraphs.
const PaddedTexts& PlainTexts() {
  static const PaddedTexts texts = [] {
    DecodeSettings settings;
    settings.article_bytes_max = Corpus::kBytesMax;
    Decoder decoder(settings);
    Batch batch(kBatchArticles);
    PaddedTexts made;
    ForEachBatch(Corpus::Get(), batch, [&](Batch& full) {
      decoder.Process(full);
      for (const Article& article : full.articles()) {
        std::string text;
        for (const TextPart& part : article.parts) text.append(part.text).append("\n\n");
        made.Add(std::move(text));
      }
    });
    return made;
  }();
  return texts;
}

void CopyText(benchmark::State& state) {
  const PaddedTexts& texts = PlainTexts();
  std::vector<char> copy(Corpus::kBytesMax);
  for (auto _ : state) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::memcpy(copy.data(), texts[i].data(), texts[i].size());
      benchmark::DoNotOptimize(copy.data());
    }
  }
  Report(state, texts, true);
}
BENCHMARK(CopyText)->Name("memcpy/text")->Unit(benchmark::kMillisecond);

void DecodeText(benchmark::State& state) {
  DecodeSettings settings;
  settings.format = ArticleFormat::kText;
  settings.article_bytes_max = Corpus::kBytesMax;
  Decoder decoder(settings);
  Batch batch(kBatchArticles);
  std::size_t bytes = 0;
  const auto decode_all = [&] {
    bytes = 0;
    ForEachBatch(PlainTexts(), batch, [&](Batch& full) {
      decoder.Process(full);
      for (const Article& article : full.articles()) {
        for (const TextPart& part : article.parts) bytes += part.text.size();
      }
    });
  };
  decode_all();
  const std::size_t expected = bytes;
  for (auto _ : state) decode_all();
  // Blank lines, and what stands around them, are all that may be lost.
  const bool is_whole =
      expected <= PlainTexts().bytes() && expected >= PlainTexts().bytes() / 100 * 95;
  Report(state, PlainTexts(), is_whole && bytes == expected);
}
BENCHMARK(DecodeText)->Name("decode/text")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
