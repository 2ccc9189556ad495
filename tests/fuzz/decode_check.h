// Compares what the decoder made of a record with what another JSON parser makes of it. For tests.
#pragma once

#include "config/settings.h"
#include "stages/article.h"

namespace wiredesk {

// Aborts where they differ: in whether it is JSON at all, or in a member that is read. Numbers that
// the other parser can't hold are not compared.
// REQUIRES: `settings` are those that the article was decoded with, but for the format.
void CheckDecoded(const Article& article, const DecodeSettings& settings);

}  // namespace wiredesk
