// Makes a case in which something fails as small as it gets: for people who look for the fault.
#pragma once

#include <functional>
#include <vector>

#include "config/rule_ast.h"
#include "tests/reference/reference.h"

namespace wiredesk {

struct RuleCase {
  std::vector<RulePack> packs;
  reference::SourceArticle article;
};

// Greedily leaves out packs, clauses, nodes, parts and pieces of text while `fails` is true.
// REQUIRES: fails(start)
RuleCase Shrink(RuleCase start, const std::function<bool(const RuleCase&)>& fails);

}  // namespace wiredesk
