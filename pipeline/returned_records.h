// Records that a producer gave back undelivered because their topic was gone, until they can be
// sent again. In the order in which they are sent first, though they may come back in another.
//
// Used by the lane's port thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "pipeline/rdkafka.h"

namespace wiredesk {

class ReturnedRecords {
 public:
  // Keeps a copy of what `message` reports. Its opaque value grows with each record of a partition
  // of the input, so that it says which was sent first. `topic` outlives the copy.
  void Keep(const rd_kafka_message_t& message, rd_kafka_topic_t* topic);

  // Hands them to the producer again, as far as it takes them. Its answer to the first that it does
  // not take; that one and those behind it stay.
  rd_kafka_resp_err_t SendAgain(rd_kafka_t* client);

  std::size_t size() const { return records_.size(); }

 private:
  struct Record {
    rd_kafka_topic_t* topic;
    std::optional<std::string> key;
    std::optional<std::string> value;
    KafkaHeaders headers;
  };

  std::multimap<std::uint64_t, Record> records_;  // By opaque value.
};

}  // namespace wiredesk
