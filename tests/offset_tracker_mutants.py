#!/usr/bin/env python3
"""Writes spoilt copies of the offset tracker, one a planted bug, for offset_tracker_model_test.cc.

Usage: offset_tracker_mutants.py ROOT OUTPUT.cc

Each copy is pipeline/offset_tracker.{h,cc} in a namespace of its own with one edit; its checks throw
instead of aborting. An edit whose text does not stand in the sources exactly once is an error, so
that a changed tracker can't lose its mutants unnoticed.
"""

import os
import re
import sys

# name: (text, what stands there instead)
EDITS = {
    "original": None,
    "failure counts as delivery": ("if (!delivered) {", "if (!delivered && false) {"),
    "failure does not stall": ("p.stalled = true;", ""),
    "failure is not remembered": ("p.failed = p.at(sequence).offset;", ""),
    "failure keeps what follows": ("p.end = sequence;", ""),
    "failure keeps itself": ("p.end = sequence;", "p.end = sequence + 1;"),
    "append goes on behind a failure": ("if (!p.stalled) {", "{"),
    "watermark is the position": ("p.last_appended = offset;",
                                  "p.last_appended = offset; p.watermark = offset + 1;"),
    "watermark passes open records": ("while (first != end && at(first).delivered) {",
                                      "while (first != end) {"),
    "watermark is the record itself": ("watermark = offset + 1;", "watermark = offset;"),
    "watermark moves once at most": ("while (first != end && at(first).delivered) {",
                                     "if (first != end && at(first).delivered) {"),
    "watermark never moves": ("p.Advance();", ""),
    "watermark begins at zero": ("std::int64_t watermark = -1;", "std::int64_t watermark = 0;"),
    "acknowledgements of any epoch": ("if (!p.assigned || p.epoch != epoch) {",
                                      "if (!p.assigned || (false && p.epoch != epoch)) {"),
    "revoke keeps the epoch": ("static_cast<std::uint16_t>(p.epoch + 1)",
                               "static_cast<std::uint16_t>(p.epoch + 0)"),
    "revoke keeps the watermark": ("fresh.partition = p.partition;\n  fresh.epoch",
                                   "fresh.partition = p.partition;\n"
                                   "  fresh.watermark = p.watermark;\n  fresh.epoch"),
    "revoke keeps the stall": ("fresh.partition = p.partition;\n  fresh.epoch",
                               "fresh.partition = p.partition;\n"
                               "  fresh.stalled = p.stalled;\n  fresh.epoch"),
    "revoke keeps the commit": ("fresh.partition = p.partition;\n  fresh.epoch",
                                "fresh.partition = p.partition;\n"
                                "  fresh.committed = p.committed;\n  fresh.epoch"),
    "revoke keeps the last offset": ("fresh.partition = p.partition;\n  fresh.epoch",
                                     "fresh.partition = p.partition;\n"
                                     "  fresh.last_appended = p.last_appended;\n  fresh.epoch"),
    "revoke forgets what is in flight": ("in_flight_ -= p.in_flight;", ""),
    "acknowledged is still in flight": ("--p.in_flight;\n  --in_flight_;", "--p.in_flight;"),
    "late acknowledgements are not counted": ("++ignored_acks_;", ""),
    "commits of any epoch": ("if (!found->assigned || found->epoch != progress.epoch) return;",
                             "if (!found->assigned) return;"),
    "commits are offered again": ("if (!p.assigned || p.watermark <= p.committed) continue;",
                                  "if (!p.assigned || p.watermark < 0) continue;"),
    "an older commit takes back": ("std::max(p.committed, progress.next_offset)",
                                   "progress.next_offset"),
    "commits are not noted": ("p.committed = std::max(p.committed, progress.next_offset);", ""),
    "commit of the position": ("progress.push_back({p.topic, p.partition, p.watermark, p.epoch});",
                               "progress.push_back({p.topic, p.partition, p.last_appended + 1, "
                               "p.epoch});"),
    "an offset twice": ("found->assigned && offset > found->last_appended;",
                        "found->assigned && offset >= found->last_appended;"),
    "records of others": ("return found != nullptr && found->assigned && offset",
                          "return found != nullptr && offset"),
    "one slot for all": ("return Encode({slot, p.epoch, sequence});",
                         "return Encode({static_cast<std::uint16_t>(slot * 0), p.epoch, sequence});"),
    "growing mixes records up": ("larger[s & (larger.size() - 1)] = at(s);",
                                 "larger[(s - first) & (larger.size() - 1)] = at(s);"),
    "only the first stall is seen": ("return std::any_of(partitions_.begin(), partitions_.end(),",
                                     "return std::any_of(partitions_.begin(), partitions_.begin() + 1,"),
}

PRELUDE = """// Written by tests/offset_tracker_mutants.py.
%s
#include "tests/offset_tracker_model.h"
#include "tests/offset_tracker_mutants.h"

#undef WIREDESK_CHECK
#define WIREDESK_CHECK(condition) \\
  ((condition) ? static_cast<void>(0) : throw ::wiredesk::CheckThrown{#condition})
"""


def mutated(name, texts):
    edit = EDITS[name]
    if edit is None:
        return texts
    old, new = edit
    if sum(text.count(old) for text in texts) != 1:
        sys.exit(f"offset_tracker_mutants.py: \"{name}\" no longer finds its text: {old}")
    return [text.replace(old, new) for text in texts]


def main():
    root, output = sys.argv[1:]
    texts = []
    for suffix in (".h", ".cc"):
        with open(os.path.join(root, "pipeline", "offset_tracker" + suffix), encoding="utf-8") as file:
            texts.append(file.read())
    includes = sorted({line for text in texts for line in re.findall(r"^#include .*$", text, re.M)
                       if "offset_tracker" not in line})
    parts = [PRELUDE % "\n".join(includes)]
    table = []
    for number, name in enumerate(EDITS):
        namespace = f"mutant_{number}"
        for text in mutated(name, texts):
            text = re.sub(r"^#.*$", "", text, flags=re.M)
            parts.append(text.replace("namespace wiredesk {", f"namespace wiredesk::{namespace} {{"))
        table.append(f"      {{\"{name}\", [] {{ return std::unique_ptr<AnyTracker>("
                     f"std::make_unique<TrackerOfType<{namespace}::OffsetTracker>>()); }}}},")
    parts.append("namespace wiredesk {\nstd::vector<TrackerMutant> TrackerMutants() {\n  return {\n" +
                 "\n".join(table) + "\n  };\n}\n}  // namespace wiredesk\n")
    with open(output, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    main()
