// Batches of records as no client would send them, stored by a produce request made by hand. For
// the embedded broker, which does not look into batches; a real one refuses most of these.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wiredesk {

struct RawBatch {
  std::int16_t attributes = 0;  // 1: gzip, 2: snappy, 3: lz4, 4: zstd.
  std::uint32_t checksum =
      0;  // Hardly ever right: for a reader with check.crcs=false if it must be.
  std::int32_t record_count = 1;
  std::string_view records;  // As they stand behind the batch's header.
};

// Stores `batch` in a partition of the broker at "127.0.0.1:PORT". False: it did not answer.
bool StoreRaw(const std::string& broker, std::string_view topic, std::int32_t partition,
              const RawBatch& batch);

}  // namespace wiredesk
