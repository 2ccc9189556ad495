#include "tests/sim/world.h"

#include <algorithm>

namespace wiredesk::sim {
namespace {

constexpr std::size_t kLinesMax = 20000;

}  // namespace

void Trace::Add(std::string line) {
  if (lines_.size() >= kLinesMax) lines_.erase(lines_.begin(), lines_.begin() + kLinesMax / 2);
  lines_.push_back(std::move(line));
}

void World::At(Time when, std::function<void()> what) {
  queue_.push_back({std::max(when, now_), number_++, std::move(what)});
  std::push_heap(queue_.begin(), queue_.end(), Later());
}

bool World::RunNext() {
  if (queue_.empty()) return false;
  std::pop_heap(queue_.begin(), queue_.end(), Later());
  Event event = std::move(queue_.back());
  queue_.pop_back();
  now_ = event.when;
  ++events_;
  event.what();
  return true;
}

}  // namespace wiredesk::sim
