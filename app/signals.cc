#include "app/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "config/check.h"

namespace wiredesk {

SignalWatch::SignalWatch(std::initializer_list<int> signals) {
  sigemptyset(&set_);
  for (const int signal : signals) sigaddset(&set_, signal);
  WIREDESK_CHECK(pthread_sigmask(SIG_BLOCK, &set_, nullptr) == 0);
  fd_ = signalfd(-1, &set_, SFD_NONBLOCK | SFD_CLOEXEC);
  WIREDESK_CHECK(fd_ >= 0);
}

SignalWatch::~SignalWatch() {
  close(fd_);
  pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
}

int SignalWatch::Take() {
  signalfd_siginfo info;
  const ssize_t size = read(fd_, &info, sizeof(info));
  return size == static_cast<ssize_t>(sizeof(info)) ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace wiredesk
