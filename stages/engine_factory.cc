#include "stages/engine_factory.h"

#include <utility>

#include "stages/byte_form.h"
#include "stages/hyperscan.h"
#include "stages/regex_engine.h"
#include "stages/word_index.h"

namespace wiredesk {

namespace {

class WordIndexEngine : public PatternEngine {
 public:
  explicit WordIndexEngine(WordIndex index) : index_(std::move(index)) {}

  std::unique_ptr<PatternScanner> NewScanner() const override {
    return std::make_unique<Scanner>(index_);
  }
  void Serialise(std::string& bytes) const override { index_.Serialise(bytes); }

 private:
  class Scanner : public PatternScanner {
   public:
    explicit Scanner(const WordIndex& index) : index_(index) {}
    void Scan(const Article& article, Hits& hits) override {
      index_.Find(article, scratch_, hits.literals);
    }

   private:
    const WordIndex& index_;
    WordIndex::Scratch scratch_;
  };

  const WordIndex index_;
};

// An engine for the literals and one for the regexes; either may be null.
class CombinedEngine : public PatternEngine {
 public:
  CombinedEngine(EngineChoice literals_by, std::unique_ptr<PatternEngine> literals,
                 std::unique_ptr<PatternEngine> regexes)
      : literals_by_(literals_by), literals_(std::move(literals)), regexes_(std::move(regexes)) {}

  std::unique_ptr<PatternScanner> NewScanner() const override {
    auto scanner = std::make_unique<Scanner>();
    if (literals_) scanner->literals = literals_->NewScanner();
    if (regexes_) scanner->regexes = regexes_->NewScanner();
    return scanner;
  }

  void Serialise(std::string& bytes) const override {
    PutNumber(static_cast<std::uint64_t>(literals_by_), bytes);
    for (const PatternEngine* part : {literals_.get(), regexes_.get()}) {
      std::string form;
      if (part) part->Serialise(form);
      PutBytes(form, bytes);
    }
  }

 private:
  struct Scanner : PatternScanner {
    void Scan(const Article& article, Hits& hits) override {
      if (literals) literals->Scan(article, hits);
      if (regexes) regexes->Scan(article, hits);
    }
    std::unique_ptr<PatternScanner> literals;
    std::unique_ptr<PatternScanner> regexes;
  };

  const EngineChoice literals_by_;
  const std::unique_ptr<PatternEngine> literals_;
  const std::unique_ptr<PatternEngine> regexes_;
};

// Takes what was made, as an engine.
template <typename T>
absl::Status MoveInto(absl::StatusOr<std::unique_ptr<T>> made,
                      std::unique_ptr<PatternEngine>& engine) {
  if (!made.ok()) return made.status();
  engine = *std::move(made);
  return absl::OkStatus();
}

absl::Status MoveInto(absl::StatusOr<WordIndex> made, std::unique_ptr<PatternEngine>& engine) {
  if (!made.ok()) return made.status();
  engine = std::make_unique<WordIndexEngine>(*std::move(made));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PatternEngine>> MakeEngine(
    const std::vector<LiteralPattern>& literals, const std::vector<std::string>& regexes,
    EngineChoice choice) {
  // Measured from 100 to 1,000,000 literals (docs/PERFORMANCE.md): the word index costs less
  // throughout.
  if (choice == EngineChoice::kAuto) choice = EngineChoice::kWordIndex;
  std::unique_ptr<PatternEngine> literal_engine;
  std::unique_ptr<PatternEngine> regex_engine;
  absl::Status status;
  if (!literals.empty()) {
    status = choice == EngineChoice::kHyperscan
                 ? MoveInto(HyperscanLiterals::Build(literals), literal_engine)
                 : MoveInto(WordIndex::Build(literals), literal_engine);
  }
  if (status.ok() && !regexes.empty()) {
    status = MoveInto(RegexEngine::Build(regexes), regex_engine);
  }
  if (!status.ok()) return status;
  return std::make_unique<CombinedEngine>(choice, std::move(literal_engine),
                                          std::move(regex_engine));
}

absl::StatusOr<std::unique_ptr<PatternEngine>> LoadEngine(std::string_view bytes) {
  std::uint64_t choice = 0;
  std::string_view literals;
  std::string_view regexes;
  if (!TakeNumber(bytes, choice) || !TakeBytes(bytes, literals) || !TakeBytes(bytes, regexes) ||
      !bytes.empty()) {
    return absl::DataLossError("the bytes of an engine are cut off");
  }
  const auto literals_by = static_cast<EngineChoice>(choice);
  std::unique_ptr<PatternEngine> literal_engine;
  std::unique_ptr<PatternEngine> regex_engine;
  absl::Status status;
  if (!literals.empty()) {
    status = literals_by == EngineChoice::kHyperscan
                 ? MoveInto(HyperscanLiterals::Load(literals), literal_engine)
                 : MoveInto(WordIndex::Load(literals), literal_engine);
  }
  if (status.ok() && !regexes.empty()) status = MoveInto(RegexEngine::Load(regexes), regex_engine);
  if (!status.ok()) return status;
  return std::make_unique<CombinedEngine>(literals_by, std::move(literal_engine),
                                          std::move(regex_engine));
}

}  // namespace wiredesk
