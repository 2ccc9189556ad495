// What each program of the simulator needs before its first run.
#include <gtest/gtest.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include "tests/sim/articles.h"

namespace wiredesk::sim {
namespace {

// Many small lanes come and go: their memory stays with the process.
class Surroundings : public testing::Environment {
 public:
  void SetUp() override {
    mallopt(M_MMAP_THRESHOLD, 1 << 28);
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    spdlog::set_level(spdlog::level::off);
    Articles::Get();
  }
};

const testing::Environment* const kSurroundings =
    testing::AddGlobalTestEnvironment(new Surroundings);

}  // namespace
}  // namespace wiredesk::sim
