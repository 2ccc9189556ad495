// Parts of rules in messages. Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "config/rule_ast.h"

namespace wiredesk {

// The part as written, in one line of at most `characters`; what is longer ends with an ellipsis.
std::string ShortText(const RuleNode& node, std::size_t characters);

// A term as evidence names it: as written, with its ~, * or =, but without quotes.
std::string MatchedTerm(const RuleNode& term);

}  // namespace wiredesk
