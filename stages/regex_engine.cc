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

// Whether the first set of literals is there, and long enough to look for.
bool CanBeGated(const RegexFindings& findings) {
  return !findings.required.empty() &&
         std::none_of(findings.required.front().begin(), findings.required.front().end(),
                      [](const std::string& l) { return l.size() < GramGate::kLiteralBytesMin; });
}

void PutLiterals(const std::vector<std::string>& literals, std::string& bytes) {
  PutNumber(literals.size(), bytes);
  for (const std::string& literal : literals) PutBytes(literal, bytes);
}

bool TakeLiterals(std::string_view& bytes, std::vector<std::string>& literals) {
  std::uint64_t count = 0;
  if (!TakeNumber(bytes, count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string_view literal;
    if (!TakeBytes(bytes, literal)) return false;
    literals.emplace_back(literal);
  }
  return true;
}

}  // namespace

class RegexEngine::Scanner : public PatternScanner {
 public:
  explicit Scanner(const RegexEngine& engine) : engine_(engine) {
    GrowScratch(engine.always_.get(), scratch_);
    for (const Gated& gated : engine.gated_) GrowScratch(gated.database.get(), scratch_);
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
    ScanFrom(0, engine_.always_.get(), part);
    if (!engine_.gate_) return;
    gate_hits_.clear();
    engine_.gate_->Find(part, gate_scratch_, gate_hits_);
    std::sort(gate_hits_.begin(), gate_hits_.end());
    ScanGated(part);
  }

  // Whatever a regex matches lies around one of its literals, no further away than it can reach.
  // Where such surroundings overlap they are scanned as one: of the matches with one end only that
  // with the first start counts, and all of them are in surroundings that overlap.
  void ScanGated(std::string_view text) {
    for (std::size_t i = 0; i < gate_hits_.size();) {
      const std::uint32_t gated = gate_hits_[i].item;
      std::size_t start = 0;
      std::size_t end = 0;
      for (; i < gate_hits_.size() && gate_hits_[i].item == gated; ++i) {
        const auto [first, last] = Reach(engine_.gated_[gated], gate_hits_[i], text);
        if (first >= end) {
          ScanSurroundings(gated, start, end, text);
          start = first;
        }
        end = std::max(end, last);
      }
      ScanSurroundings(gated, start, end, text);
    }
  }

  // The bytes that a match around `hit` may have: by their number, or where that has no bound by
  // the number of words.
  static std::pair<std::size_t, std::size_t> Reach(const Gated& gated, const GramGate::Hit& hit,
                                                   std::string_view text) {
    if (gated.width != kAnyWidth) {
      const std::size_t reach = gated.width - (hit.end - hit.start);
      return {hit.start - std::min<std::size_t>(hit.start, reach),
              std::min(hit.end + reach, text.size())};
    }
    std::size_t first = hit.start;
    std::size_t last = hit.end;
    for (std::size_t spaces = gated.spaces + 1; first > 0; --first) {
      if (text[first - 1] == ' ' && --spaces == 0) break;
    }
    for (std::size_t spaces = gated.spaces + 1; last < text.size(); ++last) {
      if (text[last] == ' ' && --spaces == 0) break;
    }
    return {first, last};
  }

  void ScanSurroundings(std::uint32_t number, std::size_t start, std::size_t end,
                        std::string_view text) {
    const auto is_inside_character = [text](std::size_t at) {
      return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    };
    while (is_inside_character(start)) --start;
    while (is_inside_character(end)) ++end;
    const std::string_view around = text.substr(start, end - start);
    const Gated& gated = engine_.gated_[number];
    // Most that passes the gate fails here, for a fraction of what a scan costs.
    for (const Literals& also : gated.also) {
      const auto is_there = [around](const std::string& literal) {
        return around.find(literal) != std::string_view::npos;
      };
      if (std::none_of(also.begin(), also.end(), is_there)) return;
    }
    if (start != end) ScanFrom(start, gated.database.get(), around);
  }

  void ScanFrom(std::size_t offset, const hs_database_t* database, std::string_view text) {
    offset_ = part_start_ + static_cast<std::uint32_t>(offset);
    ScanText(database, text, scratch_.get(), OnMatch, this);
  }

