// The group coordinator: members, generations, who has which partition, and committed offsets, as
// Kafka's classic protocol has them (eager and cooperative, static members included). Its calls are
// the moments at which requests take effect.
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/process.h"

namespace wiredesk::sim {

using Offsets = std::map<std::int32_t, std::int64_t>;  // By input partition.

// Who asks, as group metadata has it. Nobody: what a producer without metadata would send.
struct MemberId {
  std::string member;
  std::string instance;
  std::int64_t generation = -1;
};

// A member, as the coordinator talks to it.
class GroupMember {
 public:
  virtual ~GroupMember() = default;
  virtual bool reachable() const = 0;
  virtual Time last_heard() const = 0;
  virtual Time Arrival(Time delay) const = 0;
  // Answers to heartbeats.
  virtual void OnRebalanceNeeded(std::int64_t generation) = 0;  // That is to come.
  virtual void OnUnknownMember(const std::string& member) = 0;
  virtual void OnFenced(const std::string& member) = 0;
  // Joined and synchronised.
  virtual void OnAssigned(std::uint64_t request, const MemberId& id,
                          const std::set<std::int32_t>& partitions) = 0;
};

struct GroupOptions {
  std::int32_t partitions = 1;
  bool cooperative = true;
  Time session_timeout = 6 * kSecond;
  Time rebalance_timeout = 30 * kSecond;
  Time heartbeat = 300 * kMillisecond;
};

class Group {
 public:
  Group(World& world, const GroupOptions& options);

  // `member` empty: a new one. The answer comes by OnAssigned() or OnUnknownMember().
  struct JoinRequest {
    std::uint64_t number = 0;  // Of the client's: comes back with the answer.
    std::string member;
    std::string instance;
    std::set<std::int32_t> owned;
  };
  void Join(const std::shared_ptr<GroupMember>& client, const JoinRequest& request);
  void Leave(const std::string& member);
  // Somebody can't be heard any more.
  void WatchSilence();

  rd_kafka_resp_err_t Commit(const MemberId& id, const Offsets& offsets);
  // Part of a transaction until End().
  rd_kafka_resp_err_t CommitPending(int transaction, const MemberId& id, const Offsets& offsets);
  void End(int transaction, bool commit);
  // Nothing: an open transaction may yet change them.
  std::optional<Offsets> Fetch(const std::vector<std::int32_t>& partitions) const;

  const Offsets& committed() const { return committed_; }
  std::int64_t generation() const { return generation_; }
  const GroupOptions& options() const { return options_; }

 private:
  enum class State { kEmpty, kPreparing, kCompleting, kStable };
  struct Member {
    std::weak_ptr<GroupMember> client;
    std::uint64_t request = 0;
    std::string instance;
    std::set<std::int32_t> owned;
    std::set<std::int32_t> assignment;
    bool joined = false;
  };

  rd_kafka_resp_err_t Check(const MemberId& id) const;
  bool TakeOver(const std::shared_ptr<GroupMember>& client, const JoinRequest& request);
  void Prepare(const std::string& asking);
  void CompleteIfAllJoined();
  void Complete();
  void Assign();
  void Synchronise();
  void Answer(const std::string& name, const Member& member);
  void Expel(const std::string& name);
  void CheckSilence();
  std::string NewName();
  std::string NameOf(const std::shared_ptr<GroupMember>& client) const;

  World& world_;
  const GroupOptions options_;
  State state_ = State::kEmpty;
  std::int64_t generation_ = 0;
  std::uint64_t round_ = 0;  // Of preparing and completing: timers of an older one are void.
  int names_ = 0;
  std::map<std::string, Member> members_;
  Offsets committed_;
  std::map<int, Offsets> pending_;
};

}  // namespace wiredesk::sim
