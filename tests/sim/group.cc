#include "tests/sim/group.h"

#include <algorithm>
#include <utility>

namespace wiredesk::sim {

Group::Group(World& world, const GroupOptions& options) : world_(world), options_(options) {}

std::string Group::NewName() { return fmt::format("m{}", ++names_); }

void Group::Join(const std::shared_ptr<GroupMember>& client, const JoinRequest& request) {
  std::string name = request.member.empty() ? NameOf(client) : request.member;
  if (name.empty()) {
    if (!request.instance.empty() && TakeOver(client, request)) return;
    name = NewName();
    members_[name].instance = request.instance;
  } else if (!members_.contains(name)) {
    world_.At(client->Arrival(kMillisecond), [client, name] { client->OnUnknownMember(name); });
    return;
  }
  Member& joining = members_[name];
  joining.client = client;
  joining.request = request.number;
  joining.owned = request.owned;
  // A second call while the first is unanswered changes nothing else.
  if (state_ != State::kPreparing) Prepare(name);
  members_[name].joined = true;
  CompleteIfAllJoined();
}

// The name of a client that has not heard it yet, and asks again.
std::string Group::NameOf(const std::shared_ptr<GroupMember>& client) const {
  for (const auto& [name, member] : members_) {
    if (member.client.lock() == client) return name;
  }
  return "";
}

// A static member comes back: it takes its place over, without a rebalance if there is none.
bool Group::TakeOver(const std::shared_ptr<GroupMember>& client, const JoinRequest& request) {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const auto& entry) {
    return entry.second.instance == request.instance;
  });
  if (found == members_.end()) return false;
  if (const auto old = found->second.client.lock(); old != nullptr) {
    world_.At(old->Arrival(options_.heartbeat),
              [old, name = found->first] { old->OnFenced(name); });
  }
  const std::string name = NewName();
  world_.Note("group: {} takes the place of {}", name, found->first);
  Member moved = std::move(found->second);
  members_.erase(found);
  moved.client = client;
  moved.request = request.number;
  moved.owned.clear();
  const bool waits = state_ == State::kPreparing;
  moved.joined = true;
  members_[name] = std::move(moved);
  std::size_t dealt = 0;
  for (const auto& [each, its] : members_) dealt += its.assignment.size();
  if (state_ == State::kStable && dealt == static_cast<std::size_t>(options_.partitions)) {
    Answer(name, members_[name]);
  } else if (state_ == State::kStable) {  // Its predecessor died while it gave partitions up.
    Prepare(name);
    members_[name].joined = true;
    CompleteIfAllJoined();
  } else if (waits) {
    CompleteIfAllJoined();
  }
  return true;
}

void Group::Leave(const std::string& member) {
  const auto found = members_.find(member);
  if (found == members_.end()) return;
  world_.Note("group: {} leaves", member);
  members_.erase(found);
  if (state_ == State::kPreparing) {
    CompleteIfAllJoined();
  } else {
    Prepare("");
  }
}

// `asking` knows.
void Group::Prepare(const std::string& asking) {
  state_ = State::kPreparing;
  const std::uint64_t round = ++round_;
  for (auto& [name, member] : members_) {
    member.joined = false;
    const auto client = member.client.lock();
    if (client == nullptr || name == asking) continue;
    const Time delay = world_.random.Between(1, options_.heartbeat);
    world_.At(client->Arrival(delay),
              [client, next = generation_ + 1] { client->OnRebalanceNeeded(next); });
  }
  world_.After(options_.rebalance_timeout, [this, round] {
    if (round != round_ || state_ != State::kPreparing) return;
    std::vector<std::string> late;
    for (const auto& [name, member] : members_) {
      if (!member.joined) late.push_back(name);
    }
    for (const std::string& name : late) Expel(name);
    CompleteIfAllJoined();
  });
  if (asking.empty()) CompleteIfAllJoined();
}

void Group::CompleteIfAllJoined() {
  if (state_ != State::kPreparing) return;
  if (members_.empty()) {
    state_ = State::kEmpty;
    ++round_;
    return;
  }
  const bool all = std::all_of(members_.begin(), members_.end(),
                               [](const auto& entry) { return entry.second.joined; });
  if (all) Complete();
}

void Group::Complete() {
  state_ = State::kCompleting;
  ++generation_;
  Assign();
  const std::uint64_t round = ++round_;
  world_.After(world_.random.Between(1, 20) * kMillisecond, [this, round] {
    if (round == round_ && state_ == State::kCompleting) Synchronise();
  });
}

