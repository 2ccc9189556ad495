#include "stages/matcher.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "config/check.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

// The number of tokens that start before byte `at` of the canonical text, given that at least
// `from` of them do. Hits come in order of their ends, so all searches of an article together walk
// its token table once; jumping ahead costs more in mispredicted branches than it saves.
std::uint32_t TokensBefore(std::span<const Token> tokens, std::uint32_t at, std::uint32_t from) {
  const Token* token = tokens.data() + from;
  const Token* const end = tokens.data() + tokens.size();
  while (token < end && token->canonical < at) ++token;
  return static_cast<std::uint32_t>(token - tokens.data());
}

}  // namespace

const TextPart& PartOf(const Article& article, std::uint32_t token) {
  const auto behind =
      std::upper_bound(article.parts.begin(), article.parts.end(), token,
                       [](std::uint32_t t, const TextPart& part) { return t < part.first_token; });
  WIREDESK_CHECK(behind != article.parts.begin());
  return *(behind - 1);
}

void Matcher::Process(Batch& batch) {
  Use(*batch.rules);
  for (Article& article : batch.articles()) {
    if (article.ok()) Match(article, batch.arena());
  }
}

void Matcher::Use(const CompiledRules& rules) {
  if (&rules == rules_) return;
  rules_ = &rules;
  scanner_ = rules.engine().NewScanner();
}

void Matcher::Match(Article& article, Arena& arena) {
  hits_.Clear();
  matches_.clear();
  scanner_->Scan(article.canonical, hits_);
  AddLiterals(article);
  AddRegexes(article);
  // Engines promise no order at one end; the same input must give the same output.
  const auto earlier = [](const wiredesk::Match& a, const wiredesk::Match& b) {
    return std::tie(a.end, a.begin, a.term) < std::tie(b.end, b.begin, b.term);
  };
  if (!std::is_sorted(matches_.begin(), matches_.end(), earlier)) {
    std::sort(matches_.begin(), matches_.end(), earlier);
  }
  const std::span<wiredesk::Match> kept = arena.AllocateArray<wiredesk::Match>(matches_.size());
  std::copy(matches_.begin(), matches_.end(), kept.begin());
  article.matches = kept;
}

void Matcher::AddLiterals(const Article& article) {
  const std::span<const CompiledLiteral> literals = rules_->literal_terms();
  std::uint32_t token_end = 0;
  const std::span<const LiteralHit> hits = hits_.literals;
  for (std::size_t h = 0; h < hits.size(); ++h) {
    const LiteralHit& hit = hits[h];
    if (h + 4 < hits.size()) __builtin_prefetch(&literals[hits[h + 4].literal]);
    // The literal's last byte is the space behind its last token.
    token_end = TokensBefore(article.tokens, hit.end - 1, token_end);
    const CompiledLiteral& literal = literals[hit.literal];
    const std::uint32_t begin = token_end - literal.token_count;
    for (std::uint32_t i = 0; i < literal.term_count; ++i) {
      const std::uint32_t term = literal.first_term + i;
      if (literal.has_exact && !HasExactSpelling(article, term, begin)) continue;
      matches_.push_back({term, begin, token_end});
    }
  }
}

bool Matcher::HasExactSpelling(const Article& article, std::uint32_t term,
                               std::uint32_t first_token) const {
  const std::string_view text = PartOf(article, first_token).text;
  const Token* token = article.tokens.data() + first_token;
  for (const std::string& spelling : rules_->exact(term)) {
    if (text.substr(token->start, token->end - token->start) != spelling) return false;
    ++token;
  }
  return true;
}

// A regex covers every token that it touches with more than a space. Of the hits from one start
// only the longest stays.
void Matcher::AddRegexes(const Article& article) {
  auto& regexes = hits_.regexes;
  if (regexes.empty()) return;
  std::sort(regexes.begin(), regexes.end(), [](const RegexHit& a, const RegexHit& b) {
    return std::tie(a.regex, a.start, b.end) < std::tie(b.regex, b.start, a.end);
  });
  for (std::size_t i = 0; i < regexes.size(); ++i) {
    const RegexHit& hit = regexes[i];
    if (i > 0 && regexes[i - 1].regex == hit.regex && regexes[i - 1].start == hit.start) continue;
    const std::uint32_t end = TokensBefore(article.tokens, hit.end, 0);
    std::uint32_t begin = TokensBefore(article.tokens, hit.start + 1, 0);
    // Back to the token that holds the start, unless that is a space or a mark between tokens.
    const auto is_between = [](char c) {
      return c == ' ' || c == kSentenceMark || c == kParagraphMark;
    };
    if (begin > 0 && !is_between(article.canonical[hit.start])) --begin;
    // An evidence is a slice of one field: what runs over its end is none.
    if (begin >= end || &PartOf(article, begin) != &PartOf(article, end - 1)) continue;
    matches_.push_back({rules_->first_regex_term() + hit.regex, begin, end});
  }
}

}  // namespace wiredesk
