// Messages as librdkafka hands them out, in both directions.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sim/client.h"

namespace wiredesk::sim {

// Owned by whoever calls, until rd_kafka_message_destroy().
rd_kafka_message_t* MakeMessage(rd_kafka_t* client, const InputRecord& record);
rd_kafka_message_t* MakeErrorMessage(rd_kafka_resp_err_t error);

// 0: outputs, 1: dead letters.
int TopicNumber(const std::string& name);

}  // namespace wiredesk::sim
