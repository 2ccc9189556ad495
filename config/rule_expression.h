// Parses expressions: terms joined by operators. From tight to loose:
//
//   title:X   count(X) >= n   atleast n of {...}   NAME = value   (X)   {X Y}   @name
//   NEAR/n  BEFORE/n  SENTENCE  PARAGRAPH  OUTSIDE       all alike, from left to right
//   not
//   &  and
//   |  or
//
// It knows where things may stand; what they mean is for RuleChecks. One parser's, one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "config/rule_ast.h"
#include "config/rule_checks.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"
#include "config/rule_terms.h"

namespace wiredesk {

class RuleExpressionParser {
 public:
  // All must outlive this.
  RuleExpressionParser(RuleCursor& cursor, const RuleChecks& checks, RuleErrors& errors)
      : cursor_(cursor), checks_(checks), errors_(errors), terms_(cursor, errors) {}

  // Whether an expression begins at the cursor.
  bool AtExpression() const;

  // Nothing: a syntax error was reported, and the cursor is somewhere in the expression.
  std::optional<RuleNode> Parse();

  // The same where nothing but the next statement or clause may follow.
  std::optional<RuleNode> ParseWhole();

 private:
  // Each reads one level of precedence at nesting `level`.
  bool ParseOr(int level, RuleNode& node);
  bool ParseAnd(int level, RuleNode& node);
  bool ParseNot(int level, RuleNode& node);
  bool ParseProximity(int level, RuleNode& node);
  bool ParseOperand(int level, RuleNode& node);

  bool AtWord(std::string_view lower, std::string_view upper) const {
    return cursor_.AtWord(lower) || cursor_.AtWord(upper);
  }
  bool AtOr() const { return cursor_.At(RuleToken::Kind::kBar) || AtWord("or", "OR"); }
  bool AtAnd() const { return cursor_.At(RuleToken::Kind::kAmpersand) || AtWord("and", "AND"); }
  bool TakeProximity(RuleNode& node, bool& found);
  bool TakeDistance(RuleNode& node);

  bool ParseTerm(RuleNode& node);
  bool ParseParenthesis(int level, RuleNode& node);
  bool ParseField(int level, bool in_set, RuleNode& node);
  bool ParseName(RuleNode& node);
  bool ParseSet(int level, RuleNode& node);
  bool ParseMembers(int level, RuleNode& node);
  bool PassSeparator(bool& said);
  bool ParseMember(int level, RuleNode& node);
  bool ParseAtLeast(int level, RuleNode& node);
  bool ParseCount(int level, RuleNode& node);
  bool ParseCountBound(RuleNode& node);
  bool ParseWordOrTest(int level, RuleNode& node);
  bool ParseMetadata(const RuleToken& name, RuleNode& node);
  bool ParseValues(RuleNode& node);
  bool ParseValue(RuleNode& node);
  bool CheckLevel(int level);
  bool CountNode();
  bool FailMissingOperator();

  RuleCursor& cursor_;
  const RuleChecks& checks_;
  RuleErrors& errors_;
  RuleTermParser terms_;
  std::size_t nodes_ = 0;
};

}  // namespace wiredesk
