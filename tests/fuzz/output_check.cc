#include "tests/fuzz/output_check.h"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "config/check.h"

namespace wiredesk {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kMember = "wiredesk";

// The string that the positions of `evidence` count in, as docs/RECORDS.md says; none where it is
// written as a number.
const std::string* TextOf(const Json& evidence, const Json& record) {
  const std::string field = evidence["field"];
  const std::size_t slash = field.find('/');
  const Json* value = &record.at(field.substr(0, slash));
  if (slash != std::string::npos) value = &value->at(std::stoul(field.substr(slash + 1)));
  return value->is_string() ? value->get_ptr<const std::string*>() : nullptr;
}

bool IsInsideCharacter(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

void CheckEvidence(const Json& evidence, std::string_view text) {
  const std::size_t start = evidence["start"];
  const std::size_t end = evidence["end"];
  WIREDESK_CHECK(start < end && end <= text.size());
  WIREDESK_CHECK(!IsInsideCharacter(text, start) && !IsInsideCharacter(text, end));
  WIREDESK_CHECK(text.substr(start, end - start) == evidence["text"].get_ref<const std::string&>());
  if (!evidence.contains("snippet")) return;
  WIREDESK_CHECK(text.find(evidence["snippet"].get_ref<const std::string&>()) !=
                 std::string_view::npos);
}

// `record` is the article's own JSON, or null where it is plain text.
void CheckTags(const Json& tags, const Article& article, const Json& record) {
  WIREDESK_CHECK(tags.size() == article.tags.size());
  for (const Json& tag : tags) {
    for (const Json& evidence : tag["evidence"]) {
      if (!article.is_json) {
        CheckEvidence(evidence, article.value);
      } else if (const std::string* const text = TextOf(evidence, record)) {
        CheckEvidence(evidence, *text);
      }
    }
  }
}

// All that was there is there, but for the member that was added.
void CheckKept(Json output, Json record) {
  output.erase(kMember);
  record.erase(kMember);
  WIREDESK_CHECK(output == record);
}

}  // namespace

void CheckOutput(const Article& article, RecordForm form) {
  std::string_view text = article.value;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Json record;
  if (article.is_json) record = Json::parse(text, nullptr, false);
  if (record.is_discarded()) return;  // A number that this parser can't hold.
  const Json output = Json::parse(article.output);
  const Json& findings = form == RecordForm::kEnriched ? output.at(kMember) : output;
  WIREDESK_CHECK(findings.at("schema") == "wiredesk/tagged-article/1");
  WIREDESK_CHECK(findings.at("origin").at("offset") == 42);
  CheckTags(findings.at("tags"), article, record);
  if (form != RecordForm::kEnriched) return;
  if (article.is_json) {
    CheckKept(output, record);
  } else {
    WIREDESK_CHECK(output.at("text").get_ref<const std::string&>() == article.value);
  }
}

}  // namespace wiredesk
