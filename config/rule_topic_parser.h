// Parses what stands in the braces of a topic: its clauses. One parser's, one thread.
#pragma once

#include "config/rule_ast.h"
#include "config/rule_checks.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"
#include "config/rule_expression.h"
#include "config/rule_pack_checks.h"

namespace wiredesk {

class RuleTopicParser {
 public:
  // All must outlive this.
  RuleTopicParser(RuleCursor& cursor, RuleChecks& checks, TopicChecks& topics, RuleErrors& errors)
      : cursor_(cursor),
        checks_(checks),
        topics_(topics),
        errors_(errors),
        expressions_(cursor, checks, errors) {}

  RuleExpressionParser& expressions() { return expressions_; }

  // From the opening to behind the closing brace, or to where the next statement begins. What is
  // wrong is reported.
  void ParseBody(Topic& topic);

 private:
  // What was there already, of clauses that a topic has once.
  struct Seen {
    bool when = false;
    bool need = false;
    bool state = false;
    bool emit = false;
  };

  // Each is false after a syntax error, with the cursor somewhere in the clause.
  bool ParseClause(Topic& topic);
  bool RefuseClause();
  bool ParseWhen(Topic& topic);
  bool ParseScore(Topic& topic);
  bool AtScoreItem();
  bool ParseScoreItem(Topic& topic);
  bool ParseWeight(ScoreItem& item);
  bool RefuseWeight();
  bool ParseNeed(Topic& topic);
  bool ParseState(Topic& topic);
  bool ParseEmit(Topic& topic);
  bool ParseEmitItem(EmitSettings& emit);
  bool ParseTest(Topic& topic);
  bool ParseTestField(RuleTest& test);
  void RefuseSecond(bool& seen, std::string_view what, std::string_view help);

  RuleCursor& cursor_;
  RuleChecks& checks_;
  TopicChecks& topics_;
  RuleErrors& errors_;
  RuleExpressionParser expressions_;
  Seen seen_;
};

}  // namespace wiredesk
