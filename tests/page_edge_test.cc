// Nobody reads further than it may: each input lies at an unreadable page, behind it or before it,
// and begins at each of 64 alignments. The results are those of the same input elsewhere.
#include "tests/page_edge.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "config/rule_parser.h"
#include "stages/canonicaliser.h"
#include "stages/chunk_finder.h"
#include "stages/decoder.h"
#include "stages/json_writer.h"
#include "stages/rule_compiler.h"
#include "stages/rules_form.h"
#include "tests/fast_path.h"
#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using Edge = EdgeBytes::Edge;
constexpr std::size_t kAlignments = 64;
constexpr Edge kEdges[] = {Edge::kBehind, Edge::kBefore};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::filesystem::path kData = WIREDESK_SOURCE_DIR "/tests/data";

std::vector<std::string> Records() {
  std::vector<std::string> records = {ReadFile(kData / "article.txt")};
  for (const auto& entry : std::filesystem::directory_iterator(kData / "json")) {
    records.push_back(ReadFile(entry.path()));
  }
  std::ifstream lines(kData / "articles.ndjson");
  for (std::string line; std::getline(lines, line);) records.push_back(line);
  return records;
}

// What is hard for kernels: words, marks and sequences of several bytes at every place of a block.
std::vector<std::string> Texts() {
  std::vector<std::string> texts = {"",
                                    "a",
                                    "The firms' “e-mail” didn’t…",
                                    "tax court. New York bank! U.S. 1,000.5 straße 中国",
                                    "\n\n \t\n",
                                    "naïve\u0301 Ｆｕｌｌ ﬁle"};
  for (const char* unit : {"a", " ", "a ", "é", "中", "😀", ". A", "a-", "\"\\\n"}) {
    std::string text;
    while (text.size() < 150) text += unit;
    texts.push_back(text);
  }
  return texts;
}

// Calls `check` with each text behind 0 to 63 more bytes, so that it begins at each alignment where
// its end lies at the edge.
void AtAllAlignments(const std::vector<std::string>& texts, char filler,
                     const std::function<void(const std::string&)>& check) {
  for (const std::string& text : texts) {
    for (std::size_t more = 0; more < kAlignments; ++more) {
      check(std::string(more, filler) + text);
      if (testing::Test::HasFailure()) return;
    }
  }
}

std::string Decoded(std::string_view value) {
  static Decoder decoder{DecodeSettings{}};
  Batch batch(1);
  Article& article = batch.Append({"news.raw", 3, 42}, "");
  article.value = value;
  decoder.Process(batch);
  std::string shown = std::string(FailureCode(article.failure)) + " " +
                      std::string(article.failure_detail) + " " + std::string(article.id_json);
  for (const TextPart& part : article.parts) shown += " | " + std::string(part.text);
  return shown;
}

TEST(PageEdgeTest, DecodeReadsNoFurtherThanThePadding) {
  AtAllAlignments(Records(), ' ', [](const std::string& record) {
    std::string padded = record + std::string(kPadding, '\0');
    const std::string expected = Decoded({padded.data(), record.size()});
    for (const Edge edge : kEdges) {
      const EdgeBytes bytes(record, kPadding, edge);
      ASSERT_EQ(Decoded(bytes.view()), expected) << record;
    }
  });
}

std::string Canonical(std::string_view text, const NamedKernel& kernel) {
  Tokeniser tokeniser;
  tokeniser.ForceKernel(kernel.run);
  tokeniser.Begin(ApostropheMode::kEnglish, nullptr);
  tokeniser.AddPart(text);
  std::string shown(tokeniser.canonical());
  for (const Token& token : tokeniser.tokens()) {
    shown += std::to_string(token.start) + "-" + std::to_string(token.end) + " ";
  }
  return shown;
}

TEST(PageEdgeTest, KernelsReadNoFurtherThanThePadding) {
  AtAllAlignments(Texts(), 'x', [](const std::string& text) {
    std::string padded = text + std::string(kPadding, '\0');
    for (const NamedKernel& kernel : ChunkKernels()) {
      const std::string expected = Canonical({padded.data(), text.size()}, kernel);
      for (const Edge edge : kEdges) {
        const EdgeBytes bytes(text, kPadding, edge);
        ASSERT_EQ(Canonical(bytes.view(), kernel), expected) << kernel.name << ": " << text;
      }
    }
  });
}

// Of the texts' own places: the same hits, where the canonical text and the tokens lie at an edge.
std::string Hit(const PatternEngine& engine, const Article& article) {
  Hits hits;
  engine.NewScanner()->Scan(article, hits);
  std::string shown;
  for (const auto* list : {&hits.literals, &hits.regexes}) {
    for (const PatternHit& hit : *list) {
      shown += std::to_string(hit.pattern) + ":" + std::to_string(hit.begin) + "-" +
               std::to_string(hit.end) + " ";
    }
    shown += "| ";
  }
  return shown;
}

