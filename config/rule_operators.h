// How operators are called and written, and what is said where one has no places. Pure functions,
// any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/rule_ast.h"
#include "config/rule_errors.h"

namespace wiredesk {

// X NEAR Y, and the other four whose children are two expressions with places.
bool IsProximity(RuleNode::Kind kind);

// "NEAR/4", "&", "count": as it is written in a pack; "" for terms.
std::string WrittenOperator(const RuleNode& node);

// The same for messages: "a set", "NEAR/4", "count(...)".
std::string DescribeOperator(const RuleNode& node);

// "=", "!=", "<", "<=", ">", ">=".
std::string_view WrittenComparison(RuleNode::Comparison comparison);

// Reports that `node` has no places, which `user` ("a set") needs, and what to write instead.
void ReportNoPlaces(const RuleNode& node, std::string_view user, RuleErrors& errors);

}  // namespace wiredesk
