// The spoilt copies of the offset tracker that tests/offset_tracker_mutants.py writes.
#pragma once

#include <vector>

#include "tests/offset_tracker_model.h"

namespace wiredesk {

struct TrackerMutant {
  const char* name;  // "original": the copy without a bug.
  MakeTracker make;
};

std::vector<TrackerMutant> TrackerMutants();

}  // namespace wiredesk
