#include "stages/decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace wiredesk {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// Places in a text are 32 bits wide.
constexpr std::size_t kArticleBytesLimit = std::numeric_limits<std::uint32_t>::max() - kPadding;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// `lower` is in lower case already.
bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return Lower(a) == b; });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// kAuto: a type that tells nothing about articles.
ArticleFormat FormatOfType(std::string_view content_type) {
  constexpr std::string_view kJsonStart = "application/";
  constexpr std::string_view kJsonEnd = "+json";
  const std::string_view type = Trim(content_type.substr(0, content_type.find(';')));
  if (EqualsIgnoringCase(type, "application/json")) return ArticleFormat::kJson;
  if (EqualsIgnoringCase(type, "text/plain")) return ArticleFormat::kText;
  const bool is_json = type.size() > kJsonStart.size() + kJsonEnd.size() &&
                       EqualsIgnoringCase(type.substr(0, kJsonStart.size()), kJsonStart) &&
                       EqualsIgnoringCase(type.substr(type.size() - kJsonEnd.size()), kJsonEnd);
  return is_json ? ArticleFormat::kJson : ArticleFormat::kAuto;
}

// Of several such headers the last one counts, as everywhere in Kafka.
ArticleFormat FormatOfHeaders(std::span<const RecordHeader> headers) {
  ArticleFormat format = ArticleFormat::kAuto;
  for (const RecordHeader& header : headers) {
    if (!EqualsIgnoringCase(header.name, "content-type")) continue;
    const ArticleFormat told = FormatOfType(header.value);
    if (told != ArticleFormat::kAuto) format = told;
  }
  return format;
}

ArticleFormat FormatOfBytes(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  const bool is_json =
      first != std::string_view::npos && (value[first] == '{' || value[first] == '[');
  return is_json ? ArticleFormat::kJson : ArticleFormat::kText;
}

}  // namespace

Decoder::Decoder(const DecodeSettings& settings)
    : format_(settings.format),
      article_bytes_max_(std::min(settings.article_bytes_max, kArticleBytesLimit)),
      json_decoder_(settings) {}

void Decoder::Process(Batch& batch) {
  for (Article& article : batch.articles()) {
    if (article.ok()) DecodeArticle(article, batch.arena());
  }
}

void Decoder::DecodeArticle(Article& article, Arena& arena) {
  std::string_view value = article.value;
  if (value.empty()) return article.Fail(name(), Failure::kEmptyRecord);
  if (value.size() > article_bytes_max_) return article.Fail(name(), Failure::kTooLarge);
  if (value.starts_with(kByteOrderMark)) value.remove_prefix(kByteOrderMark.size());
  ArticleFormat format = FormatOfHeaders(article.headers);
  if (format == ArticleFormat::kAuto) format = format_;
  if (format == ArticleFormat::kAuto) format = FormatOfBytes(value);
  article.is_json = format == ArticleFormat::kJson;
  if (article.is_json) {
    // Checks the encoding in the same pass over the bytes that looks for their structure.
    json_decoder_.Decode(value, article, arena);
  } else if (simdjson::validate_utf8(value.data(), value.size())) {
    text_decoder_.Decode(value, article, arena);
  } else {
    article.Fail(name(), Failure::kInvalidUtf8);
  }
}

}  // namespace wiredesk
