// Parses terms: what can occur in a text (words, phrases, regexes, sets, fields, macros), and the
// `let` statements that name them. One parser's, one thread.
//
// A term is what an operand will be in the Boolean part of the language: an expression parser would
// call ParseTerm() for its operands and keep the operators to itself.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/rule_ast.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"

namespace wiredesk {

inline constexpr std::size_t kTermBytesMax = 1000;
inline constexpr int kTermNestingMax = 32;
inline constexpr std::size_t kMacrosMax = 10'000;
// Nodes that macros add to one pack where they are used: a macro of macros of macros must not fill
// the memory.
inline constexpr std::size_t kExpandedNodesMax = 2'000'000;

class RuleTermParser {
 public:
  // Both must outlive this.
  RuleTermParser(RuleCursor& cursor, RuleErrors& errors) : cursor_(cursor), errors_(errors) {}

  // Language "any" has no inflections.
  void ForbidInflections() { inflections_allowed_ = false; }

  // Whether a term begins at the cursor, in this version or a later one of the language.
  bool AtTerm() const;

  // Nothing: a syntax error was reported, and the cursor is somewhere in the term. Errors of
  // meaning (an unknown macro) are reported and a term is returned.
  std::optional<RuleNode> ParseTerm();

  // What ParseLet() has named, in order.
  std::vector<NamedNode> TakeLets() { return std::move(lets_); }

  // NAME = term. REQUIRES: the cursor is behind "let". False: as above.
  bool ParseLet();

 private:
  // What using a term somewhere adds there.
  struct Shape {
    std::size_t nodes = 1;
    int levels = 0;  // Sets, fields and macros inside each other.
    bool has_field = false;
  };
  struct Macro {
    Shape shape;
    int line = 0;
  };
  struct Place {
    int level = 0;
    bool in_field = false;
  };

  bool Parse(Place place, RuleNode& term, Shape& shape);
  bool ParseWord(RuleNode& term);
  bool ParseInflected(RuleNode& term);
  bool RefuseWildcard(RuleNode& term);
  bool ParsePhrase(RuleNode& term);
  bool ParseExact(RuleNode& term);
  bool ParseRegex(RuleNode& term);
  bool ParseSet(Place place, RuleNode& term, Shape& shape);
  bool ParseSetMembers(Place place, RuleNode& term, Shape& shape);
  bool ParseField(Place place, RuleNode& term, Shape& shape);
  bool ParseMacro(Place place, RuleNode& term, Shape& shape);
  std::string SuggestMacro(std::string_view name) const;
  bool CountExpansion(const SourcePosition& position, std::size_t nodes);
  void CheckTermText(const RuleToken& token);
  bool CheckLevel(const SourcePosition& position, int level);
  bool FailForgottenBrace(const SourcePosition& brace);

  RuleCursor& cursor_;
  RuleErrors& errors_;
  bool inflections_allowed_ = true;
  std::map<std::string, Macro, std::less<>> macros_;
  std::vector<NamedNode> lets_;
  std::size_t expanded_nodes_ = 0;
};

}  // namespace wiredesk
