// A record through all stages: decode, canonicalise, match, tag, encode.
//
// - JSON is decoded as another parser decodes it (decode_check.h).
// - Every kernel and the path by code point split its text alike.
// - Both engines find what the slow reference finds, for a pack with every operator.
// - The output is JSON that says where the evidence is, to the byte (output_check.h).
//
// The first byte chooses format and form, the others are the record.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "config/check.h"
#include "config/file_text.h"
#include "config/rule_parser.h"
#include "stages/canonicaliser.h"
#include "stages/chunk_finder.h"
#include "stages/decoder.h"
#include "stages/encoder.h"
#include "stages/folded_value.h"
#include "stages/matcher.h"
#include "stages/tagger.h"
#include "tests/fast_path.h"
#include "tests/fuzz/decode_check.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/output_check.h"
#include "tests/reference/reference.h"

namespace wiredesk {
namespace {

constexpr std::size_t kReferenceBytesMax = 3000;  // It is slow.

std::vector<RulePack> ReadPacks() {
  Diagnostics diagnostics;
  const std::string path = WIREDESK_SOURCE_DIR "/tests/fuzz/every-operator.rules";
  std::optional<RulePack> pack = LoadRulePack(path, diagnostics);
  if (!pack) std::fputs(Render(diagnostics).c_str(), stderr);
  WIREDESK_CHECK(pack.has_value());
  return {*std::move(pack)};
}

std::shared_ptr<const CompiledRules> CompileWith(const std::vector<RulePack>& packs,
                                                 EngineChoice engine) {
  std::string errors;
  std::shared_ptr<const CompiledRules> rules = Compile(packs, errors, engine);
  if (rules == nullptr) std::fputs(errors.c_str(), stderr);
  WIREDESK_CHECK(rules != nullptr);
  return rules;
}

// What one record goes through, with one choice of settings.
class Stages {
 public:
  Stages(const DecodeSettings& decode, const OutputSettings& output)
      : form_(output.record), decoder_(decode), tagger_(output), encoder_(output) {}

  RecordForm form() const { return form_; }

  void Decode(Batch& batch) { decoder_.Process(batch); }
  void Rest(Batch& batch) {
    canonicaliser_.Process(batch);
    Again(batch);
  }
  // For other rules.
  void Again(Batch& batch) {
    matcher_.Process(batch);
    tagger_.Process(batch);
    encoder_.Process(batch);
  }

 private:
  const RecordForm form_;
  Decoder decoder_;
  Canonicaliser canonicaliser_;
  Matcher matcher_;
  Tagger tagger_;
  Encoder encoder_;
};

// Everything that lives as long as the program.
struct World {
  static constexpr ArticleFormat kFormats[] = {ArticleFormat::kAuto, ArticleFormat::kJson,
                                               ArticleFormat::kText};
  World()
      : packs(ReadPacks()),
        reference(packs),
        by_words(CompileWith(packs, EngineChoice::kWordIndex)),
        by_hyperscan(CompileWith(packs, EngineChoice::kHyperscan)) {
    decode.fields.further = {{std::string(kFurtherField), "/dateline"}};
    for (const ArticleFormat format : kFormats) {
      for (const RecordForm form : {RecordForm::kTags, RecordForm::kEnriched}) {
        decode.format = format;
        OutputSettings output;
        output.record = form;
        stages.push_back(std::make_unique<Stages>(decode, output));
      }
    }
  }

  const std::vector<RulePack> packs;
  reference::Reference reference;
  const std::shared_ptr<const CompiledRules> by_words;
  const std::shared_ptr<const CompiledRules> by_hyperscan;
  DecodeSettings decode;
  std::vector<std::unique_ptr<Stages>> stages;
};

std::string Unquoted(std::string_view json) {
  std::string text;
  UnquoteJson(json, text);
  return text;
}

reference::SourceArticle ToSource(const Article& article) {
  reference::SourceArticle source;
  source.id = Unquoted(article.id_json);
  source.language = article.language;
  source.source = Unquoted(article.source_json);
  for (const std::string_view category : article.categories) {
    source.categories.emplace_back(category);
  }
  for (const TextPart& part : article.parts) {
    const std::string_view name =
        part.field < kFieldCount ? kFieldNames[part.field] : kFurtherField;
    source.parts.push_back({std::string(name), std::string(part.text)});
  }
  return source;
}

bool Alike(const Tokeniser& a, const Tokeniser& b) {
  const auto same = [](const Token& x, const Token& y) {
    return x.canonical == y.canonical && x.start == y.start && x.end == y.end && x.hash == y.hash;
  };
  const auto equal = [](auto x, auto y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  };
  return a.canonical() == b.canonical() &&
         std::equal(a.tokens().begin(), a.tokens().end(), b.tokens().begin(), b.tokens().end(),
                    same) &&
         equal(a.sentences(), b.sentences()) && equal(a.paragraphs(), b.paragraphs());
}

void CheckTokenisers(const Article& article) {
  const auto read = [&article](Tokeniser& tokeniser) {
    tokeniser.Begin(ApostropheModeOf(article.language), nullptr);
    for (const TextPart& part : article.parts) tokeniser.AddPart(part.text);
  };
  static Tokeniser slow;
  static Tokeniser fast;
  slow.ForceSlowPath();
  read(slow);
  for (const NamedKernel& kernel : ChunkKernels()) {
    fast.ForceKernel(kernel.run);
    read(fast);
    WIREDESK_CHECK(Alike(slow, fast));
  }
}

void CheckTags(const Article& article, const CompiledRules& rules, World& world) {
  const reference::SourceArticle source = ToSource(article);
  WIREDESK_CHECK(world.reference.Tag(source) == FoundTags(article, rules));
}

void Run(Stages& stages, Batch& batch, World& world) {
  batch.rules = world.by_words.get();
  stages.Decode(batch);
  const Article& article = batch.articles()[0];
  CheckDecoded(article, world.decode);
  if (!article.ok()) return;
  CheckTokenisers(article);
  stages.Rest(batch);
  WIREDESK_CHECK(article.ok());
  CheckOutput(article, stages.form());
  if (article.value.size() <= kReferenceBytesMax) CheckTags(article, *world.by_words, world);
  const std::string output(article.output);
  batch.rules = world.by_hyperscan.get();
  stages.Again(batch);
  WIREDESK_CHECK(article.output == output);
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  static World world;
  FuzzInput input(bytes);
  const std::size_t choice = input.Byte() % world.stages.size();
  const std::string_view value = input.rest();
  // The record ends with its padding, so that a sanitizer sees a read behind that.
  const auto block = std::make_unique<char[]>(value.size() + kPadding);
  std::copy(value.begin(), value.end(), block.get());
  Batch batch(1);
  batch.Append({"news.raw", 3, 42}, "").value = {block.get(), value.size()};
  Run(*world.stages[choice], batch, world);
}

}  // namespace wiredesk
