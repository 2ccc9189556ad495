// The whole lane from memory to memory, on one thread, beside the sum of what it can't do without:
// bare simdjson reading the same fields, bare hs_scan with an empty callback over the canonical
// texts, and a copy of input and output; and two lanes side by side, each on a thread of its own.
// Each run checks the number of outputs and their bytes.
//
//   records ─→ source ─→ decode ─ canonicalise ─ match ─ tag ─ encode ─→ sink ─→ bytes
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/bare_parse.h"
#include "bench/bare_scan.h"
#include "bench/corpus.h"
#include "bench/shipped_rules.h"
#include "config/check.h"
#include "pipeline/lane.h"
#include "pipeline/memory_io.h"
#include "stages/make_stage.h"

namespace wiredesk {
namespace {

Settings MakeSettings() {
  Settings settings;
  settings.decode.article_bytes_max = Corpus::kBytesMax;
  return settings;
}

std::vector<MemoryRecord> Records() {
  const Corpus& corpus = Corpus::Get();
  std::vector<MemoryRecord> records;
  for (std::size_t i = 0; i < corpus.size(); ++i) records.push_back({std::string(corpus[i])});
  return records;
}

// The canonical texts and outputs that the lane makes of the corpus.
struct Made {
  std::vector<std::string> canonical;
  std::vector<std::string> outputs;
  std::size_t output_bytes = 0;

  static const Made& Get() {
    static const Made made;
    return made;
  }

 private:
  Made() {
    const Corpus& corpus = Corpus::Get();
    const Settings settings = MakeSettings();
    std::vector<std::unique_ptr<Stage>> stages;
    for (std::string_view name : kStageNames) stages.push_back(MakeStage(name, settings));
    Batch batch(1);
    batch.rules = ShippedRules().get();
    for (std::size_t i = 0; i < corpus.size(); ++i) {
      batch.Clear();
      Article& article = batch.Append({"memory", 0, static_cast<std::int64_t>(i)}, corpus[i]);
      for (const auto& stage : stages) stage->Process(batch);
      WIREDESK_CHECK(article.ok());
      canonical.emplace_back(article.canonical).append(kPadding, '\0');
      outputs.emplace_back(article.output);
      output_bytes += article.output.size();
    }
  }
};

void Report(benchmark::State& state, bool is_right) {
  if (!is_right) state.SkipWithError("made something else than the first run");
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(Corpus::Get().size()));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(Corpus::Get().bytes()));
}

void Floor(benchmark::State& state) {
  const Corpus& corpus = Corpus::Get();
  const Made& made = Made::Get();
  const BareScan scanner;
  simdjson::ondemand::parser parser;
  std::vector<char> copy(std::size_t{16} << 20);
  std::size_t bytes = 0;
  bool is_right = true;
  for (auto _ : state) {
    bytes = 0;
    for (std::size_t i = 0; i < corpus.size(); ++i) {
      const std::string_view value = corpus[i];
      std::memcpy(copy.data(), value.data(), value.size() + kPadding);
      bytes += ReadInOrder(parser, {copy.data(), value.size()});
      const std::string_view canonical = made.canonical[i];
      is_right &= scanner.Scan(canonical.substr(0, canonical.size() - kPadding));
      std::memcpy(copy.data(), made.outputs[i].data(), made.outputs[i].size());
      benchmark::DoNotOptimize(copy.data());
    }
  }
  Report(state, is_right && bytes != 0);
}
BENCHMARK(Floor)->Name("lane/floor")->Unit(benchmark::kMillisecond);

// Port and worker take turns on this thread: all CPU time of the lane is this thread's. Several
// threads have a lane each, and share the rules.
void OneThread(benchmark::State& state) {
  const Made& made = Made::Get();
  const Settings settings = MakeSettings();
  LaneOptions options;
  options.runtime = settings.runtime;
  options.runtime.batch_articles = static_cast<int>(state.range(0));
  options.make_stage = [&settings](std::string_view name) { return MakeStage(name, settings); };
  const RulesHolder rules(ShippedRules());
  options.rules = &rules;
  const std::vector<MemoryRecord> records = Records();
  // The first rounds warm the arenas up; then each iteration is one round.
  constexpr std::uint64_t kRoundsMax = 1'000'000;
  MemorySource source(records, kRoundsMax);
  MemorySink sink(source);
  const auto lane = Lane::Make(options, source, sink);
  WIREDESK_CHECK(lane.ok());
  std::uint64_t wanted = 0;
  const auto run_round = [&] {
    wanted += records.size();
    while (sink.output_count() + sink.dead_letter_count() < wanted) {
      (*lane)->StepPort();
      (*lane)->StepWorker(0, 0);
    }
  };
  for (int i = 0; i < 2; ++i) run_round();
  const std::uint64_t bytes_before = sink.output_bytes();
  const std::uint64_t count_before = sink.output_count();
  for (auto _ : state) run_round();
  // Offsets grow from round to round and outputs with them: only the least a round can have is
  // known.
  const std::uint64_t bytes = sink.output_bytes() - bytes_before;
  const std::uint64_t least =
      (sink.output_count() - count_before) / records.size() * made.output_bytes;
  Report(state,
         sink.dead_letter_count() == 0 && bytes >= least && made.outputs.size() == records.size());
}
BENCHMARK(OneThread)
    ->Name("lane/one_thread")
    ->Arg(16)
    ->Arg(64)
    ->Arg(256)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(OneThread)
    ->Name("lane/lanes_side_by_side")
    ->Arg(RuntimeSettings().batch_articles)
    ->ThreadRange(1, 2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
