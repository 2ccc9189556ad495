// A member of the group, as librdkafka is one: joins and rejoins by itself, calls the application
// back for what it gains and loses, reads ahead, and knows the assignment that the application took
// up, which is not always what the group thinks.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/client.h"

namespace wiredesk::sim {

class Consumer final : public NetworkClient, public GroupMember {
 public:
  Consumer(Process& process, Brokers& brokers, rd_kafka_t* handle);

  // What the application calls. Each waits as long as librdkafka would.
  void Subscribe();
  rd_kafka_message_t* Poll();
  void Assign(const Offsets& partitions);
  void Unassign(const Offsets& partitions);
  void UnassignAll();
  void Pause(const Offsets& partitions, bool pause);
  rd_kafka_resp_err_t Committed(rd_kafka_topic_partition_list_t& list, int timeout_ms);
  void Seek(rd_kafka_topic_partition_list_t& list);
  void Commit(const Offsets& offsets);
  void Commit(const Offsets& offsets, std::shared_ptr<std::deque<rd_kafka_op_s>> answers);
  void Close();
  bool closed() const { return closed_; }
  bool lost() const { return lost_; }
  const MemberId& id() const { return id_; }
  rd_kafka_resp_err_t fatal() const { return fatal_; }
  bool cooperative() const { return brokers_.group.options().cooperative; }

  void OnKilled() override { CountInFlight(true); }

  // Its own session timer: it has not heard from the group for so long.
  void LoseIfSilent();

  // GroupMember
  bool reachable() const override { return !dead && process_.reachable(); }
  Time last_heard() const override { return dead ? 0 : process_.last_heard(); }
  Time Arrival(Time delay) const override { return process_.Arrival(delay); }
  void OnRebalanceNeeded(std::int64_t generation) override;
  void OnUnknownMember(const std::string& member) override;
  void OnFenced(const std::string& member) override;
  void OnAssigned(std::uint64_t request, const MemberId& id,
                  const std::set<std::int32_t>& partitions) override;

 private:
  enum class State { kOut, kJoining, kCallback, kSteady };

  struct Partition {
    std::uint64_t version = 0;     // What was read ahead under an older one is void.
    std::int64_t position = -1;    // The offset to read on at; -1: not known yet.
    std::int64_t handed_out = -1;  // The offset behind the last given to the application.
    std::int64_t committed = 0;    // By this member, or when it began.
    bool paused = false;
  };
  struct Event {
    enum class Kind { kAssign, kRevoke, kCommit, kFatal } kind;
    std::set<std::int32_t> partitions;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    Offsets offsets;
  };
  struct ReadAhead {
    const InputRecord* record;
    std::uint64_t version;
  };

  void SendJoin();
  void Rejoin();
  void Lose();
  void CallbackDone();
  void Queue(Event event);
  void Serve(const Event& event);
  void CallBack(rd_kafka_resp_err_t what, const std::set<std::int32_t>& partitions);
  void CountInFlight(bool excused);
  void NoteCommit(rd_kafka_resp_err_t error, const Offsets& offsets);
  void AskOffsets();
  void ScheduleFetch(Time delay);
  void Fetch();
  std::set<std::int32_t> owned() const;

  rd_kafka_t* const handle_;
  const std::string instance_;
  State state_ = State::kOut;
  bool closed_ = false;
  MemberId id_;
  std::int64_t needed_ = -1;  // A generation that the group wants to come to.
  std::uint64_t joins_ = 0;   // Requests to join; the last one counts.
  bool lost_ = false;
  bool lose_next_ = false;  // The assignment was lost while a callback was due.
  rd_kafka_resp_err_t fatal_ = RD_KAFKA_RESP_ERR_NO_ERROR;

  std::map<std::int32_t, Partition> assigned_;
  std::uint64_t versions_ = 0;
  std::deque<Event> events_;
  std::deque<ReadAhead> read_ahead_;
  bool fetching_ = false;
  Channel coordinator_;
};

}  // namespace wiredesk::sim
