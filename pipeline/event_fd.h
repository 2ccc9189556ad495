// A counter that one thread sleeps on and others raise: Linux's eventfd.
//
// Any thread may call anything, but only one sleeps at a time.
#pragma once

#include <chrono>

namespace wiredesk {

class EventFd {
 public:
  EventFd();
  ~EventFd();
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  // Negative: the system gave none (no descriptors are left).
  int fd() const { return fd_; }

  // Raises the counter. Safe in a signal handler.
  void Signal();

  // Returns when the counter is above zero, and sets it to zero; or after `timeout`, or for no
  // reason. Whatever was done before the Signal() that ends it is visible afterwards.
  void Wait(std::chrono::milliseconds timeout);

 private:
  const int fd_;
};

}  // namespace wiredesk
