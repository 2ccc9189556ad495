// Whether tables of compiled rules that came from outside are sound: whether no index in them leads
// to somewhere that is not there.
#pragma once

#include "stages/rule_program.h"

namespace wiredesk {

// Any thread; looks at everything once.
bool AreSound(const RuleTables& tables);

}  // namespace wiredesk