// Deals the partitions out; a cooperative member keeps another's from it until that one gave it up.
void Group::Assign() {
  std::vector<std::string> names;
  std::map<std::int32_t, std::string> owner;
  for (auto& [name, member] : members_) {
    names.push_back(name);
    member.assignment.clear();
    for (const std::int32_t partition : member.owned) owner[partition] = name;
  }
  const auto count = static_cast<std::int64_t>(names.size());
  const std::int64_t shift = world_.random.Between(0, count - 1);
  const std::size_t share =
      (static_cast<std::size_t>(options_.partitions) + names.size() - 1) / names.size();
  for (std::int32_t p = 0; p < options_.partitions; ++p) {
    const auto held = owner.find(p);
    if (options_.cooperative && held != owner.end()) {
      Member& holder = members_[held->second];
      if (holder.assignment.size() < share) {
        holder.assignment.insert(p);
      }  // Otherwise it is nobody's in this round.
      continue;
    }
    std::string chosen = names[static_cast<std::size_t>((p + shift) % count)];
    for (const std::string& name : names) {
      if (members_[name].assignment.size() < members_[chosen].assignment.size()) chosen = name;
    }
    members_[chosen].assignment.insert(p);
  }
}

void Group::Synchronise() {
  state_ = State::kStable;
  world_.Note("group: generation {} with {} members", generation_, members_.size());
  for (const auto& [name, member] : members_) Answer(name, member);
}

void Group::Answer(const std::string& name, const Member& member) {
  const auto client = member.client.lock();
  if (client == nullptr) return;
  const Time delay = world_.random.Between(1, 20) * kMillisecond;
  world_.At(client->Arrival(delay),
            [client, request = member.request, id = MemberId{name, member.instance, generation_},
             partitions = member.assignment] { client->OnAssigned(request, id, partitions); });
}

void Group::WatchSilence() {
  world_.After(options_.session_timeout, [this] { CheckSilence(); });
}

void Group::CheckSilence() {
  std::vector<std::string> silent;
  for (const auto& [name, member] : members_) {
    const auto client = member.client.lock();
    if (client == nullptr || client->last_heard() <= world_.now() - options_.session_timeout) {
      silent.push_back(name);
    }
  }
  for (const std::string& name : silent) Expel(name);
}

void Group::Expel(const std::string& name) {
  world_.Note("group: {} is expelled", name);
  if (const auto client = members_[name].client.lock(); client != nullptr) {
    const Time delay = world_.random.Between(1, options_.heartbeat);
    world_.At(client->Arrival(delay), [client, name] { client->OnUnknownMember(name); });
  }
  Leave(name);
}

rd_kafka_resp_err_t Group::Check(const MemberId& id) const {
  const auto found = members_.find(id.member);
  if (found == members_.end()) {
    const bool taken = !id.instance.empty() &&
                       std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
                         return entry.second.instance == id.instance;
                       });
    return taken ? RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID : RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
  }
  // Only the generation, not who owns what.
  return id.generation == generation_ ? RD_KAFKA_RESP_ERR_NO_ERROR
                                      : RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
}

rd_kafka_resp_err_t Group::Commit(const MemberId& id, const Offsets& offsets) {
  const rd_kafka_resp_err_t error = Check(id);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  if (state_ == State::kCompleting) return RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
  for (const auto& [partition, offset] : offsets) committed_[partition] = offset;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t Group::CommitPending(int transaction, const MemberId& id,
                                         const Offsets& offsets) {
  // Kafka lets everything pass that does not say who it is.
  if (!id.member.empty() || id.generation >= 0) {
    const rd_kafka_resp_err_t error = Check(id);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  }
  for (const auto& [partition, offset] : offsets) pending_[transaction][partition] = offset;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Group::End(int transaction, bool commit) {
  const auto found = pending_.find(transaction);
  if (found == pending_.end()) return;
  if (commit) {
    for (const auto& [partition, offset] : found->second) committed_[partition] = offset;
  }
  pending_.erase(found);
}

std::optional<Offsets> Group::Fetch(const std::vector<std::int32_t>& partitions) const {
  Offsets offsets;
  for (const std::int32_t partition : partitions) {
    for (const auto& [transaction, pending] : pending_) {
      if (pending.contains(partition)) return std::nullopt;
    }
    const auto found = committed_.find(partition);
    offsets[partition] = found == committed_.end() ? RD_KAFKA_OFFSET_INVALID : found->second;
  }
  return offsets;
}

}  // namespace wiredesk::sim
