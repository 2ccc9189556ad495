#include "stages/regex_engine.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/regex_check.h"
#include "stages/byte_form.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

// A regex covers bytes [start, end) of the canonical text.
struct RegexBytes {
  std::uint32_t regex;
  std::uint32_t start;
  std::uint32_t end;
};

// The number of tokens that start before byte `at` of the canonical text.
std::uint32_t TokensBefore(std::span<const Token> tokens, std::uint32_t at) {
  const auto found = std::partition_point(
      tokens.begin(), tokens.end(), [at](const Token& token) { return token.canonical < at; });
  return static_cast<std::uint32_t>(found - tokens.begin());
}

// The literals that `regex` requires, if they are long enough to look for.
std::vector<std::string> RequiredLiterals(std::string_view regex) {
  std::vector<std::string> required = CheckRegex(regex).required;
  for (const std::string& literal : required) {
    if (literal.size() < GramGate::kLiteralBytesMin) return {};
  }
  return required;
}

}  // namespace

class RegexEngine::Scanner : public PatternScanner {
 public:
  explicit Scanner(const RegexEngine& engine) : engine_(engine) {
    GrowScratch(engine.always_.get(), scratch_);
    for (const HyperscanDatabase& database : engine.gated_) GrowScratch(database.get(), scratch_);
  }

  // One part at a time: a match that ran on into the next would hide one that does not.
  void Scan(const Article& article, Hits& hits) override {
    found_.clear();
    for (std::size_t i = 0; i < article.parts.size(); ++i) {
      const std::string_view part = CanonicalOf(article, i);
      if (part.empty()) continue;
      part_start_ = static_cast<std::uint32_t>(part.data() - article.canonical.data());
      ScanPart(part);
    }
    AddHits(article, hits.regexes);
  }

 private:
  void ScanPart(std::string_view part) {
    ScanText(engine_.always_.get(), part, scratch_.get(), OnMatch, this);
    if (!engine_.gate_) return;
    open_.clear();
    engine_.gate_->Find(part, gate_scratch_, open_);
    for (std::uint32_t gated : open_) {
      ScanText(engine_.gated_[gated].get(), part, scratch_.get(), OnMatch, this);
    }
  }

  static int OnMatch(unsigned id, unsigned long long start, unsigned long long end, unsigned,
                     void* context) {
    Scanner& self = *static_cast<Scanner*>(context);
    std::vector<RegexBytes>& found = self.found_;
    const RegexBytes match = {id, self.part_start_ + static_cast<std::uint32_t>(start),
                              self.part_start_ + static_cast<std::uint32_t>(end)};
    // A pattern with an open end is reported at each end: the longest is the last from one start.
    if (!found.empty() && found.back().regex == id && found.back().start == match.start) {
      found.back().end = match.end;
    } else {
      found.push_back(match);
    }
    return 0;
  }

  void AddHits(const Article& article, std::vector<PatternHit>& hits) {
    std::sort(found_.begin(), found_.end(), [](const RegexBytes& a, const RegexBytes& b) {
      return std::tie(a.regex, a.start, b.end) < std::tie(b.regex, b.start, a.end);
    });
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const RegexBytes& found = found_[i];
      if (i > 0 && found_[i - 1].regex == found.regex && found_[i - 1].start == found.start) {
        continue;
      }
      const std::uint32_t end = TokensBefore(article.tokens, found.end);
      std::uint32_t begin = TokensBefore(article.tokens, found.start + 1);
      // Back to the token that holds the start, unless that is a space or a mark between tokens.
      const auto is_between = [](char c) {
        return c == ' ' || c == kSentenceMark || c == kParagraphMark;
      };
      if (begin > 0 && !is_between(article.canonical[found.start])) --begin;
      if (begin >= end) continue;  // Nothing but what stands between words.
      hits.push_back({found.regex, begin, end});
    }
  }

  const RegexEngine& engine_;
  HyperscanScratch scratch_;
  GramGate::Scratch gate_scratch_;
  std::vector<std::uint32_t> open_;  // Gated regexes to look for in the article.
  std::vector<RegexBytes> found_;    // In the article.
  std::uint32_t part_start_ = 0;     // In its canonical text, of the part being scanned.
};

absl::StatusOr<std::unique_ptr<RegexEngine>> RegexEngine::Build(
    const std::vector<std::string>& regexes, std::size_t gated_min) {
  std::vector<std::vector<std::string>> required;
  std::size_t gateable = 0;
  for (const std::string& regex : regexes) {
    required.push_back(RequiredLiterals(regex));
    gateable += !required.back().empty();
  }
  std::unique_ptr<RegexEngine> engine(new RegexEngine());
  std::vector<std::string> always;
  std::vector<unsigned> always_numbers;
  for (unsigned i = 0; i < regexes.size(); ++i) {
    if (required[i].empty() || gateable < gated_min) {
      always.push_back(regexes[i]);
      always_numbers.push_back(i);
      continue;
    }
    absl::StatusOr<HyperscanDatabase> database =
        CompileRegexes(std::span(&regexes[i], 1), std::span(&i, 1));
    if (!database.ok()) return database.status();
    engine->gated_.push_back(*std::move(database));
    engine->required_.push_back(std::move(required[i]));
  }
  absl::StatusOr<HyperscanDatabase> database = CompileRegexes(always, always_numbers);
  if (!database.ok()) return database.status();
  engine->always_ = *std::move(database);
  if (!engine->gated_.empty()) engine->gate_.emplace(engine->required_);
  return engine;
}

std::unique_ptr<PatternScanner> RegexEngine::NewScanner() const {
  return std::make_unique<Scanner>(*this);
}

void RegexEngine::Serialise(std::string& bytes) const {
  PutDatabase(always_.get(), bytes);
  PutNumber(gated_.size(), bytes);
  for (std::size_t i = 0; i < gated_.size(); ++i) {
    PutDatabase(gated_[i].get(), bytes);
    PutNumber(required_[i].size(), bytes);
    for (const std::string& literal : required_[i]) PutBytes(literal, bytes);
  }
}

absl::StatusOr<std::unique_ptr<RegexEngine>> RegexEngine::Load(std::string_view bytes) {
  const absl::Status cut_off = absl::DataLossError("the bytes of an engine are cut off");
  std::unique_ptr<RegexEngine> engine(new RegexEngine());
  absl::StatusOr<HyperscanDatabase> always = TakeDatabase(bytes);
  if (!always.ok()) return always.status();
  engine->always_ = *std::move(always);
  std::uint64_t gated = 0;
  if (!TakeNumber(bytes, gated)) return cut_off;
  for (std::uint64_t i = 0; i < gated; ++i) {
    absl::StatusOr<HyperscanDatabase> database = TakeDatabase(bytes);
    if (!database.ok()) return database.status();
    std::uint64_t literals = 0;
    if (*database == nullptr || !TakeNumber(bytes, literals)) return cut_off;
    std::vector<std::string>& required = engine->required_.emplace_back();
    for (std::uint64_t k = 0; k < literals; ++k) {
      std::string_view literal;
      if (!TakeBytes(bytes, literal) || literal.size() < GramGate::kLiteralBytesMin) return cut_off;
      required.emplace_back(literal);
    }
    engine->gated_.push_back(*std::move(database));
  }
  if (!engine->gated_.empty()) engine->gate_.emplace(engine->required_);
  return engine;
}

}  // namespace wiredesk
