#include "stages/hyperscan.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "config/check.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

// Folded text on both sides would make case-blindness needless, but a regex's own letters can't be
// folded without reading its syntax.
constexpr unsigned kRegexFlags =
    HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST;

absl::Status CompileStatus(hs_error_t result, hs_compile_error_t* raw_error) {
  const std::unique_ptr<hs_compile_error_t, HyperscanDeleter> error(raw_error);
  if (result == HS_SUCCESS) return absl::OkStatus();
  return absl::InvalidArgumentError(error && error->message ? error->message : "unknown error");
}

// A literal ends before byte `end` of the canonical text.
struct LiteralEnd {
  std::uint32_t literal;
  std::uint32_t end;
};

// A regex covers bytes [start, end) of the canonical text.
struct RegexBytes {
  std::uint32_t regex;
  std::uint32_t start;
  std::uint32_t end;
};

// The number of tokens that start before byte `at` of the canonical text, given that at least
// `from` of them do. Hits come in order of their ends, so all searches of an article together walk
// its token table once; jumping ahead costs more in mispredicted branches than it saves.
std::uint32_t TokensBefore(std::span<const Token> tokens, std::uint32_t at, std::uint32_t from) {
  const Token* token = tokens.data() + from;
  const Token* const end = tokens.data() + tokens.size();
  while (token < end && token->canonical < at) ++token;
  return static_cast<std::uint32_t>(token - tokens.data());
}

class HyperscanScanner : public PatternScanner {
 public:
  HyperscanScanner(std::span<const LiteralPattern> patterns, const hs_database_t* literals,
                   const hs_database_t* regexes)
      : patterns_(patterns), literals_(literals), regexes_(regexes) {
    hs_scratch_t* scratch = nullptr;
    for (const hs_database_t* database : {literals, regexes}) {
      // Fails only for want of memory, and there is no going on without.
      if (database) WIREDESK_CHECK(hs_alloc_scratch(database, &scratch) == HS_SUCCESS);
    }
    scratch_.reset(scratch);
  }

  void Scan(const Article& article, Hits& hits) override {
    literal_ends_.clear();
    regex_bytes_.clear();
    ScanOne(literals_, article.canonical, OnLiteral);
    ScanOne(regexes_, article.canonical, OnRegex);
    AddLiterals(article, hits.literals);
    AddRegexes(article, hits.regexes);
  }

 private:
  void ScanOne(const hs_database_t* database, std::string_view text, match_event_handler on_match) {
    if (database == nullptr) return;
    const hs_error_t result = hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0,
                                      scratch_.get(), on_match, this);
    WIREDESK_CHECK(result == HS_SUCCESS);
  }

  static int OnLiteral(unsigned id, unsigned long long, unsigned long long end, unsigned,
                       void* context) {
    static_cast<HyperscanScanner*>(context)->literal_ends_.push_back(
        {id, static_cast<std::uint32_t>(end)});
    return 0;
  }

  static int OnRegex(unsigned id, unsigned long long start, unsigned long long end, unsigned,
                     void* context) {
    auto& regexes = static_cast<HyperscanScanner*>(context)->regex_bytes_;
    // A pattern with an open end is reported at each end: the longest is the last from one start.
    if (!regexes.empty() && regexes.back().regex == id && regexes.back().start == start) {
      regexes.back().end = static_cast<std::uint32_t>(end);
    } else {
      regexes.push_back({id, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
    return 0;
  }

  void AddLiterals(const Article& article, std::vector<PatternHit>& hits) const {
    std::uint32_t token_end = 0;
    for (std::size_t i = 0; i < literal_ends_.size(); ++i) {
      if (i + 4 < literal_ends_.size()) {
        __builtin_prefetch(&patterns_[literal_ends_[i + 4].literal]);
      }
      const LiteralEnd& found = literal_ends_[i];
      const LiteralPattern& pattern = patterns_[found.literal];
      // The last byte of whole words is the space behind them, that of a prefix is in its word.
      token_end = TokensBefore(article.tokens, found.end - (pattern.is_prefix ? 0 : 1), token_end);
      hits.push_back({found.literal, token_end - pattern.token_count, token_end});
    }
  }

  void AddRegexes(const Article& article, std::vector<PatternHit>& hits) {
    std::sort(regex_bytes_.begin(), regex_bytes_.end(),
              [](const RegexBytes& a, const RegexBytes& b) {
                return std::tie(a.regex, a.start, b.end) < std::tie(b.regex, b.start, a.end);
              });
    for (std::size_t i = 0; i < regex_bytes_.size(); ++i) {
      const RegexBytes& found = regex_bytes_[i];
      if (i > 0 && regex_bytes_[i - 1].regex == found.regex &&
          regex_bytes_[i - 1].start == found.start) {
        continue;
      }
      const std::uint32_t end = TokensBefore(article.tokens, found.end, 0);
      std::uint32_t begin = TokensBefore(article.tokens, found.start + 1, 0);
      // Back to the token that holds the start, unless that is a space or a mark between tokens.
      const auto is_between = [](char c) {
        return c == ' ' || c == kSentenceMark || c == kParagraphMark;
      };
      if (begin > 0 && !is_between(article.canonical[found.start])) --begin;
      // An evidence is a slice of one field: what runs over its end is none.
      if (begin >= end || &PartOf(article, begin) != &PartOf(article, end - 1)) continue;
      hits.push_back({found.regex, begin, end});
    }
  }

  const std::span<const LiteralPattern> patterns_;
  const hs_database_t* const literals_;
  const hs_database_t* const regexes_;
  HyperscanScratch scratch_;
  std::vector<LiteralEnd> literal_ends_;  // Of the article.
  std::vector<RegexBytes> regex_bytes_;
};

}  // namespace

absl::StatusOr<HyperscanDatabase> CompileLiterals(std::span<const LiteralPattern> literals) {
  if (literals.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> ids;
  for (const LiteralPattern& literal : literals) {
    ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(literal.text.data());
    sizes.push_back(literal.text.size());
  }
  const std::vector<unsigned> flags(literals.size(), 0);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(starts.data(), flags.data(), ids.data(),
                                                 sizes.data(), static_cast<unsigned>(starts.size()),
                                                 HS_MODE_BLOCK, nullptr, &database, &error);
  const absl::Status status = CompileStatus(result, error);
  if (!status.ok()) return status;
  return HyperscanDatabase(database);
}

absl::StatusOr<HyperscanDatabase> CompileRegexes(std::span<const std::string> regexes) {
  if (regexes.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<unsigned> ids;
  for (const std::string& regex : regexes) {
    ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(regex.c_str());
  }
  const std::vector<unsigned> flags(regexes.size(), kRegexFlags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_multi(starts.data(), flags.data(), ids.data(),
                                             static_cast<unsigned>(starts.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
  const absl::Status status = CompileStatus(result, error);
  if (!status.ok()) return status;
  return HyperscanDatabase(database);
}

std::unique_ptr<PatternScanner> HyperscanEngine::NewScanner() const {
  return std::make_unique<HyperscanScanner>(patterns_, literals_.get(), regexes_.get());
}

}  // namespace wiredesk
