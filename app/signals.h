// Signals as something to wait for. All others keep their usual meaning.
#pragma once

#include <signal.h>

#include <initializer_list>

namespace wiredesk {

// While it lives, its signals no longer end the process but make fd() readable. Make it before the
// program's own threads, which inherit that; librdkafka's block all signals anyway.
class SignalWatch {
 public:
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  // Readable when a signal is there; for poll().
  int fd() const { return fd_; }

  // The next signal's number, or 0 if there is none. Never waits.
  int Take();

 protected:
  explicit SignalWatch(std::initializer_list<int> signals);

 private:
  sigset_t set_;
  int fd_;
};

// SIGTERM and SIGINT.
class StopSignals : public SignalWatch {
 public:
  StopSignals() : SignalWatch({SIGTERM, SIGINT}) {}
};

// SIGHUP.
class ReloadSignal : public SignalWatch {
 public:
  ReloadSignal() : SignalWatch({SIGHUP}) {}
};

}  // namespace wiredesk
