// The offset tracker against its model, after every step of a sequence that the bytes choose.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/fuzz/fuzz_target.h"
#include "tests/offset_tracker_model.h"

namespace wiredesk {

void FuzzOne(std::string_view bytes) {
  const ModelReport report =
      CheckSequence([] { return std::make_unique<TrackerOfType<OffsetTracker>>(); }, bytes);
  if (report.difference.empty()) return;
  std::fprintf(stderr, "%s\n", report.difference.c_str());
  std::abort();
}

}  // namespace wiredesk
