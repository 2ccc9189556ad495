#include "stages/term_table.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "stages/term_reader.h"

namespace wiredesk {

namespace {

constexpr float kRegexCost = 40;

// Hits in a thousand articles, or so.
float CostOfWord(std::string_view word) {
  constexpr float kByLength[] = {500, 500, 300, 150, 60, 30, 15, 10, 7};
  const std::size_t length = CountCodePoints(word);
  return length < std::size(kByLength) ? kByLength[length] : 5;
}

// Of " new york ": as its rarest word, and rarer with each word more.
float CostOfLiteral(std::string_view text, bool is_prefix) {
  float cost = 1000;
  float share = 1;
  while (text.size() > 1) {
    text.remove_prefix(1);
    const std::string_view word = text.substr(0, text.find(' '));
    cost = std::min(cost, CostOfWord(word));
    text.remove_prefix(word.size());
    if (text.size() > 1) share *= 0.2f;
  }
  return cost * share * (is_prefix ? 4 : 1);
}

// A use that looks only at titles, headings or leads has few hits.
float ShareOfFields(FieldMask fields) { return (fields >> kBodyField & 1) != 0 ? 1 : 0.2f; }

std::uint64_t HashOf(std::span<const SetTerm> terms) {
  std::uint64_t hash = terms.size();
  const auto add = [&hash](std::uint32_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  };
  for (const SetTerm& term : terms) {
    add(term.term);
    add(term.shown);
    add(term.fields);
    add(static_cast<std::uint32_t>(term.factor));
  }
  return hash;
}

bool AreEqual(std::span<const SetTerm> a, std::span<const SetTerm> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SetTerm& x, const SetTerm& y) {
    return std::tie(x.term, x.shown, x.fields, x.factor) ==
           std::tie(y.term, y.shown, y.fields, y.factor);
  });
}

}  // namespace

std::uint32_t TermTable::AddTerm(TermKind kind, std::uint32_t index, float cost) {
  terms_.push_back({kind, index, cost});
  return static_cast<std::uint32_t>(terms_.size() - 1);
}

std::uint32_t TermTable::AddLiteral(std::string_view text, std::uint32_t token_count,
                                    bool is_prefix) {
  const TextId id = pool_.Add(text);
  if (literal_of_text_.size() <= id) {
    literal_of_text_.resize(std::max<std::size_t>(id + 1, literal_of_text_.size() * 3 / 2),
                            kNoIndex);
  }
  std::uint32_t& literal = literal_of_text_[id];
  if (literal == kNoIndex) {
    literal = static_cast<std::uint32_t>(literals_.size());
    literals_.push_back(
        {id, token_count, kNoIndex, is_prefix, false, CostOfLiteral(text, is_prefix)});
  }
  return literal;
}

std::uint32_t TermTable::PlainTerm(std::uint32_t literal) {
  Literal& record = literals_[literal];
  if (record.plain_term == kNoIndex) {
    record.plain_term = AddTerm(TermKind::kPlain, literal, record.cost);
  }
  return record.plain_term;
}

std::uint32_t TermTable::ExactTerm(std::uint32_t literal,
                                   std::span<const std::string_view> originals) {
  std::string key = std::to_string(literal);
  for (const std::string_view original : originals) key.append(" ").append(original);
  const auto [found, is_new] = exact_terms_.try_emplace(std::move(key), 0);
  if (!is_new) return found->second;
  found->second = AddTerm(TermKind::kExact, static_cast<std::uint32_t>(exacts_.size()),
                          literals_[literal].cost);
  exacts_.push_back({literal, found->second, static_cast<std::uint32_t>(exact_words_.size()),
                     static_cast<std::uint32_t>(originals.size())});
  for (const std::string_view original : originals) exact_words_.push_back(pool_.Add(original));
  literals_[literal].is_special = true;
  return found->second;
}

std::uint32_t TermTable::RegexTerm(std::string_view regex, bool& is_new) {
  const TextId text = pool_.Add(regex);
  const auto [found, added] = regex_terms_.try_emplace(text, 0);
  is_new = added;
  if (added) {
    found->second =
        AddTerm(TermKind::kRegex, static_cast<std::uint32_t>(regexes_.size()), kRegexCost);
    regexes_.push_back(text);
  }
  return found->second;
}

std::uint32_t TermTable::PhraseTerm(const std::vector<std::vector<std::uint32_t>>& places) {
  std::string key;
  for (const std::vector<std::uint32_t>& literals : places) {
    for (const std::uint32_t literal : literals) key.append(std::to_string(literal)).append(",");
    key += ';';
  }
  const auto [found, is_new] = phrase_terms_.try_emplace(std::move(key), 0);
  if (!is_new) return found->second;
  const auto phrase = static_cast<std::uint32_t>(phrases_.size());
  float cost = 1000;
  for (std::uint32_t place = 0; place < places.size(); ++place) {
    float sum = 0;
    for (const std::uint32_t literal : places[place]) {
      literals_[literal].is_special = true;
      sum += literals_[literal].cost;
      parts_.push_back({literal, {phrase, place}});
    }
    cost = std::min(cost, sum);
  }
  phrases_.push_back({place_count_, static_cast<std::uint32_t>(places.size())});
  place_count_ += static_cast<std::uint32_t>(places.size());
  found->second = AddTerm(TermKind::kPhrase, phrase, cost * 0.2f);
  return found->second;
}

