#include "stages/matcher.h"

#include <algorithm>
#include <tuple>

namespace wiredesk {

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
  scanner_->Scan(article, hits_);
  AddLiterals(article);
  AddRegexes();
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
  const std::span<const PatternHit> hits = hits_.literals;
  for (std::size_t h = 0; h < hits.size(); ++h) {
    const PatternHit& hit = hits[h];
    if (h + 4 < hits.size()) __builtin_prefetch(&literals[hits[h + 4].pattern]);
    const CompiledLiteral& literal = literals[hit.pattern];
    for (std::uint32_t i = 0; i < literal.term_count; ++i) {
      const std::uint32_t term = literal.first_term + i;
      if (literal.has_exact && !HasExactSpelling(article, term, hit.begin)) continue;
      matches_.push_back({term, hit.begin, hit.end});
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

void Matcher::AddRegexes() {
  for (const PatternHit& hit : hits_.regexes) {
    matches_.push_back({rules_->first_regex_term() + hit.pattern, hit.begin, hit.end});
  }
}

}  // namespace wiredesk
