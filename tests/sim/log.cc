#include "tests/sim/log.h"

#include <algorithm>
#include <utility>

namespace wiredesk::sim {

int OutputLogs::Begin() {
  transactions_.emplace_back();
  ++open_;
  return static_cast<int>(transactions_.size());
}

void OutputLogs::Append(LogKey key, StoredRecord record) {
  if (record.transaction != 0) {
    std::vector<LogKey>& wrote_to = transactions_[Index(record.transaction)].wrote_to;
    if (std::find(wrote_to.begin(), wrote_to.end(), key) == wrote_to.end()) wrote_to.push_back(key);
  }
  logs_[key].push_back(std::move(record));
}

void OutputLogs::End(int transaction, bool commit) {
  Transaction& ended = transactions_[Index(transaction)];
  ended.state = commit ? State::kCommitted : State::kAborted;
  --open_;
  for (const LogKey& key : ended.wrote_to) {
    StoredRecord marker;
    marker.marker = true;
    marker.transaction = transaction;
    logs_[key].push_back(std::move(marker));
  }
}

}  // namespace wiredesk::sim