void ExpectSameHits(const PatternEngine& engine, const std::string& text) {
  Batch batch(1);
  Article& article = batch.Append({}, "");
  article.parts = batch.arena().AllocateArray<TextPart>(1);
  article.parts[0] = TextPart{batch.arena().Copy(text)};
  Canonicaliser().Process(batch);
  const std::string expected = Hit(engine, article);
  const std::string_view canonical = article.canonical;
  const std::span<const Token> tokens = article.tokens;
  for (const Edge edge : kEdges) {
    const EdgeBytes canonical_bytes(canonical, kPadding, edge);
    const EdgeBytes token_bytes({reinterpret_cast<const char*>(tokens.data()), tokens.size_bytes()},
                                kPadding, edge);
    article.canonical = canonical_bytes.view();
    article.tokens = {reinterpret_cast<const Token*>(token_bytes.data()), tokens.size()};
    ASSERT_EQ(Hit(engine, article), expected) << text;
  }
}

std::optional<RulePack> EveryOperator() {
  Diagnostics diagnostics;
  return LoadRulePack(WIREDESK_SOURCE_DIR "/tests/fuzz/every-operator.rules", diagnostics);
}

TEST(PageEdgeTest, EnginesReadNoFurtherThanThePadding) {
  const std::vector<RulePack> packs = {EveryOperator().value()};
  std::string errors;
  for (const EngineChoice choice : {EngineChoice::kWordIndex, EngineChoice::kHyperscan}) {
    const auto rules = Compile(packs, errors, choice);
    ASSERT_NE(rules, nullptr) << errors;
    std::vector<std::string> texts = Texts();
    // Longer ones as well, with hits to the very end.
    for (const char* words :
         {"new york taxation ", "chap chapter 11 file court ", "bank tax joke "}) {
      std::string text;
      while (text.size() < 300) text += words;
      texts.push_back(text);
    }
    AtAllAlignments(texts, 'x',
                    [&](const std::string& text) { ExpectSameHits(rules->engine(), text); });
  }
}

TEST(PageEdgeTest, EscapeReadsNothingBehindTheTextAndWritesNoMoreThanItsBound) {
  std::vector<std::pair<const char*, char* (*)(std::string_view, char*)>> kernels = {
      {"chosen", Escape}, {"plain", escape_kernels::Plain}};
  if (escape_kernels::HaveSse2()) kernels.emplace_back("sse2", escape_kernels::Sse2);
  if (escape_kernels::HaveAvx2()) kernels.emplace_back("avx2", escape_kernels::Avx2);
  AtAllAlignments(Texts(), 'x', [&](const std::string& text) {
    std::string expected(EscapedBytesMax(text.size()), '\0');
    expected.resize(
        static_cast<std::size_t>(escape_kernels::Plain(text, expected.data()) - expected.data()));
    const std::string room(EscapedBytesMax(text.size()), '\0');
    for (const auto& [name, escape] : kernels) {
      for (const Edge edge : kEdges) {
        const EdgeBytes bytes(text, 0, edge);
        const EdgeBytes out(room, 0, edge);
        const char* const end = escape(bytes.view(), out.data());
        ASSERT_EQ(std::string(static_cast<const char*>(out.data()), end), expected) << name;
      }
    }
  });
}

std::string ParsedAs(std::string_view text) {
  Diagnostics diagnostics;
  const std::optional<RulePack> pack =
      ParseRulePack(text, "desk.rules", diagnostics, ListFiles::kRefuse);
  return (pack ? ShowPack(*pack) : "") + Render(diagnostics);
}

// Whole packs, and what is left of them when they are cut anywhere.
TEST(PageEdgeTest, RuleParserReadsNothingBehindThePack) {
  const std::string text = ReadFile(WIREDESK_SOURCE_DIR "/tests/fuzz/every-operator.rules");
  const std::string json =
      ReadFile(WIREDESK_SOURCE_DIR "/tests/fuzz/corpus/rules/every-operator.json");
  for (const std::string& whole : {text, json}) {
    ASSERT_FALSE(whole.empty());
    for (std::size_t size = 0; size <= whole.size(); size += size % 64 == 0 ? 1 : 3) {
      const std::string pack = whole.substr(0, size);
      const std::string expected = ParsedAs(pack);
      for (const Edge edge : kEdges) {
        ASSERT_EQ(ParsedAs(EdgeBytes(pack, 0, edge).view()), expected) << size;
      }
    }
  }
}

// As the cache maps it.
TEST(PageEdgeTest, RulesFormIsReadNoFurtherThanItsEnd) {
  const std::vector<RulePack> packs = {EveryOperator().value()};
  std::string errors;
  const auto rules = Compile(packs, errors);
  ASSERT_NE(rules, nullptr) << errors;
  std::string form;
  WriteRulesForm(*rules, form);
  for (std::size_t more = 0; more < kAlignments; ++more) {
    const EdgeBytes bytes(std::string(more, 'x') + form);
    ASSERT_TRUE(ReadRulesForm(bytes.view().substr(more)).ok());
    const EdgeBytes cut(std::string_view(form).substr(0, form.size() - 1 - more));
    ASSERT_FALSE(ReadRulesForm(cut.view()).ok());
  }
}

}  // namespace
}  // namespace wiredesk
