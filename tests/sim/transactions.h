// The transaction coordinator: who holds a transactional id, in which epoch, and how its
// transactions end. Calls take effect at once, or, while an ended transaction's markers are being
// written, behind that; the answer says what became of them.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/group.h"
#include "tests/sim/log.h"
#include "tests/sim/world.h"

namespace wiredesk::sim {

class Transactions {
 public:
  using Answer = std::function<void(rd_kafka_resp_err_t)>;

  Transactions(World& world, OutputLogs& logs, Group& group)
      : world_(world), logs_(logs), group_(group) {}

  // A new epoch of `id`; what an older one left open is aborted first.
  void Init(const std::string& id, std::function<void(int epoch)> answer);
  // Adds records to the open transaction, or begins one.
  void Write(const std::string& id, int epoch, Time timeout, LogKey key,
             std::vector<StoredRecord> records, const Answer& answer);
  void AddOffsets(const std::string& id, int epoch, Time timeout, const MemberId& member,
                  const Offsets& offsets, const Answer& answer);
  void End(const std::string& id, int epoch, bool commit, const Answer& answer);
  int aborted() const { return aborted_; }

 private:
  struct Holder {
    int epoch = 0;
    int transaction = 0;     // 0: none is open.
    bool ending = false;     // Its markers are being written.
    bool committed = false;  // How the last one ended.
    bool any = false;
    std::deque<std::function<void()>> waiting;
  };

  // Runs `what` now or when no transaction of `id` is ending.
  void WhenSettled(const std::string& id, std::function<void()> what);
  void BeginIfNone(const std::string& id, Time timeout);
  void BeginEnd(const std::string& id, bool commit);

  World& world_;
  OutputLogs& logs_;
  Group& group_;
  std::map<std::string, Holder> holders_;
  int aborted_ = 0;
};

}  // namespace wiredesk::sim
