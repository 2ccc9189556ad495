// Reads an output record as its readers do. For tests.
#pragma once

#include "config/settings.h"
#include "stages/article.h"

namespace wiredesk {

// Aborts where the output of `article` is not JSON, does not keep what it should keep of the
// record, or where evidence does not hit the bytes that it quotes. REQUIRES: the article went
// through all stages; the enriched member has its default name.
void CheckOutput(const Article& article, RecordForm form);

}  // namespace wiredesk
