#include "pipeline/doorbell.h"

#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace wiredesk {

Doorbell::Doorbell() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Doorbell::~Doorbell() {
  if (fd_ >= 0) close(fd_);
}

void Doorbell::Wake() {
  const std::uint64_t one = 1;
  // It only fails when the counter is full: then the sleeper is awake already.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void Doorbell::Wait(std::chrono::milliseconds timeout) {
  pollfd poll_fd{fd_, POLLIN, 0};
  if (poll(&poll_fd, 1, static_cast<int>(timeout.count())) > 0) {
    // Emptied before the next look for work, so that a ring during that look counts again.
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t got = read(fd_, &rings, sizeof rings);
  }
  Retract();
}

}  // namespace wiredesk
