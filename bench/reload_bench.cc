// What changing rules costs the thread that tags: the time until the first article is through all
// stages, by rules that they have not seen, and by the same ones as before. Also reading compiled
// rules, which another thread does.
#include <benchmark/benchmark.h>

#include <cctype>
#include <cstdio>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "config/check.h"
#include "stages/make_stage.h"
#include "stages/rule_compiler.h"
#include "stages/rules_form.h"

namespace wiredesk {
namespace {

using Rules = std::shared_ptr<const CompiledRules>;

const std::vector<std::string>& Words() {
  static const std::vector<std::string> words = [] {
    std::set<std::string> found;
    for (std::size_t i = 0; i < Corpus::Get().size(); ++i) {
      std::string word;
      for (const char c : Corpus::Get()[i]) {
        if (std::islower(static_cast<unsigned char>(c)) != 0) {
          word += c;
          continue;
        }
        if (word.size() >= 4) found.insert(word);
        word.clear();
      }
    }
    return std::vector<std::string>(found.begin(), found.end());
  }();
  return words;
}

// Topics with a pair of words each.
Rules MakeRules(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::size_t> pick(0, Words().size() - 1);
  RulePack pack;
  pack.name = "bench";
  pack.version = std::to_string(seed);
  pack.language = "any";
  for (int i = 0; i < count; ++i) {
    Topic& topic = pack.topics.emplace_back();
    topic.id = "k:" + std::to_string(i);
    topic.label = "topic " + std::to_string(i);
    topic.has_rule = true;
    ScoreItem& item = topic.scores.emplace_back();
    item.weight = 1;
    item.term.kind = RuleNode::Kind::kPhrase;
    item.term.text = Words()[pick(random)] + " " + Words()[pick(random)];
  }
  Diagnostics diagnostics;
  Rules rules = CompileRules({&pack, 1}, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  WIREDESK_CHECK(rules != nullptr);
  return rules;
}

const std::vector<Rules>& TwoRules(int count) {
  static std::map<int, std::vector<Rules>> made;
  std::vector<Rules>& rules = made[count];
  if (rules.empty()) rules = {MakeRules(count, 1), MakeRules(count, 2)};
  return rules;
}

// One article a round; the rules change with each if `changes`.
void FirstArticle(benchmark::State& state, bool changes) {
  const std::vector<Rules>& rules = TwoRules(static_cast<int>(state.range(0)));
  const Settings settings;
  std::vector<std::unique_ptr<Stage>> stages;
  for (std::string_view name : kStageNames) stages.push_back(MakeStage(name, settings));
  Batch batch(1);
  std::size_t round = 0;
  bool is_right = true;
  for (auto _ : state) {
    const Rules& now = rules[changes ? round % 2 : 0];
    batch.Clear();
    batch.KeepRules(now);
    const Article& article = batch.Append({"memory", 0, 0}, Corpus::Get()[0]);
    for (const auto& stage : stages) stage->Process(batch);
    is_right &= article.output.find(now->hash()) != std::string_view::npos;
    ++round;
  }
  if (!is_right) state.SkipWithError("a record is not stamped with its rules");
}
BENCHMARK_CAPTURE(FirstArticle, same, false)
    ->Name("reload/first_article/same_rules")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(FirstArticle, new, true)
    ->Name("reload/first_article/new_rules")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);

void ReadForm(benchmark::State& state) {
  const CompiledRules& rules = *TwoRules(static_cast<int>(state.range(0)))[0];
  std::string form;
  WriteRulesForm(rules, form);
  bool is_right = true;
  for (auto _ : state) {
    const auto read = ReadRulesForm(form);
    is_right &= read.ok() && (*read)->hash() == rules.hash();
  }
  if (!is_right) state.SkipWithError("read other rules than were written");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * form.size()));
}
BENCHMARK(ReadForm)
    ->Name("reload/read_form")
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wiredesk

BENCHMARK_MAIN();
