#include "tests/raw_batch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace wiredesk {
namespace {

template <typename Number>
void Put(std::string& bytes, Number number) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xff);
  }
}

std::string BatchBytes(const RawBatch& batch) {
  std::string tail;  // What the checksum is over.
  Put<std::int16_t>(tail, batch.attributes);
  Put<std::int32_t>(tail, batch.record_count - 1);
  Put<std::int64_t>(tail, 0);  // First and last time.
  Put<std::int64_t>(tail, 0);
  Put<std::int64_t>(tail, -1);  // No producer id, epoch or sequence.
  Put<std::int16_t>(tail, -1);
  Put<std::int32_t>(tail, -1);
  Put<std::int32_t>(tail, batch.record_count);
  tail += batch.records;

  std::string bytes;
  Put<std::int64_t>(bytes, 0);  // The broker's to set.
  Put<std::int32_t>(bytes, static_cast<std::int32_t>(tail.size()) + 9);
  Put<std::int32_t>(bytes, -1);  // Leader epoch.
  Put<std::int8_t>(bytes, 2);    // Version.
  Put<std::uint32_t>(bytes, batch.checksum);
  return bytes + tail;
}

std::string ProduceRequest(std::string_view topic, std::int32_t partition, const RawBatch& batch) {
  const std::string records = BatchBytes(batch);
  std::string request;
  Put<std::int16_t>(request, 0);   // Produce,
  Put<std::int16_t>(request, 3);   // version 3,
  Put<std::int32_t>(request, 1);   // number of the request,
  Put<std::int16_t>(request, -1);  // no client id, no transactional id;
  Put<std::int16_t>(request, -1);
  Put<std::int16_t>(request, -1);  // acknowledged by all,
  Put<std::int32_t>(request, 10000);
  Put<std::int32_t>(request, 1);
  Put<std::int16_t>(request, static_cast<std::int16_t>(topic.size()));
  request += topic;
  Put<std::int32_t>(request, 1);
  Put<std::int32_t>(request, partition);
  Put<std::int32_t>(request, static_cast<std::int32_t>(records.size()));
  request += records;
  std::string framed;
  Put<std::int32_t>(framed, static_cast<std::int32_t>(request.size()));
  return framed + request;
}

}  // namespace

bool StoreRaw(const std::string& broker, std::string_view topic, std::int32_t partition,
              const RawBatch& batch) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int port = std::atoi(broker.c_str() + broker.rfind(':') + 1);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return false;
  const std::string request = ProduceRequest(topic, partition, batch);
  char answer = 0;
  const bool stored =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(connection, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()) &&
      recv(connection, &answer, 1, 0) == 1;
  close(connection);
  return stored;
}

}  // namespace wiredesk
