// What has to be true when all has settled: every article came out, as often as the delivery mode
// says, in order, with the tags that it would get alone.
#pragma once

#include <string>

#include "config/settings.h"
#include "tests/sim/brokers.h"

namespace wiredesk::sim {

// Everything is committed and no reader is held up.
bool Settled(const Brokers& brokers);

// Empty, or what is wrong.
std::string Judge(const Brokers& brokers, DeliveryMode delivery);

}  // namespace wiredesk::sim
