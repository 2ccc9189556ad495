#include "stages/matcher.h"

#include <algorithm>
#include <tuple>

#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

// Whether a sentence or more ends between the token and the one before, if there is one.
bool BeginsSentence(const Article& article, std::uint32_t token) {
  if (token == 0) return true;
  const char before = article.canonical[article.tokens[token].canonical - 2];
  return before == kSentenceMark || before == kParagraphMark;
}

}  // namespace

void Matcher::Process(Batch& batch) {
  Use(*batch.rules);
  const std::span<Article> articles = batch.articles();
  for (std::size_t i = 0; i < articles.size(); ++i) {
    if (i + 1 < articles.size()) PrefetchForScan(articles[i + 1]);
    if (articles[i].ok()) Match(articles[i], batch.arena());
  }
}

void Matcher::Use(const CompiledRules& rules) {
  if (rules.generation() == generation_) return;
  rules_ = &rules;
  generation_ = rules.generation();
  scanner_ = rules.engine().NewScanner();
  const std::vector<CompiledPhrase>& phrases = rules.tables().phrases;
  last_partials_.assign(
      phrases.empty() ? 0 : phrases.back().first_place + phrases.back().place_count, kNoIndex);
  open_places_.clear();
}

void Matcher::Match(Article& article, Arena& arena) {
  hits_.Clear();
  matches_.clear();
  scanner_->Scan(article, hits_);
  const bool all_literals = AddLiterals(article);
  AddRegexes();
  if (!all_literals || matches_.size() > matches_max_) {
    return article.Fail(name(), Failure::kTooManyMatches);
  }
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

// False: there are too many. Each part of a phrase may join with many before it, so these count
// too.
bool Matcher::AddLiterals(const Article& article) {
  const auto special_count = static_cast<std::uint32_t>(rules_->special_literals().size());
  const std::uint32_t first_plain_term = rules_->first_plain_term();
  for (const PatternHit& hit : hits_.literals) {
    if (matches_.size() + partials_.size() > matches_max_) break;
    if (hit.pattern >= special_count) {
      matches_.push_back({first_plain_term + hit.pattern - special_count, hit.begin, hit.end});
    } else {
      AddSpecial(article, hit);
    }
  }
  for (const std::uint32_t place : open_places_) last_partials_[place] = kNoIndex;
  open_places_.clear();
  const bool all = matches_.size() + partials_.size() <= matches_max_;
  partials_.clear();
  return all;
}

void Matcher::AddSpecial(const Article& article, const PatternHit& hit) {
  const SpecialLiteral& literal = rules_->special_literals()[hit.pattern];
  for (std::uint32_t i = 0; i < literal.term_count; ++i) {
    const std::uint32_t term = literal.first_term + i;
    if (HasExactSpelling(article, term, hit.begin)) matches_.push_back({term, hit.begin, hit.end});
  }
  for (std::uint32_t i = 0; i < literal.part_count; ++i) {
    AddPhrasePart(article, rules_->tables().phrase_parts[literal.first_part + i], hit);
  }
}

// True for a term without a spelling of its own.
bool Matcher::HasExactSpelling(const Article& article, std::uint32_t term,
                               std::uint32_t first_token) const {
  const std::span<const TextId> words = rules_->exact(term);
  if (words.empty()) return true;
  const std::string_view text = PartOf(article, first_token).text;
  const Token* token = article.tokens.data() + first_token;
  for (const TextId word : words) {
    if (text.substr(token->start, token->end - token->start) != rules_->text(word)) return false;
    ++token;
  }
  return true;
}

// Hits come by ascending end, so what stands before this one is known.
void Matcher::AddPhrasePart(const Article& article, const PhrasePart& part, const PatternHit& hit) {
  if (part.place == 0) return AddPartial(part, hit.begin, hit.end);
  const CompiledPhrase& phrase = rules_->tables().phrases[part.phrase];
  std::uint32_t before = last_partials_[phrase.first_place + part.place - 1];
  if (before == kNoIndex || BeginsSentence(article, hit.begin)) return;
  while (before != kNoIndex && partials_[before].end >= hit.begin) {
    const Partial partial = partials_[before];
    if (partial.end == hit.begin) AddPartial(part, partial.begin, hit.end);
    before = partial.before;
  }
}

void Matcher::AddPartial(const PhrasePart& part, std::uint32_t begin, std::uint32_t end) {
  const CompiledPhrase& phrase = rules_->tables().phrases[part.phrase];
  std::uint32_t& last = last_partials_[phrase.first_place + part.place];
  // The same words may be a choice in two ways; each place of the text counts once.
  for (std::uint32_t i = last; i != kNoIndex && partials_[i].end == end; i = partials_[i].before) {
    if (partials_[i].begin == begin) return;
  }
  if (last == kNoIndex) open_places_.push_back(phrase.first_place + part.place);
  partials_.push_back({last, begin, end});
  last = static_cast<std::uint32_t>(partials_.size() - 1);
  if (part.place + 1 == phrase.place_count) {
    matches_.push_back({rules_->first_phrase_term() + part.phrase, begin, end});
  }
}

void Matcher::AddRegexes() {
  for (const PatternHit& hit : hits_.regexes) {
    matches_.push_back({rules_->first_regex_term() + hit.pattern, hit.begin, hit.end});
  }
}

}  // namespace wiredesk
