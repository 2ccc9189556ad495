// SIGTERM and SIGINT as something to wait for. All other signals keep their usual meaning.
#pragma once

namespace wiredesk {

// While it lives, the two signals no longer end the process but make fd() readable. Make it before
// the program's own threads, which inherit that; librdkafka's block all signals anyway.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Readable when a signal is there; for poll().
  int fd() const { return fd_; }

  // The next signal's number, or 0 if there is none. Never waits.
  int Take();

 private:
  int fd_;
};

}  // namespace wiredesk
