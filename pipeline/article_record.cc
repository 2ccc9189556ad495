#include "pipeline/article_record.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "config/check.h"
#include "config/text_check.h"

namespace wiredesk {
namespace {

constexpr std::size_t kDetailBytesMax = 1024;
constexpr std::size_t kErrorHeaders = 10;
// Our own headers of a dead letter: their names, numbers, and a topic name of at most 249 bytes.
constexpr std::size_t kErrorHeadersBytes = 1024 + kDetailBytesMax;

void AddHeader(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

void AddHeader(rd_kafka_headers_t* headers, std::string_view name, std::int64_t value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  AddHeader(headers, name,
            std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

void AddCount(rd_kafka_headers_t* headers, std::string_view name, std::size_t count) {
  AddHeader(headers, name, static_cast<std::int64_t>(count));
}

KafkaHeaders CopyHeaders(const Article& article, std::size_t extra) {
  KafkaHeaders headers(rd_kafka_headers_new(article.headers.size() + extra));
  for (const RecordHeader& header : article.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.is_null ? nullptr : header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

void AddErrorHeaders(rd_kafka_headers_t* headers, const Article& article) {
  AddHeader(headers, "wiredesk.error.stage", article.failed_stage);
  AddHeader(headers, "wiredesk.error.code", FailureCode(article.failure));
  AddHeader(headers, "wiredesk.error.reason", FailureReason(article.failure));
  if (!article.failure_detail.empty()) {
    AddHeader(headers, "wiredesk.error.detail",
              WholeCharacters(article.failure_detail, kDetailBytesMax));
  }
  AddHeader(headers, "wiredesk.error.topic", article.origin.topic);
  AddHeader(headers, "wiredesk.error.partition", article.origin.partition);
  AddHeader(headers, "wiredesk.error.offset", article.origin.offset);
}

}  // namespace

OutgoingRecord OutputRecord(const Article& article) {
  OutgoingRecord record;
  if (article.has_key) record.key = article.key;
  record.value = article.output;
  if (!article.headers.empty()) record.headers = CopyHeaders(article, 0);
  record.opaque = reinterpret_cast<void*>(article.ack);
  return record;
}

OutgoingRecord DeadLetterRecord(const Article& article, std::size_t bytes_max) {
  WIREDESK_CHECK(!article.ok());
  // What is left when the value, then the headers, then the key are taken out.
  const std::size_t without_value = kErrorHeadersBytes + BytesBesideValue(article);
  const std::size_t without_headers = without_value - HeaderBytes(article);
  const bool drop_value = without_value + article.value.size() > bytes_max;
  const bool drop_headers = without_value > bytes_max;
  const bool drop_key = without_headers > bytes_max;

  OutgoingRecord record;
  if (article.has_key && !drop_key) record.key = article.key;
  if (!article.value_is_null) record.value = drop_value ? std::string_view("") : article.value;
  record.opaque = reinterpret_cast<void*>(article.ack);
  record.headers = drop_headers ? KafkaHeaders(rd_kafka_headers_new(kErrorHeaders))
                                : CopyHeaders(article, kErrorHeaders);
  rd_kafka_headers_t* const headers = record.headers.get();
  AddErrorHeaders(headers, article);
  if (drop_value) AddCount(headers, "wiredesk.error.value_dropped", article.value.size());
  if (drop_headers) AddCount(headers, "wiredesk.error.headers_dropped", article.headers.size());
  if (drop_key) AddCount(headers, "wiredesk.error.key_dropped", article.key.size());
  return record;
}

}  // namespace wiredesk
