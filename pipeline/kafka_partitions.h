// librdkafka's lists of partitions, as a span and as text.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <span>
#include <string>

#include "pipeline/rdkafka.h"

namespace wiredesk {

// Valid as long as the list is, and not added to.
inline std::span<rd_kafka_topic_partition_t> Elements(const rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}

// "news.raw[0] news.raw[1]"
inline std::string Describe(const rd_kafka_topic_partition_list_t& list) {
  std::string text;
  for (const rd_kafka_topic_partition_t& element : Elements(list)) {
    fmt::format_to(std::back_inserter(text), "{}{}[{}]", text.empty() ? "" : " ", element.topic,
                   element.partition);
  }
  return text;
}

}  // namespace wiredesk
