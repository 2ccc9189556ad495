// The records that become of an article: its output, or a dead letter, as kafka_sink.h says what is
// in them. Whoever sends them adds the topic.
#pragma once

#include <cstddef>

#include "pipeline/rdkafka.h"
#include "stages/article.h"

namespace wiredesk {

// Both carry Article::ack as their opaque value, and refer to the article's bytes.
OutgoingRecord OutputRecord(const Article& article);

// Without the parts that would make it larger than `bytes_max`, each of which a header names.
// REQUIRES: !article.ok()
OutgoingRecord DeadLetterRecord(const Article& article, std::size_t bytes_max);

}  // namespace wiredesk
