// What the brokers keep of the output topics: for each partition the records as they were written,
// markers of ended transactions among them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace wiredesk::sim {

struct StoredRecord {
  bool marker = false;
  int transaction = 0;  // 0: outside of any.
  // Where the article came from.
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::string value;
};

// Topic (0: outputs, 1: dead letters) and partition.
using LogKey = std::pair<int, std::int32_t>;

class OutputLogs {
 public:
  // A new transaction's number.
  int Begin();
  void Append(LogKey key, StoredRecord record);
  // Ends a transaction, with a marker in each partition that it wrote to.
  void End(int transaction, bool commit);

  bool committed(int transaction) const {
    return transaction == 0 || transactions_[Index(transaction)].state == State::kCommitted;
  }
  // No transaction holds up the readers of committed records (LSO = log end).
  bool stable() const { return open_ == 0; }
  const std::map<LogKey, std::vector<StoredRecord>>& all() const { return logs_; }

 private:
  enum class State { kOpen, kCommitted, kAborted };
  struct Transaction {
    State state = State::kOpen;
    std::vector<LogKey> wrote_to;
  };
  static std::size_t Index(int transaction) { return static_cast<std::size_t>(transaction - 1); }

  std::vector<Transaction> transactions_;
  int open_ = 0;
  std::map<LogKey, std::vector<StoredRecord>> logs_;
};

}  // namespace wiredesk::sim
