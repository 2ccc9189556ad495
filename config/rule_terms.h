// Parses single terms: words, phrases, exact spellings, wildcards, inflections, regexes. One
// parser's, one thread.
#pragma once

#include <string_view>

#include "config/rule_ast.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"

namespace wiredesk {

class RuleTermParser {
 public:
  // Both must outlive this.
  RuleTermParser(RuleCursor& cursor, RuleErrors& errors) : cursor_(cursor), errors_(errors) {}

  // The term at the cursor. False: a syntax error was reported, and the cursor is somewhere in the
  // term. Errors of meaning are reported and a term is there; RuleChecks finds further ones.
  bool Parse(RuleNode& term);

 private:
  bool ParseWord(RuleNode& term);
  void ParseMarked(RuleNode& term, RuleNode::Kind kind);
  void ParsePhrase(RuleNode& term);
  bool ParseExact(RuleNode& term);
  void ParseRegex(RuleNode& term);
  // Reads the text of a string; its faults are reported.
  void ReadString(RuleNode& term, bool is_exact);

  RuleCursor& cursor_;
  RuleErrors& errors_;
};

// Reports what is wrong with a regex, as it stands between its slashes. `start` is the place of its
// first byte; with `inside` the faults are reported at their own places behind it.
void CheckRegexTerm(std::string_view regex, const SourcePosition& start, bool inside,
                    RuleErrors& errors);

}  // namespace wiredesk
