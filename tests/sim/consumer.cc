#include "tests/sim/consumer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tests/sim/message.h"

namespace wiredesk::sim {
namespace {

constexpr Time kFetchWait = 100 * kMillisecond;
constexpr std::size_t kFetchRecords = 8;
constexpr Time kRetryAfter = 50 * kMillisecond;

std::string InstanceOf(const rd_kafka_conf_t& conf) {
  const auto found = conf.properties.find("group.instance.id");
  return found == conf.properties.end() ? "" : found->second;
}

}  // namespace

Consumer::Consumer(Process& process, Brokers& brokers, rd_kafka_t* handle)
    : NetworkClient(process, brokers), handle_(handle), instance_(InstanceOf(*handle->conf)) {
  id_.instance = instance_;
}

std::set<std::int32_t> Consumer::owned() const {
  std::set<std::int32_t> partitions;
  for (const auto& [id, partition] : assigned_) partitions.insert(id);
  return partitions;
}

// --- Membership ----------------------------------------------------------------------------------

void Consumer::Subscribe() { SendJoin(); }

void Consumer::SendJoin() {
  state_ = State::kJoining;
  lost_ = false;
  const Group::JoinRequest request = {++joins_, id_.member, id_.instance, owned()};
  Send(coordinator_, [this, self = SharedAs<Consumer>(), request] {
    if (!dead && request.number == joins_) brokers_.group.Join(self, request);
  });
}

void Consumer::Rejoin() {
  if (cooperative() || assigned_.empty()) return SendJoin();
  Queue({Event::Kind::kRevoke, owned(), {}, {}});
}

void Consumer::OnRebalanceNeeded(std::int64_t generation) {
  if (dead || closed_ || fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR || generation <= id_.generation) {
    return;
  }
  needed_ = std::max(needed_, generation);
  if (state_ == State::kSteady) Rejoin();
  // Whoever waits to be synchronised is told to join anew.
  if (state_ == State::kJoining) SendJoin();
}

void Consumer::OnAssigned(std::uint64_t request, const MemberId& id,
                          const std::set<std::int32_t>& partitions) {
  // An answer to an older request than the last counts no more.
  if (dead || closed_ || state_ != State::kJoining || request != joins_) return;
  id_ = id;
  std::set<std::int32_t> gained;
  std::set<std::int32_t> revoked;
  for (const std::int32_t p : partitions) {
    if (!assigned_.contains(p)) gained.insert(p);
  }
  for (const auto& [p, partition] : assigned_) {
    if (!partitions.contains(p)) revoked.insert(p);
  }
  if (!revoked.empty()) {
    Queue({Event::Kind::kRevoke, revoked, {}, {}});
  } else {
    Queue({Event::Kind::kAssign, gained, {}, {}});
  }
}

void Consumer::OnUnknownMember(const std::string& member) {
  if (dead || closed_ || fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (id_.member.empty() ? state_ != State::kJoining : id_.member != member) return;
  Lose();
}

void Consumer::LoseIfSilent() {
  const bool silent =
      process_.last_heard() <= world().now() - brokers_.group.options().session_timeout;
  if (!dead && !closed_ && silent && !id_.member.empty()) Lose();
}

// Out of the group. Everything has to be given up, and then it joins as a new member.
void Consumer::Lose() {
  // Mostly the generation stays. With neither, the coordinator would check nothing.
  id_.member.clear();
  if (world().random.Chance(20)) id_.generation = -1;
  if (state_ == State::kCallback) {
    lose_next_ = true;
    return;
  }
  if (assigned_.empty()) return SendJoin();
  // librdkafka does not always say so (confluentinc/librdkafka#5604).
  lost_ = !world().random.Chance(25);
  Queue({Event::Kind::kRevoke, owned(), {}, {}});
}

void Consumer::OnFenced(const std::string& member) {
  if (dead || closed_ || (id_.member != member && !id_.member.empty())) return;
  fatal_ = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
  lost_ = true;
  events_.push_back({Event::Kind::kFatal, {}, fatal_, {}});
  process_.Notify();
}

void Consumer::Queue(Event event) {
  state_ = State::kCallback;
  events_.push_back(std::move(event));
  process_.Notify();
}

void Consumer::CallBack(rd_kafka_resp_err_t what, const std::set<std::int32_t>& partitions) {
  Offsets offsets;
  for (const std::int32_t p : partitions) offsets[p] = RD_KAFKA_OFFSET_INVALID;
  world().Note("worker {}: {} {} partitions{}", process_.number(),
               what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? "gains" : "loses", partitions.size(),
               lost_ ? ", lost" : "");
  const std::unique_ptr<rd_kafka_topic_partition_list_t,
                        decltype(&rd_kafka_topic_partition_list_destroy)>
      list(MakeList(offsets), rd_kafka_topic_partition_list_destroy);
  handle_->conf->rebalance(handle_, what, list.get(), handle_->conf->opaque);
}

// The application has assigned or unassigned.
void Consumer::CallbackDone() {
  if (closed_ || state_ != State::kCallback) return;
  if (std::exchange(lose_next_, false)) {
    state_ = State::kSteady;
    return Lose();
  }
  if (fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  state_ = State::kSteady;
  if (needed_ > id_.generation) Rejoin();
}

void Consumer::Serve(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kAssign:
      CallBack(RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS, event.partitions);
      return CallbackDone();
    case Event::Kind::kRevoke: {
      std::set<std::int32_t> still;
      for (const std::int32_t p : event.partitions) {
        if (assigned_.contains(p)) still.insert(p);
      }
      CallBack(RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS, still);
      if (closed_ || fatal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
      if (std::exchange(lose_next_, false) && !assigned_.empty()) {
        state_ = State::kSteady;
        return Lose();
      }
      return SendJoin();  // Giving up always asks for a new round.
    }
    case Event::Kind::kCommit: {
      rd_kafka_topic_partition_list_t* list = MakeList(event.offsets);
      handle_->conf->commit(handle_, event.error, list, handle_->conf->opaque);
      return rd_kafka_topic_partition_list_destroy(list);
    }
    case Event::Kind::kFatal:
      return;
  }
}

void Consumer::Close() {
  process_.Step("close");
  closed_ = true;
  if (!assigned_.empty()) CallBack(RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS, owned());
  if (!instance_.empty() || id_.member.empty()) return;
  Send(coordinator_,
       [this, self = SharedAs<Consumer>(), member = id_.member] { brokers_.group.Leave(member); });
}

// --- Records -------------------------------------------------------------------------------------

rd_kafka_message_t* Consumer::Poll() {
  process_.Step("poll");
  // Records that came before an event may still be handed out before it.
  while (!events_.empty() && (read_ahead_.empty() || world().random.Chance(50))) {
    const Event event = std::move(events_.front());
    events_.pop_front();
    if (event.kind == Event::Kind::kFatal) return MakeErrorMessage(RD_KAFKA_RESP_ERR__FATAL);
    Serve(event);
  }
  while (!read_ahead_.empty()) {
    const ReadAhead next = read_ahead_.front();
    read_ahead_.pop_front();
    const auto found = assigned_.find(next.record->partition);
    if (found == assigned_.end() || found->second.version != next.version) continue;
    found->second.handed_out = next.record->offset + 1;
    return MakeMessage(handle_, *next.record);
  }
  if (!events_.empty()) return Poll();
  ScheduleFetch(0);
  return nullptr;
}

void Consumer::Assign(const Offsets& partitions) {
  for (const auto& [id, offset] : partitions) {
    Partition& partition = assigned_[id];
    partition = {};
    partition.version = ++versions_;
  }
  AskOffsets();
}

// What was taken in and not committed when this member loses it: a fault excuses it.
void Consumer::CountInFlight(bool excused) {
  if (!excused && !lost_ && !brokers_.troubled()) return;
  for (const auto& [id, partition] : assigned_) {
    for (const InputRecord& record : Articles::Get().of(id)) {
      if (record.offset >= partition.committed && record.offset < partition.handed_out) {
        ++brokers_.repeats_allowed;
      }
    }
  }
}

void Consumer::NoteCommit(rd_kafka_resp_err_t error, const Offsets& offsets) {
  // Between two generations, for some milliseconds, none is the right one.
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    brokers_.trouble = world().now();
    return;
  }
  for (const auto& [id, offset] : offsets) {
    const auto found = assigned_.find(id);
    if (found != assigned_.end()) found->second.committed = offset;
  }
}

void Consumer::Unassign(const Offsets& partitions) {
  CountInFlight(false);
  for (const auto& [id, offset] : partitions) assigned_.erase(id);
}

void Consumer::UnassignAll() {
  CountInFlight(false);
  assigned_.clear();
}

// Where to begin: what the group has, or the beginning.
void Consumer::AskOffsets() {
  std::vector<std::int32_t> unknown;
  for (const auto& [id, partition] : assigned_) {
    if (partition.position < 0) unknown.push_back(id);
  }
  if (unknown.empty()) return;
  Send(coordinator_, [this, self = SharedAs<Consumer>(), unknown] {
    Reply([this, answer = brokers_.group.Fetch(unknown)] {
      if (!answer.has_value()) {
        return world().After(kRetryAfter, [this, again = SharedAs<Consumer>()] {
          if (!dead) AskOffsets();
        });
      }
      for (const auto& [id, offset] : *answer) {
        const auto found = assigned_.find(id);
        if (found == assigned_.end() || found->second.position >= 0) continue;
        Partition& partition = found->second;
        partition.position = partition.handed_out = partition.committed =
            std::max<std::int64_t>(offset, 0);
      }
      ScheduleFetch(0);
    });
  });
}

void Consumer::ScheduleFetch(Time delay) {
  if (fetching_ || assigned_.empty()) return;
  fetching_ = true;
  const Time arrival = process_.Arrival(brokers_.Delay() + brokers_.Delay() + delay);
  world().At(arrival, [this, self = SharedAs<Consumer>()] {
    fetching_ = false;
    if (!dead) Fetch();
  });
}

void Consumer::Fetch() {
  bool any = false;
  for (auto& [id, partition] : assigned_) {
    if (partition.position < 0 || partition.paused) continue;
    const std::size_t there = brokers_.Available(id);
    std::size_t count = 0;
    const std::vector<InputRecord>& records = Articles::Get().of(id);
    const auto first = std::lower_bound(
        records.begin(), records.end(), partition.position,
        [](const InputRecord& r, std::int64_t offset) { return r.offset < offset; });
    for (auto i = static_cast<std::size_t>(first - records.begin());
         i < there && count < kFetchRecords; ++i, ++count) {
      read_ahead_.push_back({&records[i], partition.version});
      partition.position = records[i].offset + 1;
      any = true;
    }
  }
  if (any) return process_.Notify();
  ScheduleFetch(kFetchWait);
}

void Consumer::Pause(const Offsets& partitions, bool pause) {
  process_.Step("pause");
  for (const auto& [id, offset] : partitions) {
    const auto found = assigned_.find(id);
    if (found == assigned_.end() || found->second.paused == pause) continue;
    found->second.paused = pause;
    if (!pause || found->second.position < 0) continue;
    // Read on from where the application is. What was read ahead is thrown away, mostly.
    found->second.position = found->second.handed_out;
    if (!world().random.Chance(25)) {
      found->second.version = ++versions_;
    }
  }
}

void Consumer::Seek(rd_kafka_topic_partition_list_t& list) {
  process_.Step("seek");
  for (int i = 0; i < list.cnt; ++i) {
    const auto found = assigned_.find(list.elems[i].partition);
    if (found == assigned_.end() || found->second.position < 0) {
      list.elems[i].err = RD_KAFKA_RESP_ERR__STATE;
      continue;
    }
    found->second.version = ++versions_;
    found->second.position = found->second.handed_out = list.elems[i].offset;
  }
}

// --- Offsets -------------------------------------------------------------------------------------

rd_kafka_resp_err_t Consumer::Committed(rd_kafka_topic_partition_list_t& list, int timeout_ms) {
  process_.Step("committed");
  std::vector<std::int32_t> partitions;
  for (const auto& [id, offset] : OffsetsOf(list)) partitions.push_back(id);
  const Time end = Deadline(timeout_ms);
  while (true) {
    auto answer = std::make_shared<std::optional<std::optional<Offsets>>>();
    Send(coordinator_, [this, self = SharedAs<Consumer>(), partitions, answer] {
      Reply([answer, offsets = brokers_.group.Fetch(partitions)] { *answer = offsets; });
    });
    if (!process_.Await([&] { return answer->has_value(); }, end)) {
      return RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    if ((*answer)->has_value()) {
      for (int i = 0; i < list.cnt; ++i) {
        list.elems[i].offset = (**answer)->at(list.elems[i].partition);
      }
      return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    process_.Sleep(kRetryAfter);
  }
}

void Consumer::Commit(const Offsets& offsets) {
  process_.Step("commit");
  Send(coordinator_, [this, self = SharedAs<Consumer>(), id = id_, offsets] {
    const rd_kafka_resp_err_t error = brokers_.group.Commit(id, offsets);
    NoteCommit(error, offsets);
    Reply([this, offsets, error] {
      events_.push_back({Event::Kind::kCommit, {}, error, offsets});
    });
  });
}

void Consumer::Commit(const Offsets& offsets, std::shared_ptr<std::deque<rd_kafka_op_s>> answers) {
  process_.Step("commit and wait");
  Send(coordinator_, [this, self = SharedAs<Consumer>(), id = id_, offsets, answers] {
    const rd_kafka_resp_err_t error = brokers_.group.Commit(id, offsets);
    NoteCommit(error, offsets);
    Reply([answers, offsets, error] { answers->push_back({error, offsets, nullptr}); });
  });
}

}  // namespace wiredesk::sim