  static int OnMatch(unsigned id, unsigned long long start, unsigned long long end, unsigned,
                     void* context) {
    Scanner& self = *static_cast<Scanner*>(context);
    const RegexBytes match = {id, self.offset_ + static_cast<std::uint32_t>(start),
                              self.offset_ + static_cast<std::uint32_t>(end)};
    // A pattern with an open end is reported at each end: the longest is the last from one start.
    if (!self.found_.empty() && self.found_.back().regex == id &&
        self.found_.back().start == match.start) {
      self.found_.back().end = match.end;
    } else {
      self.found_.push_back(match);
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
  std::vector<GramGate::Hit> gate_hits_;  // In the article
  std::vector<RegexBytes> found_;         // ... likewise.
  std::uint32_t part_start_ = 0;          // In its canonical text, of the part being scanned.
  std::uint32_t offset_ = 0;              // ... of what is being scanned.
};

absl::StatusOr<std::unique_ptr<RegexEngine>> RegexEngine::Build(
    const std::vector<std::string>& regexes, std::size_t gated_min) {
  std::vector<RegexFindings> findings;
  std::size_t gateable = 0;
  for (const std::string& regex : regexes) {
    gateable += CanBeGated(findings.emplace_back(CheckRegex(regex)));
  }
  std::unique_ptr<RegexEngine> engine(new RegexEngine());
  std::vector<std::string> always;
  std::vector<unsigned> always_numbers;
  for (unsigned i = 0; i < regexes.size(); ++i) {
    if (gateable < gated_min || !CanBeGated(findings[i])) {
      always.push_back(regexes[i]);
      always_numbers.push_back(i);
      continue;
    }
    absl::StatusOr<HyperscanDatabase> database =
        CompileRegexes(std::span(&regexes[i], 1), std::span(&i, 1));
    if (!database.ok()) return database.status();
    std::vector<Literals>& sets = findings[i].required;
    engine->required_.push_back(std::move(sets.front()));
    sets.erase(sets.begin());
    engine->gated_.push_back({*std::move(database), RegexWidth(regexes[i]),
                              static_cast<std::uint32_t>(findings[i].spaces_max), std::move(sets)});
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
    PutDatabase(gated_[i].database.get(), bytes);
    PutNumber(gated_[i].width, bytes);
    PutNumber(gated_[i].spaces, bytes);
    PutLiterals(required_[i], bytes);
    PutNumber(gated_[i].also.size(), bytes);
    for (const Literals& literals : gated_[i].also) PutLiterals(literals, bytes);
  }
}

absl::Status RegexEngine::TakeGated(std::string_view& bytes, RegexEngine& engine) {
  absl::StatusOr<HyperscanDatabase> database = TakeDatabase(bytes);
  if (!database.ok()) return database.status();
  std::uint64_t width = 0;
  std::uint64_t spaces = 0;
  std::uint64_t also = 0;
  Literals required;
  bool is_valid = *database != nullptr && TakeNumber(bytes, width) && TakeNumber(bytes, spaces) &&
                  TakeLiterals(bytes, required) && TakeNumber(bytes, also);
  for (const std::string& literal : required) {
    is_valid = is_valid && literal.size() >= GramGate::kLiteralBytesMin;
  }
  Gated gated = {*std::move(database),
                 static_cast<std::uint32_t>(width),
                 static_cast<std::uint32_t>(spaces),
                 {}};
  for (std::uint64_t i = 0; is_valid && i < also; ++i) {
    is_valid = TakeLiterals(bytes, gated.also.emplace_back());
  }
  if (!is_valid) return absl::DataLossError("the bytes of an engine are cut off");
  engine.gated_.push_back(std::move(gated));
  engine.required_.push_back(std::move(required));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RegexEngine>> RegexEngine::Load(std::string_view bytes) {
  std::unique_ptr<RegexEngine> engine(new RegexEngine());
  absl::StatusOr<HyperscanDatabase> always = TakeDatabase(bytes);
  if (!always.ok()) return always.status();
  engine->always_ = *std::move(always);
  std::uint64_t count = 0;
  if (!TakeNumber(bytes, count)) return absl::DataLossError("the bytes of an engine are cut off");
  for (std::uint64_t i = 0; i < count; ++i) {
    const absl::Status taken = TakeGated(bytes, *engine);
    if (!taken.ok()) return taken;
  }
  if (!engine->gated_.empty()) engine->gate_.emplace(engine->required_);
  return engine;
}

}  // namespace wiredesk