std::uint32_t TermTable::AddSet(std::vector<SetTerm>& terms) {
  // Of one term in the same fields the greatest factor counts, then the smaller text is shown.
  std::sort(terms.begin(), terms.end(), [this](const SetTerm& a, const SetTerm& b) {
    if (a.term != b.term) return a.term < b.term;
    if (a.fields != b.fields) return a.fields < b.fields;
    if (a.factor != b.factor) return a.factor > b.factor;
    return a.shown != b.shown && pool_.text(a.shown) < pool_.text(b.shown);
  });
  terms.erase(std::unique(terms.begin(), terms.end(),
                          [](const SetTerm& a, const SetTerm& b) {
                            return std::tie(a.term, a.shown, a.fields, a.factor) ==
                                   std::tie(b.term, b.shown, b.fields, b.factor);
                          }),
              terms.end());
  const auto number = static_cast<std::uint32_t>(set_count());
  const auto [found, is_new] = sets_by_hash_.try_emplace(HashOf(terms), number);
  if (!is_new && AreEqual(this->terms(found->second), terms)) return found->second;
  float cost = 0;
  for (const SetTerm& term : terms) cost += terms_[term.term].cost * ShareOfFields(term.fields);
  set_terms_.insert(set_terms_.end(), terms.begin(), terms.end());
  set_starts_.push_back(static_cast<std::uint32_t>(set_terms_.size()));
  set_costs_.push_back(cost);
  return number;
}

void TermTable::Finish(RuleTables& tables) {
  std::vector<std::uint32_t> term_numbers(terms_.size());
  for (Literal& literal : literals_) literal.is_special |= literal.plain_term == kNoIndex;
  NumberSpecialLiterals(tables, term_numbers);
  NumberPlainLiterals(tables, term_numbers);
  const auto first_regex = static_cast<std::uint32_t>(
      tables.exact_starts.size() - 1 + tables.literals.size() - tables.special_literals.size());
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    const Term& term = terms_[i];
    if (term.kind == TermKind::kRegex) term_numbers[i] = first_regex + term.index;
    if (term.kind == TermKind::kPhrase) {
      term_numbers[i] = first_regex + static_cast<std::uint32_t>(regexes_.size()) + term.index;
    }
  }
  tables.regexes = regexes_;
  tables.phrases = phrases_;
  FillUses(tables, term_numbers);
}

void TermTable::NumberSpecialLiterals(RuleTables& tables,
                                      std::vector<std::uint32_t>& term_numbers) {
  std::stable_sort(exacts_.begin(), exacts_.end(),
                   [](const Exact& a, const Exact& b) { return a.literal < b.literal; });
  std::stable_sort(parts_.begin(), parts_.end(),
                   [](const Part& a, const Part& b) { return a.literal < b.literal; });
  std::size_t exact = 0;
  std::size_t part = 0;
  tables.exact_starts.push_back(0);
  for (std::uint32_t i = 0; i < literals_.size(); ++i) {
    const Literal& literal = literals_[i];
    if (!literal.is_special) continue;
    const auto term_count = [&tables] {
      return static_cast<std::uint32_t>(tables.exact_starts.size() - 1);
    };
    SpecialLiteral special = {term_count(), 0, static_cast<std::uint32_t>(part), 0};
    if (literal.plain_term != kNoIndex) {
      term_numbers[literal.plain_term] = term_count();
      tables.exact_starts.push_back(static_cast<std::uint32_t>(tables.exact_words.size()));
    }
    for (; exact < exacts_.size() && exacts_[exact].literal == i; ++exact) {
      const Exact& record = exacts_[exact];
      term_numbers[record.term] = term_count();
      const auto first = exact_words_.begin() + record.first_word;
      tables.exact_words.insert(tables.exact_words.end(), first, first + record.word_count);
      tables.exact_starts.push_back(static_cast<std::uint32_t>(tables.exact_words.size()));
    }
    for (; part < parts_.size() && parts_[part].literal == i; ++part) {
      tables.phrase_parts.push_back(parts_[part].part);
    }
    special.term_count = term_count() - special.first_term;
    special.part_count = static_cast<std::uint32_t>(part) - special.first_part;
    tables.special_literals.push_back(special);
    tables.literals.push_back({literal.text, literal.token_count, literal.is_prefix ? 1u : 0u});
  }
}

void TermTable::NumberPlainLiterals(RuleTables& tables,
                                    std::vector<std::uint32_t>& term_numbers) const {
  tables.literals.reserve(literals_.size());
  auto term = static_cast<std::uint32_t>(tables.exact_starts.size() - 1);
  for (const Literal& literal : literals_) {
    if (literal.is_special) continue;
    term_numbers[literal.plain_term] = term++;
    tables.literals.push_back({literal.text, literal.token_count, literal.is_prefix ? 1u : 0u});
  }
}

// The uses of each term next to each other, in order of their sets.
void TermTable::FillUses(RuleTables& tables, const std::vector<std::uint32_t>& term_numbers) const {
  tables.use_starts.assign(terms_.size() + 1, 0);
  for (const SetTerm& term : set_terms_) ++tables.use_starts[term_numbers[term.term] + 1];
  std::partial_sum(tables.use_starts.begin(), tables.use_starts.end(), tables.use_starts.begin());
  tables.uses.resize(set_terms_.size());
  std::vector<std::uint32_t> next(tables.use_starts.begin(), tables.use_starts.end() - 1);
  for (std::uint32_t set = 0; set < set_count(); ++set) {
    for (const SetTerm& term : terms(set)) {
      tables.uses[next[term_numbers[term.term]]++] = {set, term.shown, term.fields, term.factor};
    }
  }
}

}  // namespace wiredesk
