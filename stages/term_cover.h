// Finds alternatives of a set of terms that others make needless: {bank "bank"}, {bank* banker},
// {word~ words}. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/rule_ast.h"
#include "stages/term_reader.h"

namespace wiredesk {

// A needless alternative, and one that finds all that it finds: by their numbers.
struct CoveredTerm {
  std::size_t term;
  std::size_t by;
  bool is_same;  // They find the same.
};

class TermCover {
 public:
  // `language` is the pack's, for inflections.
  TermCover(std::string_view language, bool without_accents);

  // `members` are terms, perhaps each in a field; others are passed over. Each member that one
  // other covers is there once, in the order of the members; of those that find the same all but
  // the first.
  std::vector<CoveredTerm> Find(std::span<const RuleNode* const> members);

 private:
  // Words that a member finds: folded, or in one spelling, or all that begin so.
  struct Literal {
    std::string field;     // Empty: any.
    std::string words;     // " new york "; of a prefix " insolv"
    std::string spelling;  // Empty: any.
    bool is_prefix = false;
  };
  struct Member {
    std::size_t number = 0;  // Among those given.
    std::vector<Literal> literals;
  };

  // Field, words and spelling -> members that find that.
  using Finders = std::unordered_map<std::string, std::vector<std::uint32_t>>;

  void AddLiterals(const RuleNode& node, const std::string& field, Member& member);
  void AddForms(const RuleNode& node, const std::string& field, Member& member);
  void AddPhrases(const RuleNode& node, const std::string& field, Member& member);
  std::vector<std::uint32_t> Coverers(const Literal& literal) const;
  bool Covers(std::uint32_t member, const Member& other) const;

  const std::string language_;
  const bool has_inflections_;
  const bool without_accents_;
  TermReader reader_;
  std::vector<Member> members_;
  Finders finders_;
  Finders prefix_finders_;  // Of all words that begin so.
};

}  // namespace wiredesk
