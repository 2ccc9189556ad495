// Why an article has a tag, or has not, for people at a terminal. Any thread.
#pragma once

#include <span>
#include <string>

#include "app/pretty.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"
#include "stages/rule_explainer.h"

namespace wiredesk {

// The rule as a tree with true or false at each node, its score added up, what is in the way if it
// does not hold, and the article's text with what was found highlighted.
std::string RenderExplanation(const ExplainedRule& rule, const CompiledRules& rules,
                              const Article& article, const Terminal& terminal);

// One line why a rule that something speaks for does not hold: "score 20 of 30", "not: {a b}".
std::string RenderNearMiss(const ExplainedRule& rule);

}  // namespace wiredesk
