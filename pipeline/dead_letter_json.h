// A failed article as one line of JSON, for people and for files:
//   {"dead_letter":{"stage":"decode","code":"invalid_json","reason":"…","detail":"…",
//    "origin":{"topic":"news.ndjson","partition":0,"offset":17}}}
#pragma once

#include <string>

#include "stages/article.h"

namespace wiredesk {

// Without a line end. Valid UTF-8 whatever the article holds. "detail" only where there is one.
// REQUIRES: !article.ok()
std::string DeadLetterJson(const Article& article);

}  // namespace wiredesk
