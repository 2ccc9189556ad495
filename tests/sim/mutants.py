#!/usr/bin/env python3
"""Writes copies of the commit path with planted bugs in them, for tests/sim/mutants_test.cc.

Usage: mutants.py ROOT FOLDER

FOLDER gets a copy of each file below with all of its edits, and mutant_names.cc. In an edit @name@
is whether the bug of that name is to be there, which is decided when the copy runs. An edit whose
text does not stand in its file exactly once is an error, so that a changed pipeline can't lose its
mutants unnoticed.
"""

import os
import re
import sys

# File: [(text, what stands there instead)].
EDITS = {
    "kafka_source": [
        # Reading again.
        ("if (partition->first < 0) partition->first = message.offset;",
         "if (partition->first < 0 && !@the first article is not noted@) {\n"
         "    partition->first = message.offset;\n  }"),
        # Pauses.
        ("if (partition == nullptr || message.offset < partition->next) return;",
         "if (partition == nullptr ||\n"
         "      (message.offset < partition->next && !@what comes twice is taken twice@)) {\n"
         "    return;\n  }"),
        ("if (paused_) PauseAll(false);", "if (paused_ && !@partitions stay paused@) PauseAll(false);"),
        ("  stash_.push_back(std::move(message));",
         "  if (!@what comes during a pause is dropped@) stash_.push_back(std::move(message));"),
    ],
    "kafka_source_rebalance": [
        # Giving partitions up.
        ("const bool drained = rebalance_->Drain(",
         "const bool drained = @the lane does not drain@ || rebalance_->Drain("),
        ("const bool may_commit = !lost && drained && status_.ok();",
         "const bool may_commit =\n"
         "        !lost && (drained || @a lane that did not drain is committed@) && status_.ok();"),
        ("if (!may_commit || !EndTransaction(drain_timeout_)) AbortTransaction();",
         "if (!@the transaction stays open when partitions go@ &&\n"
         "        (!may_commit || !EndTransaction(drain_timeout_))) {\n"
         "      AbortTransaction();\n    }"),
        ("} else if (!lost) {", "} else if (!lost && !@nothing is committed when partitions go@) {"),
        ("if (filling_ != nullptr) {\n    filling_->RemoveIf(",
         "if (filling_ != nullptr && !@articles in hand are kept when partitions go@) {\n"
         "    filling_->RemoveIf("),
        ("if (found == partitions_.end()) continue;\n    tracker_.Revoke(",
         "if (found == partitions_.end() || @partitions are kept that went@) continue;\n"
         "    tracker_.Revoke("),
        # Reading again.
        ("if (self.rewind_due_) self.Rewind();",
         "if (self.rewind_due_ && !@partitions that stay are not read again@) self.Rewind();"),
    ],
    "kafka_source_commits": [
        # Which offsets.
        ("const std::int64_t watermark = Watermark(partition);",
         "const std::int64_t watermark =\n"
         "        @the position is committed@ ? partition.next : Watermark(partition);"),
        ("->offset = watermark;",
         "->offset =\n"
         "        watermark + @offsets are one too high@ - @offsets are one too low@;"),
        ("if (cause == RD_KAFKA_RESP_ERR_NO_ERROR) {",
         "if (cause == RD_KAFKA_RESP_ERR_NO_ERROR || @a refused commit counts as done@) {"),
        ("if (!transaction_->Flush(timeout)) return false;",
         "if (!@commits do not wait for deliveries@ && !transaction_->Flush(timeout)) return false;"),
        # Taking back what was not committed.
        ("if (!status_.ok()) return status_;\n    if (!EndTransaction(kCommitTimeout)) {",
         "if (!status_.ok() && !@what failed commits@) return status_;\n"
         "    if (!EndTransaction(kCommitTimeout) && !@a failed transaction goes on@) {"),
        ("if (!closed_ && !rebalance_->Discard(drain_timeout_)) {",
         "if (!@the lane keeps what was aborted@ && !closed_ &&\n"
         "      !rebalance_->Discard(drain_timeout_)) {"),
        ("  stash_.clear();\n  if (filling_ != nullptr) filling_->RemoveIf(",
         "  if (!@articles read ahead are kept by an abort@) stash_.clear();\n"
         "  if (filling_ != nullptr) filling_->RemoveIf("),
        ("tracker_.Revoke(partition.topic_number, partition.id);\n",
         "if (@an abort begins no new epoch@) continue;\n"
         "    tracker_.Revoke(partition.topic_number, partition.id);\n"),
        ("if (absl::Status status = transaction_->Abort(kCommitTimeout); !status.ok())",
         "if (absl::Status status = @the producer is not told to abort@\n"
         "                                ? absl::OkStatus()\n"
         "                                : transaction_->Abort(kCommitTimeout);\n"
         "      !status.ok())"),
        # Reading again.
        ("      if (rewind_due_) Rewind();",
         "      if (rewind_due_ && !@nothing is read again after an abort@) Rewind();"),
        ("->offset =\n        target;", "->offset =\n        target + @reading again begins too late@;"),
        ("const std::int64_t target = element.offset >= 0 ? element.offset : partition.first;",
         "const std::int64_t target =\n"
         "        @reading again begins at the first article@ && partition.first >= 0\n"
         "            ? partition.first\n"
         "        : @reading again begins at what was known@ && partition.committed >= 0\n"
         "            ? partition.committed\n"
         "        : element.offset >= 0 ? element.offset : partition.first;"),
        ("partition.next = target;",
         "if (!@what is read again counts as read@) partition.next = target;"),
    ],
    "kafka_sink": [
        # Deliveries.
        ("message->_private), delivered);",
         "message->_private),\n"
         "                            delivered || @a failed delivery is acknowledged@);"),
        ("      self.Fail(status);",
         "      if (!@a failed delivery does not stop the worker@) self.Fail(status);"),
        ("if (!article.ok()) error = SendDeadLetter(article);",
         "if (@dead letters are taken for delivered@ && !article.ok()) {\n"
         "    source_.Acknowledge(article.ack, true);\n"
         "    return true;\n  }\n"
         "  if (!article.ok()) error = SendDeadLetter(article);"),
        ("  record.topic = dead_letters_.get();",
         "  const sim::OutsideOfTransaction outside(@dead letters are outside of the transaction@);\n"
         "  record.topic = dead_letters_.get();"),
        ("if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;",
         "if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return @an article is dropped by a full queue@;"),
        ("if (!SendArticle(articles[batch.send_cursor])) return false;",
         "if (!SendArticle(articles[batch.send_cursor])) {\n"
         "      if (@a full queue sends the batch anew@) batch.send_cursor = 0;\n"
         "      return false;\n    }"),
    ],
    "kafka_sink_transactions": [
        # Who commits, and what.
        ("rd_kafka_consumer_group_metadata(&consumer)",
         "@offsets come from nobody@           ? sim::NobodysMetadata()\n"
         "        : @metadata is kept from the first time@ ? sim::FirstMetadata(&consumer)\n"
         "        : rd_kafka_consumer_group_metadata(&consumer)"),
        ("if (!is_member) return nullptr;",
         "is_member = is_member || @offsets come from nobody@ || @who was put out commits@ ||\n"
         "                @offsets are not sent@;\n"
         "    if (!is_member || @offsets are not sent@) return nullptr;"),
        # Deliveries.
        ("return in_flight_ == 0 && !spoilt_",
         "return (in_flight_ == 0 || @a flush that took too long is done@) && !spoilt_"),
    ],
    "port": [
        ("sending_.push_back(batch);",
         "if (@results leave in any order@) {\n      sending_.push_front(batch);\n    } else {\n"
         "      sending_.push_back(batch);\n    }"),
        ("return drained() || aborted() || !sink_",
         "return (@draining does not wait for reports@ ? out_ == 0 : drained()) || aborted() || !sink_"),
    ],
    "offset_tracker": [
        ("if (!delivered) {", "if (!delivered && !@a delivery that failed counts@) {"),
        ("while (first != end && at(first).delivered) {",
         "while (first != end && (at(first).delivered || @the watermark passes what is open@)) {"),
        ("if (!p.assigned || p.epoch != epoch) {",
         "if (!p.assigned || (p.epoch != epoch && !@acknowledgements of any epoch count@)) {"),
        ("static_cast<std::uint16_t>(p.epoch + 1)",
         "static_cast<std::uint16_t>(p.epoch + (@epochs are all the same@ ? 0 : 1))"),
    ],
}

def main():
    root, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    names = []

    def number(found):
        if found[1] not in names:
            names.append(found[1])
        return f"sim::Planted({names.index(found[1]) + 1})"

    for name, edits in EDITS.items():
        path = os.path.join(root, "pipeline", name + ".cc")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in edits:
            if text.count(old) != 1:
                sys.exit(f"mutants.py: this stands {text.count(old)} times in {path}:\n{old}")
            text = text.replace(old, re.sub("@([^@]+)@", number, new))
        with open(os.path.join(folder, name + "_mutants.cc"), "w", encoding="utf-8") as file:
            file.write('#include "tests/sim/mutants.h"\n' + text)
    with open(os.path.join(folder, "mutant_names.cc"), "w", encoding="utf-8") as file:
        file.write('#include "tests/sim/mutants.h"\n\nnamespace wiredesk::sim {\n\n'
                   "const std::vector<std::string> kMutants = {\n")
        file.writelines(f'    "{name}",\n' for name in names)
        file.write("};\n\n}  // namespace wiredesk::sim\n")


if __name__ == "__main__":
    main()
