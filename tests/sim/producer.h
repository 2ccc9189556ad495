// A producer, as librdkafka is one: a bounded queue, batches on their way, delivery reports that
// wait to be served, and the states of a transaction.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/client.h"

namespace wiredesk::sim {

struct OutgoingMessage {
  LogKey key;
  StoredRecord record;
  void* opaque = nullptr;
  bool outside = false;  // Of the transaction: a planted bug.
};

class Producer final : public NetworkClient {
 public:
  Producer(Process& process, Brokers& brokers, rd_kafka_t* handle);

  rd_kafka_resp_err_t Produce(OutgoingMessage message);
  // Serves delivery reports.
  void Poll();
  // Waits until all is reported on. False: not in time.
  bool Flush(int timeout_ms);
  void Purge();

  // Null, or an error that the caller owns.
  rd_kafka_error_t* Init(int timeout_ms);
  rd_kafka_error_t* Begin();
  rd_kafka_error_t* SendOffsets(const Offsets& offsets, const MemberId& id, int timeout_ms);
  rd_kafka_error_t* Commit(int timeout_ms);
  rd_kafka_error_t* Abort(int timeout_ms);
  rd_kafka_resp_err_t fatal() const { return fatal_; }

  inline static bool outside = false;  // What is produced now: a planted bug.

 private:
  enum class State { kNone, kReady, kOpen, kCommitting, kMustAbort, kAborting };
  // An answer to a request that may come after who asked has given up waiting.
  using Answer = std::shared_ptr<std::pair<bool, rd_kafka_resp_err_t>>;

  struct Report {
    OutgoingMessage message;
    rd_kafka_resp_err_t error;
  };

  bool transactional() const { return !id_.empty(); }
  void ScheduleTransmission();
  void Transmit();
  void Transmit(LogKey key, bool in_transaction, std::vector<std::uint64_t> numbers);
  void ReportOn(std::uint64_t number, rd_kafka_resp_err_t error);
  void SetFatal(rd_kafka_resp_err_t error);
  void AskForEnd(bool commit);
  rd_kafka_error_t* AwaitEnd(bool commit, int timeout_ms);
  rd_kafka_error_t* Failure(rd_kafka_resp_err_t error);

  rd_kafka_t* const handle_;
  const std::string id_;
  std::size_t queue_max_ = 0;
  Time transaction_timeout_ = 0;
  State state_ = State::kNone;
  int epoch_ = -1;
  bool touched_ = false;  // The brokers know of the open transaction.
  rd_kafka_resp_err_t fatal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool tell_fatal_ = false;

  // Messages by number: queued or under way, and not reported on.
  std::map<std::uint64_t, OutgoingMessage> messages_;
  std::deque<std::uint64_t> queued_;
  std::deque<Report> reports_;
  std::uint64_t next_number_ = 0;
  bool transmission_due_ = false;

  Answer init_;
  Answer end_;
  Channel brokers_channel_;
  Channel coordinator_;
  Channel group_coordinator_;
};

}  // namespace wiredesk::sim
