// Imports the rules of IPTC EXTRA: lines of JSON with `topicId`, `name` and `query`, which is EQL:
//
//   (and (or (title any "rape raped") (body adj "sex* attack*")) (not (title = "summary")))
//
// What each operator becomes:
//
//   and, or, not (none of)                &, |, not (… | …)
//   any "a b", = "a b"                    {a b}
//   all "a b"                             a & b
//   adj "a b"                             "a b"
//   /stemming  /casesensitive             a~  =a
//   /literal                              the spelling as it is, in lower, upper or initial
//   capitals /regexp                               /…/, adapted to folded text or/count>=n
//   count({…}) >= n or/count<n, <=n: "no more than n"     {…} & count({…}) <= n or/countunique>=n
//   atleast n of {…}; of a single `any`: of its words prox/unit=word/distance<n, <=n        NEAR/n
//   (Lucene's slop), with /ordered BEFORE/n prox/unit=word/distance>0             OUTSIDE ("not in
//   phrase") prox/unit=word/distance>n             a & not (a NEAR/n b) prox/unit=sentence,
//   paragraph /distance=1, >1   SENTENCE, PARAGRAPH; a & not (a SENTENCE b)
//   // comment //                         left out
//
// As EXTRA's own engine reads them (iptc/extra-core). Anything else is reported as an error.
#pragma once

#include <string>
#include <string_view>

#include "config/import_query.h"

namespace wiredesk {

// `text` is the file's, `file` its name in diagnostics. Rules with an error are left out.
ImportResult ImportExtra(std::string_view text, const std::string& file,
                         const ImportOptions& options, Diagnostics& diagnostics);

}  // namespace wiredesk
