#include "tests/sim/transactions.h"

#include <utility>

namespace wiredesk::sim {

void Transactions::WhenSettled(const std::string& id, std::function<void()> what) {
  Holder& holder = holders_[id];
  if (holder.ending) {
    holder.waiting.push_back(std::move(what));
  } else {
    what();
  }
}

void Transactions::Init(const std::string& id, std::function<void(int)> answer) {
  WhenSettled(id, [this, id, answer = std::move(answer)] {
    Holder& holder = holders_[id];
    const int epoch = ++holder.epoch;
    if (holder.transaction != 0) BeginEnd(id, false);
    WhenSettled(id, [answer, epoch] { answer(epoch); });
  });
}

void Transactions::BeginIfNone(const std::string& id, Time timeout) {
  Holder& holder = holders_[id];
  if (holder.transaction != 0) return;
  const int transaction = holder.transaction = logs_.Begin();
  holder.any = true;
  world_.After(timeout, [this, id, transaction] {
    Holder& late = holders_[id];
    if (late.transaction != transaction || late.ending) return;
    world_.Note("broker: transaction {} of {} takes too long", transaction, id);
    ++late.epoch;
    BeginEnd(id, false);
  });
}

void Transactions::Write(const std::string& id, int epoch, Time timeout, LogKey key,
                         std::vector<StoredRecord> records, const Answer& answer) {
  WhenSettled(id, [this, id, epoch, timeout, key, records = std::move(records), answer]() mutable {
    Holder& holder = holders_[id];
    if (holder.epoch != epoch) return answer(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
    BeginIfNone(id, timeout);
    for (StoredRecord& record : records) {
      record.transaction = holder.transaction;
      logs_.Append(key, std::move(record));
    }
    answer(RD_KAFKA_RESP_ERR_NO_ERROR);
  });
}

void Transactions::AddOffsets(const std::string& id, int epoch, Time timeout,
                              const MemberId& member, const Offsets& offsets,
                              const Answer& answer) {
  WhenSettled(id, [this, id, epoch, timeout, member, offsets, answer] {
    Holder& holder = holders_[id];
    if (holder.epoch != epoch) return answer(RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    BeginIfNone(id, timeout);
    answer(group_.CommitPending(holder.transaction, member, offsets));
  });
}

void Transactions::End(const std::string& id, int epoch, bool commit, const Answer& answer) {
  WhenSettled(id, [this, id, epoch, commit, answer] {
    Holder& holder = holders_[id];
    if (holder.epoch != epoch) return answer(RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    if (holder.transaction == 0) {
      const bool again = holder.any && holder.committed == commit;
      return answer(again ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR_INVALID_TXN_STATE);
    }
    BeginEnd(id, commit);
    answer(RD_KAFKA_RESP_ERR_NO_ERROR);
  });
}

void Transactions::BeginEnd(const std::string& id, bool commit) {
  Holder& holder = holders_[id];
  holder.ending = true;
  holder.committed = commit;
  if (!commit) ++aborted_;
  world_.Note("broker: transaction {} of {} {}", holder.transaction, id,
              commit ? "committed" : "aborted");
  world_.After(world_.random.Between(1, 30) * kMillisecond, [this, id, commit] {
    Holder& ended = holders_[id];
    logs_.End(ended.transaction, commit);
    group_.End(ended.transaction, commit);
    ended.transaction = 0;
    ended.ending = false;
    while (!ended.waiting.empty() && !ended.ending) {
      const std::function<void()> next = std::move(ended.waiting.front());
      ended.waiting.pop_front();
      next();
    }
  });
}

}  // namespace wiredesk::sim
