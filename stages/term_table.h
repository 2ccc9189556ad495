// The terms of rules while these are being compiled: each literal, term and term set is there once,
// however many rules use it. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "stages/rule_program.h"
#include "stages/text_pool.h"

namespace wiredesk {

// A term as a member of a term set.
struct SetTerm {
  std::uint32_t term;
  TextId shown;
  FieldMask fields;
  std::int32_t factor;
};

class TermTable {
 public:
  explicit TermTable(TextPool& pool) : pool_(pool) {}

  // `text` as in LiteralPattern. Numbers of literals and terms are only good here; Finish() gives
  // them others.
  std::uint32_t AddLiteral(std::string_view text, std::uint32_t token_count, bool is_prefix);
  std::uint32_t PlainTerm(std::uint32_t literal);
  std::uint32_t ExactTerm(std::uint32_t literal, std::span<const std::string_view> originals);
  std::uint32_t RegexTerm(std::string_view regex, bool& is_new);
  // At each place one of some literals.
  std::uint32_t PhraseTerm(const std::vector<std::vector<std::uint32_t>>& places);

  // Sorts `terms` and drops repeats. Term sets keep their numbers.
  std::uint32_t AddSet(std::vector<SetTerm>& terms);
  std::span<const SetTerm> terms(std::uint32_t set) const {
    return std::span(set_terms_).subspan(set_starts_[set], set_starts_[set + 1] - set_starts_[set]);
  }
  std::size_t set_count() const { return set_starts_.size() - 1; }
  std::size_t set_terms_count() const { return set_terms_.size(); }
  // How often the set has hits, roughly and only to compare: what is short is frequent.
  double CostOf(std::uint32_t set) const { return set_costs_[set]; }

  // Fills the tables of literals, terms and their uses.
  void Finish(RuleTables& tables);

 private:
  enum class TermKind : std::uint32_t { kPlain, kExact, kRegex, kPhrase };
  struct Term {
    TermKind kind;
    std::uint32_t index;  // Of the literal, or in exacts_, regexes_, phrases_.
    float cost;
  };
  struct Literal {
    TextId text;
    std::uint32_t token_count;
    std::uint32_t plain_term;
    bool is_prefix;
    bool is_special;
    float cost;
  };
  struct Exact {
    std::uint32_t literal;
    std::uint32_t term;
    std::uint32_t first_word;  // Into exact_words_.
    std::uint32_t word_count;
  };
  struct Part {
    std::uint32_t literal;
    PhrasePart part;
  };

  std::uint32_t AddTerm(TermKind kind, std::uint32_t index, float cost);
  void NumberSpecialLiterals(RuleTables& tables, std::vector<std::uint32_t>& term_numbers);
  void NumberPlainLiterals(RuleTables& tables, std::vector<std::uint32_t>& term_numbers) const;
  void FillUses(RuleTables& tables, const std::vector<std::uint32_t>& term_numbers) const;

  TextPool& pool_;
  std::vector<std::uint32_t> literal_of_text_;  // By TextId; kNoIndex: none.
  std::vector<Literal> literals_;
  std::vector<Term> terms_;
  std::vector<Exact> exacts_;
  std::vector<TextId> exact_words_;
  absl::flat_hash_map<std::string, std::uint32_t> exact_terms_;
  std::vector<TextId> regexes_;
  absl::flat_hash_map<TextId, std::uint32_t> regex_terms_;
  std::vector<CompiledPhrase> phrases_;
  std::vector<Part> parts_;
  std::uint32_t place_count_ = 0;  // Of all phrases.
  absl::flat_hash_map<std::string, std::uint32_t> phrase_terms_;
  std::vector<SetTerm> set_terms_;
  std::vector<std::uint32_t> set_starts_ = {0};
  std::vector<float> set_costs_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> sets_by_hash_;
};

}  // namespace wiredesk
