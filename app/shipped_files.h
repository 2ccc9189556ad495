// Where the files that come with the program are: the sample articles and the rule packs.
#pragma once

#include <string>

namespace wiredesk {

// The path of a shipped file ("data/sample-feed.ndjson", "config/rules/mediatopics-en.rules"):
// beside the installed program (PREFIX/share/wiredesk), above the program's folder (a build inside
// the source tree), or where the sources were when it was built. Empty: it is nowhere.
std::string FindShippedFile(const std::string& name);

}  // namespace wiredesk
