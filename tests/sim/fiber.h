// A call that can be left in the middle and gone on with later: what lets several workers, each
// waiting inside of a call to Kafka, take turns on one thread.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace wiredesk::sim {

class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  // REQUIRES: done()
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Begins the body, or goes on behind its last Yield(), until the next one or its end. Not from
  // inside of a fiber.
  void Resume();
  // Inside of the body.
  void Yield();
  bool done() const { return done_; }

 private:
  static void Enter(unsigned high, unsigned low);
  void SwitchOut(bool last);

  std::function<void()> body_;
  std::unique_ptr<char[]> stack_;
  ucontext_t inside_;
  ucontext_t outside_;
  bool done_ = false;
  // For sanitizers, which must be told of every change of the stack.
  void* fake_stack_ = nullptr;
  void* outer_fake_stack_ = nullptr;
  const void* outer_stack_ = nullptr;
  std::size_t outer_size_ = 0;
  void* inner_fiber_ = nullptr;
  void* outer_fiber_ = nullptr;
};

}  // namespace wiredesk::sim
