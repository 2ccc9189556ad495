// Random rule packs that use the whole language over the words of tests/random_text.h, and are
// right: they compile, where articles have the further field kFurtherField.
#pragma once

#include <string>
#include <vector>

#include "config/rule_ast.h"
#include "tests/random_text.h"

namespace wiredesk {

// One pack or two, whose rules refer to each other.
std::vector<RulePack> RandomPacks(Random& random);

// The packs about as their author would have written them.
std::string Show(const std::vector<RulePack>& packs);

}  // namespace wiredesk
