// Writes a rule pack in the text form (docs/RULES.md). Reading it back gives the same pack: same
// names, expressions, numbers and order; only comments and layout are not kept, since a RulePack
// has none. The lists' files are named, not written. Pure functions, any thread.
#pragma once

#include <string>

#include "config/rule_ast.h"

namespace wiredesk {

// REQUIRES: `pack` keeps the rules of the language, as all that were parsed do. Expressions that
// were made by a program may have words that need quotes, and operators with one operand.
std::string WriteRuleText(const RulePack& pack);

// One expression, on one line.
std::string WriteRuleText(const RuleNode& node);

}  // namespace wiredesk
