#include "pipeline/dead_letter_json.h"

#include <string_view>

#include "config/check.h"
#include "config/text_check.h"
#include "stages/json_writer.h"

namespace wiredesk {

namespace {

// `text` with U+FFFD for every byte that is not part of a UTF-8 character: names of files and words
// of exceptions may be anything.
std::string ValidUtf8(std::string_view text) {
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = Utf8LengthAt(text, at);
    valid += length > 0 ? text.substr(at, length) : "\xEF\xBF\xBD";
    at += length > 0 ? length : 1;
  }
  return valid;
}

}  // namespace

std::string DeadLetterJson(const Article& article) {
  WIREDESK_CHECK(!article.ok());
  const std::string stage = ValidUtf8(article.failed_stage);
  const std::string detail = ValidUtf8(article.failure_detail);
  const std::string topic = ValidUtf8(article.origin.topic);
  const std::string_view code = FailureCode(article.failure);
  const std::string_view reason = FailureReason(article.failure);
  constexpr std::size_t kBytesBesideStrings = 256;
  std::string line(
      kBytesBesideStrings + EscapedBytesMax(stage.size() + detail.size() + topic.size() +
                                            code.size() + reason.size()),
      '\0');
  JsonWriter json(line.data(), line.size());
  json.Raw(R"({"dead_letter":{"stage":)");
  json.String(stage);
  json.Raw(R"(,"code":)");
  json.String(code);
  json.Raw(R"(,"reason":)");
  json.String(reason);
  if (!detail.empty()) {
    json.Raw(R"(,"detail":)");
    json.String(detail);
  }
  json.Raw(R"(,"origin":{"topic":)");
  json.String(topic);
  json.Raw(R"(,"partition":)");
  json.Number(article.origin.partition);
  json.Raw(R"(,"offset":)");
  json.Number(article.origin.offset);
  json.Raw("}}}");
  line.resize(json.written().size());
  return line;
}

}  // namespace wiredesk
