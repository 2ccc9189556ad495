#include "tests/sim/producer.h"

#include <algorithm>
#include <utility>

namespace wiredesk::sim {
namespace {

constexpr Time kLinger = 5 * kMillisecond;

std::string Property(const rd_kafka_conf_t& conf, const char* name, const char* otherwise) {
  const auto found = conf.properties.find(name);
  return found == conf.properties.end() ? otherwise : found->second;
}

}  // namespace

Producer::Producer(Process& process, Brokers& brokers, rd_kafka_t* handle)
    : NetworkClient(process, brokers),
      handle_(handle),
      id_(Property(*handle->conf, "transactional.id", "")),
      queue_max_(std::stoul(Property(*handle->conf, "queue.buffering.max.messages", "20"))),
      transaction_timeout_(std::stol(Property(*handle->conf, "transaction.timeout.ms", "15000")) *
                           kMillisecond) {}

// --- Messages ------------------------------------------------------------------------------------

rd_kafka_resp_err_t Producer::Produce(OutgoingMessage message) {
  process_.Step("produce");
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return RD_KAFKA_RESP_ERR__FATAL;
  if (transactional() && state_ != State::kOpen) return RD_KAFKA_RESP_ERR__STATE;
  if (messages_.size() + reports_.size() >= queue_max_) return RD_KAFKA_RESP_ERR__QUEUE_FULL;
  message.outside = outside;
  messages_[next_number_] = std::move(message);
  queued_.push_back(next_number_++);
  ScheduleTransmission();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Producer::ScheduleTransmission() {
  if (std::exchange(transmission_due_, true)) return;
  world().After(kLinger, [this, self = SharedAs<Producer>()] {
    transmission_due_ = false;
    if (!dead) Transmit();
  });
}

void Producer::Transmit() {
  std::map<std::pair<LogKey, bool>, std::vector<std::uint64_t>> batches;
  for (const std::uint64_t number : queued_) {
    const OutgoingMessage& message = messages_.at(number);
    batches[{message.key, transactional() && !message.outside}].push_back(number);
  }
  queued_.clear();
  for (auto& [to, numbers] : batches) Transmit(to.first, to.second, std::move(numbers));
}

void Producer::Transmit(LogKey key, bool in_transaction, std::vector<std::uint64_t> numbers) {
  std::vector<StoredRecord> records;
  std::vector<std::uint64_t> sent;
  for (const std::uint64_t number : numbers) {
    if (brokers_.DeliveryFails()) {
      world().Note("worker {}: a delivery fails", process_.number());
      ReportOn(number, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
      continue;
    }
    records.push_back(messages_.at(number).record);
    sent.push_back(number);
  }
  const auto answer = [this, self = SharedAs<Producer>(), sent](rd_kafka_resp_err_t error) {
    Reply([this, sent, error] {
      for (const std::uint64_t number : sent) ReportOn(number, error);
      if (error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH) SetFatal(error);
    });
  };
  if (!in_transaction) {
    return Send(brokers_channel_, [this, key, records = std::move(records), answer]() mutable {
      for (StoredRecord& record : records) brokers_.logs.Append(key, std::move(record));
      answer(RD_KAFKA_RESP_ERR_NO_ERROR);
    });
  }
  touched_ = true;
  Send(brokers_channel_, [this, key, epoch = epoch_, records = std::move(records), answer] {
    brokers_.transactions.Write(id_, epoch, transaction_timeout_, key, records, answer);
  });
  // The reports come in time even if the answers do not.
  world().After(transaction_timeout_, [this, self = SharedAs<Producer>(), sent] {
    if (dead) return;
    for (const std::uint64_t number : sent) ReportOn(number, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
  });
}

void Producer::ReportOn(std::uint64_t number, rd_kafka_resp_err_t error) {
  const auto found = messages_.find(number);
  if (found == messages_.end()) return;  // Purged, or too late.
  reports_.push_back({std::move(found->second), error});
  messages_.erase(found);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && transactional() &&
      (state_ == State::kOpen || state_ == State::kCommitting)) {
    state_ = State::kMustAbort;
  }
  process_.Notify();
}

void Producer::SetFatal(rd_kafka_resp_err_t error) {
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  fatal_ = error;
  tell_fatal_ = true;
}

void Producer::Poll() {
  process_.Step("poll for reports");
  while (!reports_.empty()) {
    const Report report = std::move(reports_.front());
    reports_.pop_front();
    rd_kafka_topic_t topic;
    topic.client = handle_;
    topic.name = report.message.key.first == 0 ? kOutputTopic : kDeadLetterTopic;
    rd_kafka_message_t message = {};
    message.err = report.error;
    message.rkt = &topic;
    message.partition = report.message.key.second;
    message._private = report.message.opaque;
    handle_->conf->delivery(handle_, &message, handle_->conf->opaque);
  }
  if (std::exchange(tell_fatal_, false)) {
    handle_->conf->error(handle_, RD_KAFKA_RESP_ERR__FATAL, "fatal", handle_->conf->opaque);
  }
}

bool Producer::Flush(int timeout_ms) {
  const Time end = Deadline(timeout_ms);
  Poll();
  while (!messages_.empty()) {
    if (!process_.Await([this] { return !reports_.empty(); }, end)) return false;
    Poll();
  }
  return true;
}

void Producer::Purge() {
  for (auto& [number, message] : messages_) {
    reports_.push_back({std::move(message), RD_KAFKA_RESP_ERR__PURGE_INFLIGHT});
  }
  messages_.clear();
  queued_.clear();
}

// --- Transactions --------------------------------------------------------------------------------

rd_kafka_error_t* Producer::Failure(rd_kafka_resp_err_t error) {
  rd_kafka_error_s failure;
  failure.code = error;
  switch (error) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      failure.retriable = true;
      break;
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
      SetFatal(error);
      failure.fatal = true;
      break;
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR__STATE:
      break;
    default:
      state_ = State::kMustAbort;
      failure.must_abort = true;
  }
  return MakeError(failure);
}

rd_kafka_error_t* Producer::Init(int timeout_ms) {
  process_.Step("init transactions");
  const Time end = Deadline(timeout_ms);
  if (init_ == nullptr) {
    init_ = std::make_shared<Answer::element_type>();
    Send(coordinator_, [this, self = SharedAs<Producer>(), answer = init_] {
      brokers_.transactions.Init(id_, [this, self, answer](int epoch) {
        Reply([this, answer, epoch] {
          epoch_ = epoch;
          answer->first = true;
        });
      });
    });
  }
  if (!process_.Await([this] { return init_->first; }, end)) {
    return Failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
  }
  state_ = State::kReady;
  return nullptr;
}

rd_kafka_error_t* Producer::Begin() {
  process_.Step("begin transaction");
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return Failure(fatal_);
  if (state_ != State::kReady) return Failure(RD_KAFKA_RESP_ERR__STATE);
  state_ = State::kOpen;
  touched_ = false;
  end_ = nullptr;
  return nullptr;
}

rd_kafka_error_t* Producer::SendOffsets(const Offsets& offsets, const MemberId& id,
                                        int timeout_ms) {
  process_.Step("send offsets");
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return Failure(fatal_);
  if (state_ == State::kMustAbort) return Failure(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT);
  if (state_ != State::kOpen) return Failure(RD_KAFKA_RESP_ERR__STATE);
  if (offsets.empty()) return nullptr;
  touched_ = true;
  const Time end = Deadline(timeout_ms);
  auto answer = std::make_shared<Answer::element_type>();
  const auto hear = [this, self = SharedAs<Producer>(), answer](rd_kafka_resp_err_t error) {
    Reply([answer, error] { *answer = {true, error}; });
  };
  auto lost = std::make_shared<bool>(false);
  Send(group_coordinator_,
       [this, self = SharedAs<Producer>(), epoch = epoch_, id, offsets, hear, lost] {
         if (*lost) return;
         brokers_.transactions.AddOffsets(id_, epoch, transaction_timeout_, id, offsets, hear);
       });
  if (!process_.Await([&] { return answer->first; }, end)) {
    *lost = world().random.Chance(50);  // If it has not arrived by now.
    return Failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
  }
  return answer->second == RD_KAFKA_RESP_ERR_NO_ERROR ? nullptr : Failure(answer->second);
}

// Behind everything that was sent, but for a request that a broken connection holds up: that one
// may take effect much later.
void Producer::AskForEnd(bool commit) {
  end_ = std::make_shared<Answer::element_type>();
  const Time late = brokers_.HiccupOnWay();
  const Time late_reply = brokers_.HiccupOfReply();
  Channel behind;
  behind.last = std::max({coordinator_.last, brokers_channel_.last, group_coordinator_.last});
  const auto hear = [this, self = SharedAs<Producer>(), answer = end_,
                     late_reply](rd_kafka_resp_err_t error) {
    Reply([answer, error] { *answer = {true, error}; }, late_reply);
  };
  Send(
      behind,
      [this, self = SharedAs<Producer>(), epoch = epoch_, commit, hear] {
        brokers_.transactions.End(id_, epoch, commit, hear);
      },
      late);
}

rd_kafka_error_t* Producer::AwaitEnd(bool commit, int timeout_ms) {
  const Time end = Deadline(timeout_ms);
  if (end_ == nullptr) {
    if (touched_) {
      AskForEnd(commit);
    } else {
      end_ = std::make_shared<Answer::element_type>(true, RD_KAFKA_RESP_ERR_NO_ERROR);
    }
  }
  if (!process_.Await([this] { return end_->first; }, end)) {
    return Failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
  }
  const rd_kafka_resp_err_t error = end_->second;
  end_ = nullptr;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Failure(error);
  state_ = State::kReady;
  return nullptr;
}

rd_kafka_error_t* Producer::Commit(int timeout_ms) {
  process_.Step("commit transaction");
  const Time end = Deadline(timeout_ms);
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return Failure(fatal_);
  if (state_ == State::kOpen) {
    if (!Flush(timeout_ms)) return Failure(RD_KAFKA_RESP_ERR__TIMED_OUT);
    if (state_ == State::kOpen) state_ = State::kCommitting;
  }
  if (state_ == State::kMustAbort) return Failure(RD_KAFKA_RESP_ERR__INCONSISTENT);
  if (state_ != State::kCommitting) return Failure(RD_KAFKA_RESP_ERR__STATE);
  return AwaitEnd(true, static_cast<int>((end - world().now()) / kMillisecond));
}

rd_kafka_error_t* Producer::Abort(int timeout_ms) {
  process_.Step("abort transaction");
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return Failure(fatal_);
  if (state_ == State::kCommitting || state_ == State::kReady || state_ == State::kNone) {
    return Failure(RD_KAFKA_RESP_ERR__STATE);
  }
  if (state_ != State::kAborting) {
    Purge();
    Poll();
    state_ = State::kAborting;
  }
  return AwaitEnd(false, timeout_ms);
}

}  // namespace wiredesk::sim
