// The simulator finds each of the bugs that tests/sim/mutants.py plants in the commit path.
#include "tests/sim/mutants.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/sim/run.h"

namespace wiredesk::sim {
namespace {

constexpr std::uint64_t kSeeds = 40000;
constexpr rlim_t kCpuSeconds = 240;

// The first thing that goes wrong, or nothing.
std::string FirstFault(std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const DeliveryMode delivery : {DeliveryMode::kExactlyOnce, DeliveryMode::kAtLeastOnce}) {
      const RunResult result = Simulate(seed, delivery, nullptr);
      if (result.fault.empty()) continue;
      return fmt::format("seed {}, {}: {}", seed,
                         delivery == DeliveryMode::kExactlyOnce ? "exactly once" : "at least once",
                         result.fault);
    }
  }
  return "";
}

// The same with the bug of this number, in a process of its own: it may end by a failed check.
std::string FirstFaultWith(int mutant) {
  std::array<int, 2> ends;
  if (pipe(ends.data()) != 0) return "";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    const rlimit limit = {kCpuSeconds, kCpuSeconds};
    setrlimit(RLIMIT_CPU, &limit);
    Plant(mutant);
    const std::string fault = FirstFault(kSeeds);
    std::fputs(fault.c_str(), stderr);
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 512> bytes;
  for (ssize_t got = 0; (got = read(ends[0], bytes.data(), bytes.size())) > 0;) {
    said.append(bytes.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status) && said.empty()) said = fmt::format("signal {}", WTERMSIG(status));
  return said.substr(0, said.find('\n'));
}

TEST(MutantsTest, WithoutABugThereIsNoFault) {
  Plant(0);
  EXPECT_EQ(FirstFault(300), "");
}

TEST(MutantsTest, EachPlantedBugIsFound) {
  ASSERT_GE(kMutants.size(), 30u);
  int found = 0;
  for (std::size_t i = 0; i < kMutants.size(); ++i) {
    const std::string fault = FirstFaultWith(static_cast<int>(i) + 1);
    std::printf("%-48s %s\n", kMutants[i].c_str(), fault.empty() ? "NOT FOUND" : fault.c_str());
    std::fflush(stdout);
    EXPECT_NE(fault, "") << kMutants[i];
    if (!fault.empty()) ++found;
  }
  std::printf("%d of %zu planted bugs found\n", found, kMutants.size());
}

}  // namespace
}  // namespace wiredesk::sim
