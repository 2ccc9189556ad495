#include "tests/sim/oracle.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace wiredesk::sim {
namespace {

using ArticleId = std::pair<std::int32_t, std::int64_t>;  // Partition and offset.

class Judgement {
 public:
  Judgement(const Brokers& brokers, DeliveryMode delivery)
      : brokers_(brokers), exactly_once_(delivery == DeliveryMode::kExactlyOnce) {}

  std::string Run() {
    for (const auto& [key, records] : brokers_.logs.all()) {
      std::map<std::int32_t, std::int64_t> last;
      for (const StoredRecord& record : records) {
        if (!record.marker && brokers_.logs.committed(record.transaction)) Look(key, record, last);
      }
    }
    CountAll();
    // A commit may meet a change of generations, once in a while.
    if (brokers_.faultless && brokers_.transactions.aborted() > 2 * brokers_.group.generation()) {
      Fault("{} transactions aborted for no reason", brokers_.transactions.aborted());
    }
    return fault_;
  }

 private:
  // As a reader of committed records sees it.
  void Look(LogKey key, const StoredRecord& record, std::map<std::int32_t, std::int64_t>& last) {
    if (record.partition < 0) return Fault("wrong: {}", record.value);
    const InputRecord* input = Articles::Get().Find(record.value);
    if (input->dead_letter != (key.first == 1))
      return Fault("in the wrong topic: {}", record.value);
    const int seen = ++seen_[{record.partition, record.offset}];
    const auto [entry, is_first] = last.try_emplace(record.partition, -1);
    const bool forward = record.offset > entry->second;
    // What is repeated comes again from further back; what is new must be the next. After a failed
    // delivery its successors may be there first.
    if (!forward && (exactly_once_ || (seen == 1 && !brokers_.deliveries_failed))) {
      Fault("out of order: {}[{}] after {}", record.partition, record.offset, entry->second);
    }
    entry->second = std::max(entry->second, record.offset);
  }

  void CountAll() {
    std::int64_t repeats = 0;
    for (std::int32_t p = 0; p < brokers_.input.partitions; ++p) {
      for (int i = 0; i < brokers_.input.records; ++i) {
        const InputRecord& record = brokers_.Record(p, static_cast<std::size_t>(i));
        const auto found = seen_.find({p, record.offset});
        if (found == seen_.end()) {
          Fault("lost: {}[{}]", p, record.offset);
        } else if (found->second > 1) {
          repeats += found->second - 1;
          if (exactly_once_) Fault("{} times: {}[{}]", found->second, p, record.offset);
        }
      }
    }
    if (!exactly_once_ && repeats > brokers_.repeats_allowed) {
      Fault("{} repeats, and only {} were in flight", repeats, brokers_.repeats_allowed);
    }
  }

  template <typename... Args>
  void Fault(fmt::format_string<Args...> format, Args&&... args) {
    if (fault_.empty()) fault_ = fmt::format(format, std::forward<Args>(args)...);
  }

  const Brokers& brokers_;
  const bool exactly_once_;
  std::map<ArticleId, int> seen_;
  std::string fault_;
};

}  // namespace

bool Settled(const Brokers& brokers) {
  if (!brokers.logs.stable()) return false;
  for (std::int32_t p = 0; p < brokers.input.partitions; ++p) {
    const auto found = brokers.group.committed().find(p);
    if (found == brokers.group.committed().end() || found->second != brokers.End(p)) return false;
  }
  return true;
}

std::string Judge(const Brokers& brokers, DeliveryMode delivery) {
  return Judgement(brokers, delivery).Run();
}

}  // namespace wiredesk::sim
