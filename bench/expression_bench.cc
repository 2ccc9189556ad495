// What boolean rules with NEAR and SENTENCE cost, beside the bare scan for their terms: 10,000
// rules (or as many as the first argument says) over twice as many words and pairs of words.
//
// Rounds of three, in processor time of the thread, the best of each: the bare scan by the engine,
// the match stage, and the tag stage, which evaluates the expressions. Every round must find as
// much as the first.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/keywords.h"
#include "bench/prepared_corpus.h"
#include "config/rule_parser.h"
#include "stages/compiled_rules.h"
#include "stages/matcher.h"
#include "stages/rule_compiler.h"
#include "stages/tagger.h"

namespace wiredesk {
namespace {

std::string Quoted(const LiteralPattern& literal) {
  return '"' + literal.text.substr(1, literal.text.size() - 2) + '"';
}

// A quarter each: within ten words, in order, in one sentence, and a conjunction.
std::string RuleOf(std::size_t number, const std::string& a, const std::string& b) {
  const char* const kForms[] = {"{} NEAR/10 {}", "{} BEFORE/5 {}", "{} SENTENCE {}",
                                "{} & count({}) >= 1"};
  std::string when(kForms[number % std::size(kForms)]);
  when.replace(when.find("{}"), 2, a);
  when.replace(when.find("{}"), 2, b);
  return "topic t:" + std::to_string(number) + " \"T\" { when " + when + " }\n";
}

std::shared_ptr<const CompiledRules> MakeRules(std::size_t count, const PreparedCorpus& prepared) {
  const std::vector<LiteralPattern> terms = Keywords(prepared.words, 2 * count).First(2 * count);
  WIREDESK_CHECK(terms.size() == 2 * count);
  std::string text = "pack bench version 1 language any\n";
  for (std::size_t i = 0; i < count; ++i) {
    text += RuleOf(i, Quoted(terms[i]), Quoted(terms[count + i]));
  }
  Diagnostics diagnostics;
  const auto pack = ParseRulePack(text, "bench.rules", diagnostics);
  std::shared_ptr<const CompiledRules> rules;
  if (pack) rules = CompileRules(std::span(&*pack, 1), diagnostics);
  if (!rules) std::fputs(Render(diagnostics).c_str(), stderr);
  WIREDESK_CHECK(rules != nullptr);
  return rules;
}

struct Round {
  double scan = 0, match = 0, tag = 0;  // Seconds.
  std::size_t hits = 0, tags = 0;
};

Round RunRound(const CompiledRules& rules, const PreparedCorpus& prepared) {
  Round round;
  Hits hits;
  const auto scanner = rules.engine().NewScanner();
  double start = ThreadSeconds();
  for (std::size_t i = 0; i < prepared.articles.size(); ++i) {
    if (i + 1 < prepared.articles.size()) PrefetchForScan(*prepared.articles[i + 1]);
    hits.Clear();
    scanner->Scan(*prepared.articles[i], hits);
    round.hits += hits.literals.size();
  }
  round.scan = ThreadSeconds() - start;
  Matcher matcher;
  Tagger tagger{OutputSettings()};
  Batch scratch(64);
  scratch.rules = &rules;
  for (const auto& batch : prepared.batches) {
    scratch.Clear();
    for (const Article& article : batch->articles()) scratch.Append({}, {}) = article;
    start = ThreadSeconds();
    matcher.Process(scratch);
    const double matched = ThreadSeconds();
    tagger.Process(scratch);
    round.tag += ThreadSeconds() - matched;
    round.match += matched - start;
    for (const Article& article : scratch.articles()) round.tags += article.tags.size();
  }
  return round;
}

void Run(std::size_t count) {
  const PreparedCorpus prepared;
  const std::shared_ptr<const CompiledRules> rules = MakeRules(count, prepared);
  Round best = RunRound(*rules, prepared);
  for (int i = 0; i < 5; ++i) {
    const Round round = RunRound(*rules, prepared);
    WIREDESK_CHECK(round.hits == best.hits && round.tags == best.tags);
    best.scan = std::min(best.scan, round.scan);
    best.match = std::min(best.match, round.match);
    best.tag = std::min(best.tag, round.tag);
  }
  const auto articles = static_cast<double>(prepared.articles.size());
  std::printf("%zu rules of %zu terms, %.1f hits and %.2f tags an article\n", count,
              rules->term_count(), static_cast<double>(best.hits) / articles,
              static_cast<double>(best.tags) / articles);
  const auto row = [&](const char* name, double seconds) {
    std::printf("  %-12s %8.0f ns an article %8.2f x\n", name, seconds / articles * 1e9,
                seconds / best.scan);
  };
  row("bare scan", best.scan);
  row("match", best.match);
  row("tag", best.tag);
  row("match + tag", best.match + best.tag);
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) {
  wiredesk::Run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000);
}
