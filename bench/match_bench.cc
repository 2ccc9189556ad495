// Canonicaliser, matcher and tagger, each alone, on the corpus and the shipped rules; the matcher
// beside bare hs_scan with an empty callback over the same database and texts. Each run checks that
// it found as much as the first.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "bench/bare_scan.h"
#include "bench/corpus.h"
#include "bench/shipped_rules.h"
#include "config/check.h"
#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/matcher.h"
#include "stages/tagger.h"

namespace wiredesk {
namespace {

constexpr std::size_t kBatchArticles = 64;

// The corpus in batches, decoded, canonicalised and matched: what every stage here starts from.
struct Prepared {
  std::vector<std::unique_ptr<Batch>> batches;
  std::size_t articles = 0;
  std::size_t text_bytes = 0;
  std::size_t tokens = 0;
  std::size_t matches = 0;

  static Prepared& Get() {
    static Prepared prepared;
    return prepared;
  }

 private:
  Prepared() {
    const Corpus& corpus = Corpus::Get();
    DecodeSettings settings;
    settings.article_bytes_max = Corpus::kBytesMax;
    Decoder decoder(settings);
    Canonicaliser canonicaliser;
    Matcher matcher;
    for (std::size_t i = 0; i < corpus.size();) {
      Batch& batch = *batches.emplace_back(std::make_unique<Batch>(kBatchArticles));
      batch.rules = ShippedRules().get();
      for (; i < corpus.size() && !batch.full(); ++i) batch.Append({}, corpus[i]);
      decoder.Process(batch);
      canonicaliser.Process(batch);
      matcher.Process(batch);
      for (const Article& article : batch.articles()) Count(article);
    }
    std::fprintf(stderr, "prepared: %.0f tokens, %.1f matches an article, %zu literals\n",
                 static_cast<double>(tokens) / static_cast<double>(articles),
                 static_cast<double>(matches) / static_cast<double>(articles),
                 ShippedRules()->literals().size());
  }

  void Count(const Article& article) {
    WIREDESK_CHECK(article.ok());
    ++articles;
    tokens += article.tokens.size();
    matches += article.matches.size();
    for (const TextPart& part : article.parts) text_bytes += part.text.size();
  }
};

void Report(benchmark::State& state, bool is_right) {
  if (!is_right) state.SkipWithError("found something else than the first run");
  const Prepared& prepared = Prepared::Get();
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(prepared.articles));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(prepared.text_bytes));
}

void Tokenise(benchmark::State& state, ChunkKernel kernel, bool slow_path) {
  const Prepared& prepared = Prepared::Get();
  Tokeniser tokeniser;
  if (kernel != nullptr) tokeniser.ForceKernel(kernel);
  if (slow_path) tokeniser.ForceSlowPath();
  const Abbreviations* abbreviations = FindAbbreviations("en");
  std::size_t tokens = 0;
  for (auto _ : state) {
    tokens = 0;
    for (const auto& batch : prepared.batches) {
      for (const Article& article : batch->articles()) {
        tokeniser.Begin(ApostropheModeOf(article.language), abbreviations);
        for (const TextPart& part : article.parts) tokeniser.AddPart(part.text);
        tokens += tokeniser.tokens().size();
      }
    }
  }
  Report(state, tokens == prepared.tokens);
}

// Runs a stage over all batches. What it allocates is given back before the next round, so that the
// arena is as warm as in a lane.
template <typename Stage>
void RunStage(benchmark::State& state, Stage stage, std::size_t (*count)(const Article&),
              std::size_t expected) {
  Prepared& prepared = Prepared::Get();
  Batch scratch(kBatchArticles);
  scratch.rules = ShippedRules().get();
  std::size_t found = 0;
  for (auto _ : state) {
    found = 0;
    for (const auto& batch : prepared.batches) {
      state.PauseTiming();
      scratch.Clear();
      for (const Article& article : batch->articles()) scratch.Append({}, {}) = article;
      state.ResumeTiming();
      stage.Process(scratch);
      for (const Article& article : scratch.articles()) found += count(article);
    }
  }
  Report(state, found == expected);
}

void Match(benchmark::State& state) {
  RunStage(
      state, Matcher(), [](const Article& a) { return a.matches.size(); }, Prepared::Get().matches);
}
BENCHMARK(Match)->Name("match/stage")->Unit(benchmark::kMillisecond);

void Tag(benchmark::State& state) {
  static std::size_t expected = 0;
  if (expected == 0) {
    Tagger tagger{OutputSettings()};
    for (const auto& batch : Prepared::Get().batches) {
      tagger.Process(*batch);
      for (const Article& article : batch->articles()) expected += article.tags.size();
    }
  }
  RunStage(
      state, Tagger(OutputSettings()), [](const Article& a) { return a.tags.size(); }, expected);
}
BENCHMARK(Tag)->Name("tag/stage")->Unit(benchmark::kMillisecond);

void ScanOnly(benchmark::State& state) {
  const Prepared& prepared = Prepared::Get();
  const BareScan scanner;
  bool is_right = true;
  for (auto _ : state) {
    for (const auto& batch : prepared.batches) {
      for (const Article& article : batch->articles()) is_right &= scanner.Scan(article.canonical);
    }
  }
  Report(state, is_right);
}
BENCHMARK(ScanOnly)->Name("match/bare_hs_scan")->Unit(benchmark::kMillisecond);

void RegisterTokenise() {
  for (const NamedKernel& kernel : ChunkKernels()) {
    benchmark::RegisterBenchmark(("tokenise/" + std::string(kernel.name)).c_str(), Tokenise,
                                 kernel.run, false)
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("tokenise/by_code_point", Tokenise, nullptr, true)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  wiredesk::RegisterTokenise();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
