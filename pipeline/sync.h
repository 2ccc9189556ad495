// What rings and doorbells are built on. They take it as a template parameter, so that
// tests/ring_explorer.h can run the very same code on a model of memory in which every order of
// events that C++ allows takes place.
#pragma once

#include <atomic>

#include "pipeline/event_fd.h"

namespace wiredesk {

struct SystemSync {
  template <typename T>
  using Atomic = std::atomic<T>;
  using Event = EventFd;
};

}  // namespace wiredesk
